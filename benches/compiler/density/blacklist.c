#include "hike.h"

u64 guard(void)
{
	enum { ADD = 1, LOOK_UP = 2, ON_THE_LIST = 0, DROPPED = 1, ADDED = 2, UDP = 17 };

	if (ip6_hset_srcdst(LOOK_UP) == ON_THE_LIST) {
		monitor(DROPPED);
		hike_drop();
	}
	if (ip6_find_udp() == UDP) {
		ip6_hset_srcdst(ADD);
		monitor(ADDED);
		hike_drop();
	}
	hike_pass();
	return 0;
}
