#include "hike.h"

u64 sample(void)
{
	enum { EVERY = 100, NETWORK = 2, TRANSPORT = 4 };
	enum { SEEN = 1, SAMPLED = 2 };

	u64 left = ip6_sd_dec2zero(EVERY);
	if (left == 0) {
		show_pkt_info(NETWORK | TRANSPORT, EVERY);
		monitor(SAMPLED);
	} else {
		monitor(SEEN);
	}
	hike_pass();
	return 0;
}
