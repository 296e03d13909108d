#include "hike.h"

u64 mark_and_forward(void)
{
	enum { MARKED = 1 };

	ip6_set_ecn();
	monitor(MARKED);
	ip6_kroute();
	return 0;
}
