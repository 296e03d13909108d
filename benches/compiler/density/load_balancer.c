#include "hike.h"

u64 balance(void)
{
	enum { NO_BACKEND = 1, NOT_OURS = -2 };

	s64 backend = lb_select();
	if (backend == NOT_OURS)
		hike_pass();
	if (backend < 0) {
		monitor(NO_BACKEND);
		hike_drop();
	}
	if (lb_encap(backend) != 0)
		hike_drop();
	ip6_kroute();
	return 0;
}
