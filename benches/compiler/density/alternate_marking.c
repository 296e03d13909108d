#include "hike.h"

u64 measure(void)
{
	enum { DELAY = 1, NETWORK = 2, DAMAGED = 1, NOT_MARKED = -2 };

	s64 mark = ip6_alt_mark();
	if (mark >= 0) {
		u64 packets = ip6_alt_mark_count();
		if ((mark & DELAY) != 0)
			show_pkt_info(NETWORK, packets);
	} else if (mark != NOT_MARKED) {
		monitor(DAMAGED);
	}
	hike_pass();
	return 0;
}
