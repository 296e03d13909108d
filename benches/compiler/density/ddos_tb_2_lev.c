#include "hike.h"

u64 ddos_tb_2_lev(void)
{
	enum { PASS, DROP, REDIRECT, REDIRECT_IF_INDEX = 6 };
	enum { BLACKLISTED = 0, IN_PROFILE = 0, ADD = 1, LOOKUP = 2 };

	u64 res = ip6_hset_srcdst(LOOKUP);
	if (res == BLACKLISTED) {
		res = ip6_sd_dec2zero(500);
		if (res == 0) {
			monitor(REDIRECT);
			l2_redirect(REDIRECT_IF_INDEX);
			return 0;
		}
		monitor(DROP);
		hike_drop();
		return 0;
	}
	res = ip6_dst_tbmon();
	if (res != IN_PROFILE) {
		res = ip6_sd_tbmon();
		if (res != IN_PROFILE) {
			ip6_hset_srcdst(ADD);
			monitor(DROP);
			hike_drop();
			return 0;
		}
	}
	monitor(PASS);
	hike_pass();
	return 0;
}
