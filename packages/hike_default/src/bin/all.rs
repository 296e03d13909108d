//! `all`
#![no_std]
#![no_main]

use hike_default::start;
use hike_sdk::prelude::*;

/// The chain, under key 0.
#[btf_map]
#[allow(non_upper_case_globals)]
static all_map: maps::Array<ChainId, 1> = maps::Array::new();

config! {
    /// What happens to packets whose chain ends without a decision, or is stopped for a
    /// fault: an XDP action, 1 is a drop, 2 passes the packet to the kernel.
    DEFAULT_ACTION: u32 = 1;
}

/// Starts one chain for every packet, the one in `all_map`.
///
/// The chain also gets what the host itself lives on, ARP and neighbour discovery. Without
/// a chain in the map, all packets pass.
#[hike_loader]
fn all(ctx: &mut HikeContext) -> Start {
    ctx.locate();
    start(all_map.get(0), DEFAULT_ACTION.get())
}
