#include "hike.h"

u64 mark_bursts(void)
{
	enum { CLOSE = 1, MARKED = 1 };

	s64 gap = lse();
	s64 limit = app_cfg_load(CLOSE);
	if (gap >= 0 && gap < limit) {
		ip6_set_ecn();
		monitor(MARKED);
	}
	hike_pass();
	return 0;
}
