#include "hike.h"

u64 steer(void)
{
	s64 policy = dst_filter();
	if (policy >= 0)
		h_encaps_red(policy);
	ip6_kroute();
	return 0;
}
