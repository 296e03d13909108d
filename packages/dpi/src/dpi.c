/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Finds a byte string in a UDP payload. */
#include "hike.h"

#define PATTERN_BYTES 16
/* A whole Ethernet packet: the verifier follows every byte. */
#define MOST_BYTES 1500

struct dpi_pattern {
	u32 length; /* 1 to 16, 0 where there is none */
	u32 reserved;
	__be64 first; /* bytes 1 to 8; a shorter string ends with bytes that do not count */
	__be64 second; /* bytes 9 to 16 */
};

HIKE_MAP(BPF_MAP_TYPE_ARRAY, dpi_patterns, u32, struct dpi_pattern, 64,
	 "Byte strings by the number that `dpi` is called with: the length, 1 to 16, and the\n"
	 "bytes as two numbers, eight bytes each, the first byte in the highest bits.");

HIKE_CONFIG_IN(Bytes, SCAN, MOST_BYTES, "Bytes of the payload that are looked at, at most 1500.");

/* 16 bytes, the last one in the lowest bits of `low`. */
struct window {
	u64 high;
	u64 low;
};

/* The first bytes of a window, moved to its end. (Without branches: the verifier would
 * follow the scan for every length.) */
static __always_inline struct window first_bytes(struct window all, u32 length)
{
	u32 bits = (PATTERN_BYTES - length) * 8;
	u64 whole = hike_opaque(-(u64)(bits >> 6));
	struct window moved = {
		.high = all.high & ~whole,
		.low = (all.high & whole) | (all.low & ~whole),
	};

	bits &= 63;
	moved.low = moved.low >> bits | moved.high << 1 << (63 - bits);
	moved.high >>= bits;
	return moved;
}

HIKE_SIGNED_PROGRAM(dpi,
		    "Finds a byte string in the payload of a UDP packet.\n"
		    "\n"
		    "Continues with the place of its first byte, counted from the start of the\n"
		    "payload. `pattern` is the key of the string in the map `dpi_patterns`. With an\n"
		    "error it continues with a negative number: -2 the string is not in the first\n"
		    "`SCAN` bytes, or the packet is a fragment other than the first; -22 there is\n"
		    "no such pattern; -74 a header is cut off; -93 the packet is not UDP.",
		    u32 pattern)
{
	struct dpi_pattern *wanted = bpf_map_lookup_elem(&dpi_patterns, &pattern);
	struct window seen = {}, value, mask;
	struct hike_udp *udp;
	u64 differs, too_early;
	u32 length, most;
	int protocol;
	u8 *at;

	if (!wanted || wanted->length == 0 || wanted->length > PATTERN_BYTES)
		return hike_error(call, HIKE_EINVAL);
	protocol = hike_transport(ctx, call);
	if (protocol < 0)
		return hike_error(call, -protocol);
	if (protocol != HIKE_IPPROTO_UDP)
		return hike_error(call, HIKE_EPROTONOSUPPORT);
	udp = hike_header(ctx, struct hike_udp, hike_cursor(call)->transport);
	if (!udp || hike_ntohs(udp->length) < sizeof(*udp))
		return hike_error(call, HIKE_EBADMSG);
	/* Behind the datagram lies Ethernet's padding. */
	most = hike_ntohs(udp->length) - sizeof(*udp);
	if (most > SCAN.value)
		most = SCAN.value;
	length = wanted->length;
	value = first_bytes((struct window){ hike_ntohll(wanted->first), hike_ntohll(wanted->second) },
			    length);
	mask = first_bytes((struct window){ -1, -1 }, length);

	at = (u8 *)(udp + 1);
	for (u32 count = 1; count <= MOST_BYTES; count++, at++) {
		if (count > most || at + 1 > (u8 *)(long)ctx->data_end)
			break;
		seen.high = seen.high << 8 | seen.low >> 56;
		seen.low = seen.low << 8 | *at;
		/* In one number and one branch, that the verifier's ways do not multiply. */
		differs = ((seen.low ^ value.low) & mask.low) |
			  ((seen.high ^ value.high) & mask.high);
		too_early = hike_opaque((u64)count - length) >> 63;
		if ((differs | too_early) == 0)
			return hike_continue(call, count - length);
	}
	return hike_error(call, HIKE_ENOENT);
}

HIKE_LICENSE("Dual MIT/GPL");
