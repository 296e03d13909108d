#include "hike.h"

u64 count(void)
{
	enum { EVERY = 1000, NETWORK = 2 };

	ip6_dst_meter();
	s64 packets = ip6_sd_meter();
	if (packets > 0 && packets % EVERY == 0)
		show_pkt_info(NETWORK, packets);
	hike_pass();
	return 0;
}
