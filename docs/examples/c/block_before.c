/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Drops packets from blocked IPv6 sources, and counts them. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct in6_addr);
	__type(value, __u64);
	__uint(max_entries, 4096);
} blocked SEC(".maps");

SEC("xdp")
int block(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct ipv6hdr *ip = (struct ipv6hdr *)(eth + 1);

	if ((void *)(ip + 1) <= end && eth->h_proto == bpf_htons(ETH_P_IPV6)) {
		__u64 *count = bpf_map_lookup_elem(&blocked, &ip->saddr);

		if (count) {
			__sync_fetch_and_add(count, 1);
			return XDP_DROP;
		}
	}
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
