#include "hike.h"

u64 next_segment(void)
{
	if (end() < 0)
		hike_drop();
	ip6_kroute();
	return 0;
}

u64 last_segment(void)
{
	if (end_dt6() < 0)
		hike_drop();
	ip6_kroute();
	return 0;
}

u64 compressed_segment(void)
{
	if (end_un() < 0)
		hike_drop();
	ip6_kroute();
	return 0;
}
