/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * HIKe programs, chain loaders and chains in C. clang (14 or newer) and this file are all
 * one needs; docs/programs-c.md in the HIKe repository is the guide.
 *
 * Generated from the crate hike-abi (BLESS=1 cargo test -p hike-abi): do not edit.
 *
 * With <linux/bpf.h>, <linux/types.h> or <bpf/bpf_helpers.h>: include this file after them.
 */
#ifndef HIKE_H
#define HIKE_H

/* ---- Numbers ---------------------------------------------------------------------- */

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;

/* Numbers in network order; tools show and read them as what they are. */
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u64 __be64;

#define hike_ntohs(x) ((u16)__builtin_bswap16(x))
#define hike_htons(x) ((__be16)__builtin_bswap16(x))
#define hike_ntohl(x) ((u32)__builtin_bswap32(x))
#define hike_htonl(x) ((__be32)__builtin_bswap32(x))
#define hike_ntohll(x) ((u64)__builtin_bswap64(x))
#define hike_htonll(x) ((__be64)__builtin_bswap64(x))

/* ---- Types whose names mean more than their bytes --------------------------------- */

typedef struct {
	u32 words[4];
} Ipv6Addr; /* network order */
typedef struct {
	u32 word;
} Ipv4Addr; /* network order */
typedef struct {
	u8 bytes[6];
} MacAddr;
typedef u32 ChainId; /* the runtime ID of a chain */
typedef u32 IfIndex; /* the index of an interface */

/* ---- What the kernel declares in <linux/bpf.h> ------------------------------------- */

#if !defined(__LINUX_BPF_H__) && !defined(_UAPI__LINUX_BPF_H__) && !defined(__VMLINUX_H__)
enum xdp_action {
	XDP_ABORTED = 0,
	XDP_DROP = 1,
	XDP_PASS = 2,
	XDP_TX = 3,
	XDP_REDIRECT = 4,
};

struct xdp_md {
	__u32 data;
	__u32 data_end;
	__u32 data_meta;
	__u32 ingress_ifindex;
	__u32 rx_queue_index;
	__u32 egress_ifindex;
};

enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_HASH = 5,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_LRU_PERCPU_HASH = 10,
	BPF_MAP_TYPE_LPM_TRIE = 11,
	BPF_MAP_TYPE_DEVMAP = 14,
	BPF_MAP_TYPE_RINGBUF = 27,
};

enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
	BPF_EXIST = 2,
	BPF_F_NO_PREALLOC = 1,
};
#endif

/* ---- What libbpf declares in <bpf/bpf_helpers.h> ----------------------------------- */

#ifndef SEC
#define SEC(name) __attribute__((section(name), used))
#endif
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#ifndef __noinline
#define __noinline __attribute__((noinline))
#endif
#ifndef __uint
#define __uint(name, value) int (*name)[value]
#endif
#ifndef __type
#define __type(name, value) __typeof__(value) *name
#endif

#ifndef __BPF_HELPERS__
static void *(*const bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*const bpf_map_update_elem)(void *map, const void *key, const void *value, __u64 flags) = (void *)2;
static long (*const bpf_map_delete_elem)(void *map, const void *key) = (void *)3;
static __u64 (*const bpf_ktime_get_ns)(void) = (void *)5;
static long (*const bpf_trace_printk)(const char *format, __u32 size, ...) = (void *)6;
static __u32 (*const bpf_get_prandom_u32)(void) = (void *)7;
static __u32 (*const bpf_get_smp_processor_id)(void) = (void *)8;
static long (*const bpf_redirect)(__u32 ifindex, __u64 flags) = (void *)23;
static long (*const bpf_csum_diff)(const void *from, __u32 from_size, const void *to, __u32 to_size, __u32 seed) = (void *)28;
static long (*const bpf_xdp_adjust_head)(struct xdp_md *ctx, int delta) = (void *)44;
static long (*const bpf_redirect_map)(void *map, __u64 key, __u64 flags) = (void *)51;
static long (*const bpf_xdp_adjust_tail)(struct xdp_md *ctx, int delta) = (void *)65;
static void *(*const bpf_ringbuf_reserve)(void *ring, __u64 size, __u64 flags) = (void *)131;
static void (*const bpf_ringbuf_submit)(void *data, __u64 flags) = (void *)132;
static void (*const bpf_ringbuf_discard)(void *data, __u64 flags) = (void *)133;
#endif

/* ---- The VM's ABI ------------------------------------------------------------------ */

