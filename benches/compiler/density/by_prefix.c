#include "hike.h"

u64 own_network(void)
{
	monitor(1);
	hike_pass();
	return 0;
}

u64 other_networks(void)
{
	monitor(2);
	ip6_kroute();
	return 0;
}

u64 closed(void)
{
	hike_drop();
	return 0;
}
