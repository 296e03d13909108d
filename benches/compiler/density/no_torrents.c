#include "hike.h"

u64 no_torrents(void)
{
	enum { TORRENT, PASSED = 0, DROPPED = 1 };

	s64 place = dpi(TORRENT);
	if (place >= 0) {
		monitor(DROPPED);
		hike_drop();
	}
	monitor(PASSED);
	hike_pass();
	return 0;
}