enum {
	HIKE_VM_ABI = 3, /* version of all this */
	HIKE_CONTINUE = -1, /* what logic returns when the chain goes on */
	HIKE_NO_CHAIN = 0, /* the chain ID of an unset map entry */
	HIKE_ARGUMENTS = 5, /* of a program or chain */
	HIKE_CHAIN_INSNS = 256, /* instructions of a chain */
	HIKE_EXECUTED_INSNS = 4096, /* instructions a packet may execute */
	HIKE_PROGRAM_CALLS = 33, /* program calls a packet may make */
	HIKE_FRAMES = 8, /* nested chains */
	HIKE_FRAME_STACK = 128, /* bytes of a chain's stack */
	HIKE_SMA_SIZE = 256, /* bytes of the shared memory area */
	HIKE_STATE_CHAIN = 92, /* offsets from the call record */
	HIKE_STATE_BUDGET = 96,
	HIKE_STATE_DEFAULT_ACTION = 104,
	HIKE_STATE_CURSOR = 112,
	HIKE_STATE_SMA = 1464,
};

/* What a program's logic sees of the VM: the result and the arguments. */
struct hike_call {
	u64 ret;
	u64 args[HIKE_ARGUMENTS];
};

/* Where the packet's headers start, in bytes from its first one. Filled by the chain
 * loader; a program that moves headers keeps it true. */
struct hike_cursor {
	u16 network;
	u16 transport; /* 0 while unknown */
	u16 ethertype; /* host order; 0 when there is no whole header */
	u8 protocol; /* of the transport header */
	u8 reserved;
};

_Static_assert(sizeof(struct hike_call) == 48, "hike_call");
_Static_assert(sizeof(struct hike_cursor) == 8, "hike_cursor");
_Static_assert(__builtin_offsetof(struct hike_call, ret) == 0, "hike_call.ret");
_Static_assert(__builtin_offsetof(struct hike_call, args) == 8, "hike_call.args");
_Static_assert(__builtin_offsetof(struct hike_cursor, network) == 0, "hike_cursor.network");
_Static_assert(__builtin_offsetof(struct hike_cursor, transport) == 2, "hike_cursor.transport");
_Static_assert(__builtin_offsetof(struct hike_cursor, ethertype) == 4, "hike_cursor.ethertype");
_Static_assert(__builtin_offsetof(struct hike_cursor, protocol) == 6, "hike_cursor.protocol");
_Static_assert(__builtin_offsetof(struct hike_cursor, reserved) == 7, "hike_cursor.reserved");

static __always_inline struct hike_cursor *hike_cursor(struct hike_call *call)
{
	return (struct hike_cursor *)((u8 *)call + HIKE_STATE_CURSOR);
}

/* The shared memory area of the chain and the programs it calls: HIKE_SMA_SIZE bytes. */
static __always_inline u8 *hike_sma(struct hike_call *call)
{
	return (u8 *)call + HIKE_STATE_SMA;
}

/* ---- Programs ---------------------------------------------------------------------- */

/* A program is the logic with this head; at most five integers are its arguments:
 *
 *	HIKE_PROGRAM(monitor, "Adds 1 to the counter of `event`.", u32 event)
 *	{
 *		...
 *		return hike_continue(call, 0);
 *	}
 *
 * In the body `ctx` is the kernel's context and `call` the call record. What it returns is
 * an XDP action, which ends the chain, or what hike_continue or hike_error give. The text
 * is Markdown; its first line is the summary.
 *
 * HIKE_PROGRAM gives a number to the chain, HIKE_SIGNED_PROGRAM one that may be negative,
 * such as an error; HIKE_FINAL_PROGRAM always ends the chain. */
#define HIKE_PROGRAM(name, doc, ...) HIKE_DEFINE_(name, doc, u64, ##__VA_ARGS__)
#define HIKE_SIGNED_PROGRAM(name, doc, ...) HIKE_DEFINE_(name, doc, s64, ##__VA_ARGS__)
#define HIKE_FINAL_PROGRAM(name, doc, ...) HIKE_DEFINE_(name, doc, HikeFinal, ##__VA_ARGS__)

/* In a signature: the program always ends the chain. */
typedef u64 HikeFinal;

/* The chain goes on; a call of the program has this value. */
static __always_inline int hike_continue(struct hike_call *call, u64 value)
{
	call->ret = value;
	return HIKE_CONTINUE;
}

/* The chain goes on with an error: HIKE_ENOENT gives -2. */
static __always_inline int hike_error(struct hike_call *call, int errno_)
{
	return hike_continue(call, (u64)(s64)-errno_);
}

