#include "hike.h"

u64 collect(void)
{
	enum { SLOW = 5 * 1000 * 1000, REPLY = 1, SLOW_REPLY = 2 };

	s64 round_trip = stamp_collector();
	if (round_trip >= 0) {
		monitor(REPLY);
		if (round_trip > SLOW)
			monitor(SLOW_REPLY);
	}
	hike_pass();
	return 0;
}
