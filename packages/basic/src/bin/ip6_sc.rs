//! `ip6_sc`
#![no_std]
#![no_main]

use hike_default::one_chain;
use hike_sdk::prelude::*;

/// The chain, under key 0.
#[btf_map]
#[allow(non_upper_case_globals)]
static ipv6_sc_map: maps::Array<ChainId, 1> = maps::Array::new();

config! {
    /// What happens to packets whose chain ends without a decision, or is stopped for a
    /// fault: an XDP action, 1 is a drop, 2 passes the packet to the kernel.
    DEFAULT_ACTION: u32 = 1;
}

/// Starts one chain for every IPv6 packet, the one in `ipv6_sc_map`.
///
/// All other packets pass to the kernel, as does one cut off within its IPv6 header. Up to
/// two VLAN tags are skipped. Without a chain in the map, all packets pass.
#[hike_loader]
fn ip6_sc(ctx: &mut HikeContext) -> Start {
    one_chain(ctx, &ipv6_sc_map, DEFAULT_ACTION.get())
}
