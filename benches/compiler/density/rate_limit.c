#include "hike.h"

u64 limit(void)
{
	enum { IN_PROFILE, DESTINATION_OVER = 1, SOURCE_OVER = 2 };

	if (ip6_sd_tbmon() != IN_PROFILE) {
		monitor(SOURCE_OVER);
		hike_drop();
	}
	if (ip6_dst_tbmon() != IN_PROFILE) {
		monitor(DESTINATION_OVER);
		hike_drop();
	}
	hike_pass();
	return 0;
}
