/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Allow and deny lists by addresses, protocol and ports, without connections. */
#include "hike.h"

#define RULES 64

/* What a rule, or the default, does; an unset rule does nothing. */
enum { UNSET = 0, ALLOW = 1, DENY = 2 };

/* Keys of longest-prefix maps. */
struct prefix6 {
	u32 length;
	Ipv6Addr address;
};
struct prefix4 {
	u32 length;
	Ipv4Addr address;
};

/* Prefixes belong to zones, which are numbers that rules name; an address in no prefix is
 * in zone 0. */
HIKE_LPM_MAP(firewall_sources6, struct prefix6, u32, 4096, "Zones of IPv6 sources, by prefix.");
HIKE_LPM_MAP(firewall_sources4, struct prefix4, u32, 4096, "Zones of IPv4 sources, by prefix.");
HIKE_LPM_MAP(firewall_destinations6, struct prefix6, u32, 4096,
	     "Zones of IPv6 destinations, by prefix.");
HIKE_LPM_MAP(firewall_destinations4, struct prefix4, u32, 4096,
	     "Zones of IPv4 destinations, by prefix.");

/* Zero means any: any zone, any protocol, any port. */
struct rule {
	u32 action; /* 1 allow, 2 deny, 0 skip this rule */
	u32 source; /* zone */
	u32 destination; /* zone */
	u32 protocol;
	u16 source_port; /* the first of a range */
	u16 last_source_port;
	u16 destination_port;
	u16 last_destination_port;
};

HIKE_MAP(BPF_MAP_TYPE_ARRAY, firewall_rules, u32, struct rule, RULES,
	 "Rules in their order: the first that fits decides. A field that is 0 fits all; action\n"
	 "1 allows, 2 denies, 0 skips the rule.");

HIKE_CONFIG(u32, DEFAULT, DENY, "What happens to a packet that no rule fits: 1 allow, 2 deny.");

/* What rules look at. */
struct packet {
	u32 source;
	u32 destination;
	u32 protocol;
	u64 has_ports;
	u16 source_port;
	u16 destination_port;
};

static __always_inline u32 zone(void *map, const void *key)
{
	u32 *zone = bpf_map_lookup_elem(map, key);

	return zone ? *zone : 0;
}

static __always_inline int read_ipv6(struct xdp_md *ctx, struct hike_call *call,
				     struct packet *packet)
{
	struct hike_ipv6 *header = hike_ipv6(ctx, call);
	struct prefix6 source = { .length = 128 }, destination = { .length = 128 };

	if (!header)
		return -HIKE_EBADMSG;
	source.address = header->source;
	destination.address = header->destination;
	packet->source = zone(&firewall_sources6, &source);
	packet->destination = zone(&firewall_destinations6, &destination);
	return 0;
}

static __always_inline int read_ipv4(struct xdp_md *ctx, struct hike_call *call,
				     struct packet *packet)
{
	struct hike_ipv4 *header = hike_ipv4(ctx, call);
	struct prefix4 source = { .length = 32 }, destination = { .length = 32 };

	if (!header)
		return -HIKE_EBADMSG;
	source.address = header->source;
	destination.address = header->destination;
	packet->source = zone(&firewall_sources4, &source);
	packet->destination = zone(&firewall_destinations4, &destination);
	return 0;
}

/* Protocol and ports. Without ports are: other protocols than TCP and UDP, and fragments
 * other than the first. */
static __always_inline int read_transport(struct xdp_md *ctx, struct hike_call *call,
					  struct packet *packet)
{
	int protocol = hike_transport(ctx, call);
	__be16 *ports;

	if (protocol == -HIKE_ENOENT)
		return 0;
	if (protocol < 0)
		return protocol;
	packet->protocol = protocol;
	if (protocol != HIKE_IPPROTO_TCP && protocol != HIKE_IPPROTO_UDP)
		return 0;
	ports = hike_bytes(ctx, hike_cursor(call)->transport, 2 * sizeof(*ports));
	if (!ports)
		return -HIKE_EBADMSG;
	packet->has_ports = 1;
	packet->source_port = hike_ntohs(ports[0]);
	packet->destination_port = hike_ntohs(ports[1]);
	return 0;
}

static __always_inline int read_packet(struct xdp_md *ctx, struct hike_call *call,
				       struct packet *packet)
{
	int error;

	switch (hike_cursor(call)->ethertype) {
	case HIKE_ETH_P_IPV6:
		error = read_ipv6(ctx, call, packet);
		break;
	case HIKE_ETH_P_IP:
		error = read_ipv4(ctx, call, packet);
		break;
	default:
		return -HIKE_EPROTONOSUPPORT;
	}
	return error ? error : read_transport(ctx, call, packet);
}

/* 1 when a number is not 0, without a branch: 64 rules of branches are more ways than the
 * verifier follows. */
static __always_inline u64 is_set(u64 number)
{
	return (number | hike_opaque(-number)) >> 63;
}

/* 1 when a < b, both of less than 64 bits. */
static __always_inline u64 is_less(u64 a, u64 b)
{
	return hike_opaque(a - b) >> 63;
}

static __always_inline u64 differs(u32 wanted, u32 found)
{
	return is_set(wanted) & is_set(wanted ^ found);
}

static __always_inline u64 is_outside(u16 first, u16 last, u64 no_ports, u16 port)
{
	return is_set(first | last) & (no_ports | is_less(port, first) | is_less(last, port));
}

static __always_inline int fits(const struct rule *rule, const struct packet *packet)
{
	u64 no_ports = 1 - packet->has_ports;

	return !(differs(rule->source, packet->source) |
		 differs(rule->destination, packet->destination) |
		 differs(rule->protocol, packet->protocol) |
		 is_outside(rule->source_port, rule->last_source_port, no_ports,
			    packet->source_port) |
		 is_outside(rule->destination_port, rule->last_destination_port, no_ports,
			    packet->destination_port));
}

static __always_inline u32 decide(const struct packet *packet)
{
	for (u32 i = 0; i < RULES; i++) {
		u32 key = i;
		struct rule *rule = bpf_map_lookup_elem(&firewall_rules, &key);

		if (rule && rule->action != UNSET && fits(rule, packet))
			return rule->action;
	}
	return DEFAULT;
}

HIKE_SIGNED_PROGRAM(
	firewall,
	"Says whether the packet is allowed: continues with 1 (allow) or 2 (deny).\n"
	"\n"
	"The first rule in `firewall_rules` that fits decides, else `DEFAULT`. A rule names a\n"
	"source zone, a destination zone, a protocol and ranges of ports; what is 0 fits all.\n"
	"Zones are numbers that `firewall_sources6`, `firewall_sources4` and the maps of\n"
	"destinations give to prefixes; the longest prefix counts.\n"
	"\n"
	"Options, extension headers and VLAN tags are looked through. A fragment other than\n"
	"the first has neither ports nor a protocol that could be trusted: only rules without\n"
	"them fit. A packet that cannot be judged continues with a negative number: -74 a\n"
	"header is cut off, -93 it is neither IPv4 nor IPv6.")
{
	struct packet packet = {};
	int error = read_packet(ctx, call, &packet);

	if (error)
		return hike_error(call, -error);
	return hike_continue(call, decide(&packet));
}

HIKE_LICENSE("Dual MIT/GPL");
