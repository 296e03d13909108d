#include "hike.h"

u64 record(void)
{
	enum { SLOW = 10 * 1000 * 1000, NETWORK = 2, FULL = 1, NO_ROOM = -28 };

	s64 delay = eip_delay();
	if (delay > SLOW)
		show_pkt_info(NETWORK, delay);
	s64 filled = eip_timestamp();
	if (filled == NO_ROOM)
		monitor(FULL);
	ip6_kroute();
	return 0;
}