/* Errors, as the kernel numbers them. */
enum {
	HIKE_ENOENT = 2, /* no such entry, nothing found */
	HIKE_E2BIG = 7, /* a map is full */
	HIKE_EINVAL = 22, /* not an argument or setting the program knows */
	HIKE_EBADMSG = 74, /* a header is cut off or contradicts itself */
	HIKE_EPROTONOSUPPORT = 93, /* not a protocol the program works on */
	HIKE_ENOBUFS = 105, /* no room to store or report anything */
};

/* The licence the kernel is told. Helpers may want one that goes with the GPL. */
#define HIKE_LICENSE(text) const char LICENSE[] SEC("license") = text

#define HIKE_DEFINE_(name, doc, result_type, ...)                                          \
	HIKE_DESCRIBE_(name, doc, ".hike.program", result_type, ##__VA_ARGS__)             \
	static __always_inline int hike_logic_##name(struct xdp_md *ctx,                   \
						     struct hike_call *call,               \
						     ##__VA_ARGS__);                       \
	int name(struct xdp_md *ctx, struct hike_call *call)                               \
	{                                                                                  \
		return hike_logic_##name(                                                  \
			ctx, call HIKE_JOIN_(HIKE_VALUES_, HIKE_COUNT_(__VA_ARGS__)));     \
	}                                                                                  \
	static __always_inline int hike_logic_##name(                                      \
		__attribute__((unused)) struct xdp_md *ctx,                                \
		__attribute__((unused)) struct hike_call *call, ##__VA_ARGS__)

#define HIKE_DESCRIBE_(name, doc, section_name, result_type, ...)                          \
	struct hike_sig_##name {                                                           \
		result_type result;                                                        \
		HIKE_JOIN_(HIKE_MEMBERS_, HIKE_COUNT_(__VA_ARGS__))(__VA_ARGS__)           \
	};                                                                                 \
	const struct hike_sig_##name hike_sig_##name SEC(section_name) = {};               \
	HIKE_DOC(name, doc);

#define HIKE_JOIN_(a, b) HIKE_JOIN_NOW_(a, b)
#define HIKE_JOIN_NOW_(a, b) a##b
/* The number of arguments, 0 to 5. */
#define HIKE_COUNT_(...) HIKE_SEVENTH_(0, ##__VA_ARGS__, 5, 4, 3, 2, 1, 0)
#define HIKE_SEVENTH_(zero, one, two, three, four, five, seventh, ...) seventh
#define HIKE_MEMBERS_0()
#define HIKE_MEMBERS_1(a) a;
#define HIKE_MEMBERS_2(a, b) a; b;
#define HIKE_MEMBERS_3(a, b, c) a; b; c;
#define HIKE_MEMBERS_4(a, b, c, d) a; b; c; d;
#define HIKE_MEMBERS_5(a, b, c, d, e) a; b; c; d; e;
#define HIKE_VALUES_0
#define HIKE_VALUES_1 , call->args[0]
#define HIKE_VALUES_2 HIKE_VALUES_1, call->args[1]
#define HIKE_VALUES_3 HIKE_VALUES_2, call->args[2]
#define HIKE_VALUES_4 HIKE_VALUES_3, call->args[3]
#define HIKE_VALUES_5 HIKE_VALUES_4, call->args[4]

/* ---- Configuration ----------------------------------------------------------------- */

/* A constant that a script or an install can set; it costs nothing at run time:
 *
 *	HIKE_CONFIG(u32, LIMIT, 64, "Most packets.");               read as LIMIT
 *	HIKE_CONFIG_IN(Seconds, TIMEOUT, 60, "Age of an entry.");   read as TIMEOUT.value
 */
