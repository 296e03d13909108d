#include "hike.h"

u64 main_chain(void) __asm__("main");

u64 main_chain(void)
{
	enum { DROP_ALL = 1, TUNNEL = 7, POLICY = 3 };

	monitor(0);
	ip6_sd_tbmon();
	if (app_cfg_load(DROP_ALL) == 1) {
		monitor(1);
		hike_drop();
	}
	if (dst_filter() == TUNNEL)
		h_encaps(POLICY);
	hike_pass();
	return 0;
}

u64 closed(void)
{
	hike_drop();
	return 0;
}
