#include "hike.h"

u64 sample(void)
{
	enum { EVERY = 100, COLLECTOR_IF_INDEX = 6 };

	s64 left = ip6_sd_dec2zero(EVERY);
	if (left == 0)
		l2_redirect(COLLECTOR_IF_INDEX);
	hike_pass();
	return 0;
}