#define HIKE_CONFIG(type, name, initial, doc) \
	HIKE_DOC(config_##name, doc);         \
	const volatile type name SEC(".rodata.config") = initial
#define HIKE_CONFIG_IN(unit, name, initial, doc) \
	HIKE_DOC(config_##name, doc);            \
	const volatile struct unit name SEC(".rodata.config") = { initial }

/* What users read about a configuration variable, config_NAME, or a map, map_NAME. */
#define HIKE_DOC(name, text) const char hike_doc_##name[] SEC(".hike.doc") = text

/* A unit is a struct with one number. */
#define HIKE_UNIT(name, type) \
	struct name {         \
		type value;   \
	}
HIKE_UNIT(PacketsPerSecond, u32);
HIKE_UNIT(Packets, u32);
HIKE_UNIT(Bytes, u32);
HIKE_UNIT(Seconds, u32);
HIKE_UNIT(Nanoseconds, u64);

/* ---- Maps -------------------------------------------------------------------------- */

/* A map; its keys and values have the types that tools show. libbpf's way to declare maps
 * works as well, with HIKE_DOC beside it. */
#define HIKE_MAP(map_type, name, key_type, value_type, entries, doc) \
	HIKE_DOC(map_##name, doc);                                   \
	struct {                                                     \
		__uint(type, map_type);                              \
		__type(key, key_type);                               \
		__type(value, value_type);                           \
		__uint(max_entries, entries);                        \
	} name SEC(".maps")

/* A map in which the longest prefix counts. A key is the prefix length as u32, then the
 * address. */
#define HIKE_LPM_MAP(name, key_type, value_type, entries, doc) \
	HIKE_DOC(map_##name, doc);                             \
	struct {                                               \
		__uint(type, BPF_MAP_TYPE_LPM_TRIE);           \
		__type(key, key_type);                         \
		__type(value, value_type);                     \
		__uint(max_entries, entries);                  \
		__uint(map_flags, BPF_F_NO_PREALLOC);          \
	} name SEC(".maps")

/* ---- Packets ----------------------------------------------------------------------- */

enum {
	HIKE_ETH_P_IP = 0x0800,
	HIKE_ETH_P_IPV6 = 0x86dd,
	HIKE_ETH_P_8021Q = 0x8100,
	HIKE_ETH_P_8021AD = 0x88a8,
	HIKE_IPPROTO_HOPOPTS = 0,
	HIKE_IPPROTO_TCP = 6,
	HIKE_IPPROTO_UDP = 17,
	HIKE_IPPROTO_ROUTING = 43,
	HIKE_IPPROTO_FRAGMENT = 44,
	HIKE_IPPROTO_AH = 51,
	HIKE_IPPROTO_NONE = 59,
	HIKE_IPPROTO_DSTOPTS = 60,
	HIKE_IPPROTO_MH = 135,
	HIKE_IPPROTO_HIP = 139,
	HIKE_IPPROTO_SHIM6 = 140,
	/* Extension headers that are followed. */
	HIKE_EXTENSION_HEADERS = 8,
	/* VLAN tags that are skipped. */
	HIKE_VLAN_TAGS = 2,
};

struct hike_ethernet {
	MacAddr destination;
	MacAddr source;
	__be16 ethertype;
};

struct hike_ipv4 {
	u8 version_length; /* 4 bits each, the length in words of 4 bytes */
	u8 tos;
	__be16 total_length;
	__be16 id;
	__be16 flags_fragment; /* 3 and 13 bits */
	u8 ttl;
	u8 protocol;
	__be16 checksum;
	Ipv4Addr source;
	Ipv4Addr destination;
};

struct hike_ipv6 {
	u8 version_class_flow[4]; /* 4, 8 and 20 bits */
	__be16 payload_length;
	u8 next_header;
	u8 hop_limit;
	Ipv6Addr source;
	Ipv6Addr destination;
};

struct hike_udp {
	__be16 source;
	__be16 destination;
	__be16 length;
	__be16 checksum;
};

/* A value that the compiler knows nothing about: it then keeps checks that the verifier
 * needs, and computes what it would make a branch of. */
#define hike_opaque(value)                                     \
	({                                                     \
		__typeof__(value) hike_value = (value);        \
		__asm__ volatile("%0 = %0" : "+r"(hike_value)); \
		hike_value;                                    \
	})

/* The bytes at an offset, when the packet has that many, else 0. (Opaque, or the compiler
 * merges checks that the verifier wants one by one; the mask lets the verifier follow the
 * offset.) */
static __always_inline void *hike_bytes(struct xdp_md *ctx, u32 offset, u32 size)
{
	u8 *end = (u8 *)(long)ctx->data_end;
	u8 *start = hike_opaque((u8 *)(long)ctx->data + (offset & 0x7fff));

	return start + size > end ? 0 : start;
}

/* The header of a type at an offset, when the packet holds it whole, else 0. */
#define hike_header(ctx, type, offset) ((type *)hike_bytes(ctx, offset, sizeof(type)))

/* The network header that the packet cursor names, when it is of that protocol and whole. */
static __always_inline struct hike_ipv4 *hike_ipv4(struct xdp_md *ctx, struct hike_call *call)
{
	struct hike_ipv4 *header = hike_header(ctx, struct hike_ipv4, hike_cursor(call)->network);

	if (hike_cursor(call)->ethertype != HIKE_ETH_P_IP || !header)
		return 0;
	return header->version_length >> 4 == 4 ? header : 0;
}

static __always_inline struct hike_ipv6 *hike_ipv6(struct xdp_md *ctx, struct hike_call *call)
{
	struct hike_ipv6 *header = hike_header(ctx, struct hike_ipv6, hike_cursor(call)->network);

	if (hike_cursor(call)->ethertype != HIKE_ETH_P_IPV6 || !header)
		return 0;
	return header->version_class_flow[0] >> 4 == 6 ? header : 0;
}

static __always_inline int hike_ipv4_transport_(struct xdp_md *ctx, struct hike_call *call)
{
	struct hike_cursor *cursor = hike_cursor(call);
	struct hike_ipv4 *header = hike_ipv4(ctx, call);
	u32 length;

	if (!header)
		return -HIKE_EBADMSG;
	length = (header->version_length & 0xf) * 4;
	if (length < sizeof(*header))
		return -HIKE_EBADMSG;
	if (header->flags_fragment & hike_htons(0x1fff))
		return -HIKE_ENOENT;
	cursor->transport = cursor->network + length;
	return cursor->protocol = header->protocol;
}

static __always_inline int hike_is_extension_(u8 protocol)
{
	return protocol == HIKE_IPPROTO_HOPOPTS || protocol == HIKE_IPPROTO_ROUTING ||
	       protocol == HIKE_IPPROTO_FRAGMENT || protocol == HIKE_IPPROTO_AH ||
	       protocol == HIKE_IPPROTO_DSTOPTS || protocol == HIKE_IPPROTO_MH ||
	       protocol == HIKE_IPPROTO_HIP || protocol == HIKE_IPPROTO_SHIM6;
}

static __always_inline int hike_ipv6_transport_(struct xdp_md *ctx, struct hike_call *call)
{
	struct hike_cursor *cursor = hike_cursor(call);
	struct hike_ipv6 *header = hike_ipv6(ctx, call);
	u32 offset = cursor->network + sizeof(*header);
	u8 protocol;

	if (!header)
		return -HIKE_EBADMSG;
	protocol = header->next_header;
	for (int headers = 0; hike_is_extension_(protocol);) {
		u8 *extension = hike_bytes(ctx, offset, 8);

		if (headers == HIKE_EXTENSION_HEADERS || !extension)
			return -HIKE_EBADMSG;
		if (protocol == HIKE_IPPROTO_FRAGMENT && (extension[2] || extension[3] & 0xf8))
			return -HIKE_ENOENT;
		if (protocol == HIKE_IPPROTO_FRAGMENT)
			offset += 8;
		else if (protocol == HIKE_IPPROTO_AH)
			offset += (extension[1] + 2) * 4;
		else
			offset += (extension[1] + 1) * 8;
		offset = hike_opaque(offset) & 0x7fff;
		protocol = extension[0];
		headers++;
		/* The last instruction, a jump: Linux 6.1 does not take a loop whose end runs on
		 * into its start, and compilers lay it out so. */
		asm volatile("goto +0" : "+r"(offset), "+r"(protocol), "+r"(headers));
	}
	if (protocol == HIKE_IPPROTO_NONE)
		return -HIKE_ENOENT;
	cursor->transport = offset;
	return cursor->protocol = protocol;
}

/* Finds what follows the IPv4 header and its options, or the IPv6 header and its extension
 * headers: keeps it in the packet cursor and gives its protocol number, or
 * -HIKE_EPROTONOSUPPORT when the packet is neither, -HIKE_ENOENT when nothing follows or
 * the packet is a fragment other than the first, -HIKE_EBADMSG when a header is cut off. */
static __always_inline int hike_transport(struct xdp_md *ctx, struct hike_call *call)
{
	switch (hike_cursor(call)->ethertype) {
	case HIKE_ETH_P_IP:
		return hike_ipv4_transport_(ctx, call);
	case HIKE_ETH_P_IPV6:
		return hike_ipv6_transport_(ctx, call);
	default:
		return -HIKE_EPROTONOSUPPORT;
	}
}

/* ---- Chain loaders ----------------------------------------------------------------- */

/* A loader is an XDP program that chooses a chain:
 *
 *	HIKE_LOADER(ip4, "Starts one chain for every IPv4 packet.")
 *	{
 *		u32 key = 0;
 *		ChainId *chain = bpf_map_lookup_elem(&ip4_map, &key);
 *
 *		if (hike_locate(ctx, call) != HIKE_ETH_P_IP || !chain)
 *			return XDP_PASS;
 *		return hike_start(call, *chain, XDP_DROP);
 *	}
 */
#define HIKE_LOADER(name, doc)                                                             \
	HIKE_DESCRIBE_(name, doc, ".hike.loader", HikeFinal)                               \
	static __always_inline int hike_logic_##name(struct xdp_md *ctx,                   \
						     struct hike_call *call);              \
	int name(struct xdp_md *ctx, struct hike_call *call)                               \
	{                                                                                  \
		*hike_cursor(call) = (struct hike_cursor){};                               \
		return hike_logic_##name(ctx, call);                                       \
	}                                                                                  \
	static __always_inline int hike_logic_##name(                                      \
		__attribute__((unused)) struct xdp_md *ctx,                                \
		__attribute__((unused)) struct hike_call *call)

/* Starts a chain. `default_action` is the verdict of a chain that ends without one; where
 * the map has no chain yet (ID 0) the packet passes. */
static __always_inline int hike_start(struct hike_call *call, ChainId chain, u32 default_action)
{
	u8 *state = (u8 *)call;

	if (chain == HIKE_NO_CHAIN)
		return XDP_PASS;
	*(u32 *)(state + HIKE_STATE_CHAIN) = chain;
	*(u32 *)(state + HIKE_STATE_DEFAULT_ACTION) = default_action;
	*(u32 *)(state + HIKE_STATE_BUDGET) = HIKE_EXECUTED_INSNS;
	return HIKE_CONTINUE;
}

/* Finds the network header behind up to two VLAN tags and makes it the packet cursor;
 * gives its EtherType. For a packet that ends before, or within its IPv6 header, or whose
 * IPv6 header is not of version 6, EtherType and cursor are zero. */
static __always_inline u16 hike_locate(struct xdp_md *ctx, struct hike_call *call)
{
	struct hike_cursor *cursor = hike_cursor(call);
	u32 network = sizeof(struct hike_ethernet);
	__be16 *ethertype = hike_header(ctx, __be16, network - 2);

	*cursor = (struct hike_cursor){};
	for (int tags = 0; tags < HIKE_VLAN_TAGS; tags++) {
		if (!ethertype || (*ethertype != hike_htons(HIKE_ETH_P_8021Q) &&
				   *ethertype != hike_htons(HIKE_ETH_P_8021AD)))
			break;
		network += 4;
		ethertype = hike_header(ctx, __be16, network - 2);
	}
	if (!ethertype)
		return 0;
	cursor->network = network;
	cursor->ethertype = hike_ntohs(*ethertype);
	if (cursor->ethertype == HIKE_ETH_P_IPV6 && !hike_ipv6(ctx, call))
		*cursor = (struct hike_cursor){};
	return cursor->ethertype;
}

/* ---- Chains ------------------------------------------------------------------------ */

/* Chains are written as scripts, or in C: functions of 64-bit numbers that call programs
 * and other chains by their names. Compile them like programs; no data, no maps.
 *
 *	u64 monitor(u32 event) HIKE_CALLS(hike_default, monitor);
 *	u64 count(void) HIKE_CHAIN(site, count);
 *
 *	u64 count(void)
 *	{
 *		return monitor(hike_packet_read_u8(21));
 *	}
 */
#define HIKE_CALLS(package, program) __asm__("programs." #package "." #program)
#define HIKE_CHAIN(package, chain) __asm__("chains." #package "." #chain)

/* Helpers of chains: offsets are from the packet's first byte, numbers in host order. */
static u64 (*const hike_packet_read_u8)(u64 offset) = (void *)1;
static u64 (*const hike_packet_read_u16)(u64 offset) = (void *)2;
static u64 (*const hike_packet_read_u32)(u64 offset) = (void *)3;
static u64 (*const hike_packet_read_u64)(u64 offset) = (void *)4;
static void (*const hike_packet_write_u8)(u64 offset, u64 value) = (void *)5;
static void (*const hike_packet_write_u16)(u64 offset, u64 value) = (void *)6;
static void (*const hike_packet_write_u32)(u64 offset, u64 value) = (void *)7;
static void (*const hike_packet_write_u64)(u64 offset, u64 value) = (void *)8;
static u64 (*const hike_time_ns)(void) = (void *)9;
static u64 (*const hike_random_u32)(void) = (void *)10;

#endif
