#include "hike.h"

u64 reflect(void)
{
	enum { REFUSED = 1 };

	stamp_reflector();
	monitor(REFUSED);
	hike_pass();
	return 0;
}
