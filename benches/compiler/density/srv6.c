#include "hike.h"

u64 encapsulate_and_forward(void)
{
	enum { VIDEO = 1, ENCAPSULATED = 0 };

	if (h_encaps(VIDEO) != ENCAPSULATED)
		hike_drop();
	ip6_kroute();
	return 0;
}
