#include "hike.h"

HIKE_MAP(BPF_MAP_TYPE_PERCPU_ARRAY, {name}_counts, u32, u64, 2,
	 "Packets that were not longer (0), and that were (1).");

HIKE_PROGRAM({name},
	     "Says whether a packet is long: continues with 1 when it has more bytes than `most`,\n"
	     "else with 0.",
	     u32 most)
{
	u32 is_long = ctx->data_end - ctx->data > most;
	u64 *count = bpf_map_lookup_elem(&{name}_counts, &is_long);

	if (count)
		*count += 1;
	return hike_continue(call, is_long);
}

HIKE_LICENSE("Dual MIT/GPL");
