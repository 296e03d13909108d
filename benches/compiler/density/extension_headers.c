#include "hike.h"

u64 no_telnet(void)
{
	enum { ETHERNET = 14, FIXED_HEADER = 40 };
	enum { HOP_BY_HOP = 0, TCP = 6, ROUTING = 43, DESTINATION = 60, TELNET = 23 };
	enum { PASSED, DROPPED, STRANGE };

	u8 next = read_u8(ETHERNET + 6);
	u16 at = ETHERNET + FIXED_HEADER;
	u64 turns = 0;
	while (next == HOP_BY_HOP || next == ROUTING || next == DESTINATION) {
		turns += 1;
		if (turns > 8) {
			monitor(STRANGE);
			hike_drop();
		}
		next = read_u8(at);
		at += (read_u8(at + 1) + 1) * 8;
	}
	if (next == TCP && read_u16(at + 2) == TELNET) {
		monitor(DROPPED);
		hike_drop();
	}
	monitor(PASSED);
	hike_pass();
	return 0;
}
