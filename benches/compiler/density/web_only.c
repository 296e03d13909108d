#include "hike.h"

u64 web_only(void)
{
	enum { ALLOW = 1, NOT_IP = -93 };

	s64 answer = firewall();
	if (answer == ALLOW || answer == NOT_IP)
		hike_pass();
	hike_drop();
	return 0;
}
