#include "hike.h"

enum { EXPEDITED = 46 << 2, BEST_EFFORT = 0, FAST_LANE = 7 };

u64 forward(u32 port, u8 class);
u64 count(u8 class);
u64 weight(u8 class);

u64 classify(void)
{
	u8 class = ip6_tos_cls() & ~3;
	if (class == EXPEDITED) {
		forward(FAST_LANE, class);
	} else if (class == BEST_EFFORT || weight(class) > 10) {
		count(class);
		hike_pass();
	}
	hike_drop();
	return 0;
}

u64 forward(u32 port, u8 class)
{
	count(class);
	l2_redirect(port);
	return 0;
}

u64 count(u8 class)
{
	monitor(class >> 2);
	return 0;
}

u64 weight(u8 class)
{
	u64 top = class >> 5;
	return (top > 1 ? top : 1) * (class & 0x80 ? 2 : 1);
}
