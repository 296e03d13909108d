/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A chain in C: mitigates a denial of service with two levels of token buckets, like
 * fixtures/scripts/ddos_tb_2_lev.eclat. */
#include "hike.h"

u64 ip6_hset_srcdst(u32 action) HIKE_CALLS(hike_default, ip6_hset_srcdst);
u64 ip6_sd_dec2zero(u32 n) HIKE_CALLS(sampler, ip6_sd_dec2zero);
u64 ip6_dst_tbmon(void) HIKE_CALLS(meter, ip6_dst_tbmon);
u64 ip6_sd_tbmon(void) HIKE_CALLS(meter, ip6_sd_tbmon);
u64 monitor(u32 event) HIKE_CALLS(hike_default, monitor);
u64 l2_redirect(u32 ifindex) HIKE_CALLS(hike_default, l2_redirect);
u64 hike_drop(void) HIKE_CALLS(hike_default, hike_drop);
u64 hike_pass(void) HIKE_CALLS(hike_default, hike_pass);

enum { PASS = 0, DROP = 1, REDIRECT = 2, REDIRECT_IF_INDEX = 6 };
enum { ADD = 1, LOOKUP = 2 };

u64 ddos_tb_2_lev(void) HIKE_CHAIN(ddos, ddos_tb_2_lev);

u64 ddos_tb_2_lev(void)
{
	if (ip6_hset_srcdst(LOOKUP) == 0) {
		if (ip6_sd_dec2zero(500) == 0) {
			monitor(REDIRECT);
			return l2_redirect(REDIRECT_IF_INDEX);
		}
		monitor(DROP);
		return hike_drop();
	}
	if (ip6_dst_tbmon() != 0 && ip6_sd_tbmon() != 0) {
		ip6_hset_srcdst(ADD);
		monitor(DROP);
		return hike_drop();
	}
	monitor(PASS);
	return hike_pass();
}
