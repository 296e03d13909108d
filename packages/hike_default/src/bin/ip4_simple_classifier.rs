//! `ip4_simple_classifier`
#![no_std]
#![no_main]

use hike_default::start;
use hike_sdk::prelude::*;

/// The chain, under key 0.
#[btf_map]
#[allow(non_upper_case_globals)]
static ipv4_simple_classifier_map: maps::Array<ChainId, 1> = maps::Array::new();

config! {
    /// What happens to packets whose chain ends without a decision, or is stopped for a
    /// fault: an XDP action, 1 is a drop, 2 passes the packet to the kernel.
    DEFAULT_ACTION: u32 = 1;
}

/// Starts one chain for every IPv4 packet, the one in `ipv4_simple_classifier_map`.
///
/// All other packets pass to the kernel, as does one cut off within its IPv4 header. Up to
/// two VLAN tags are skipped. Without a chain in the map, all packets pass.
#[hike_loader]
fn ip4_simple_classifier(ctx: &mut HikeContext) -> Start {
    ctx.locate();
    if ctx.ipv4().is_none() {
        return Start::Decided(Action::Pass);
    }
    start(ipv4_simple_classifier_map.get(0), DEFAULT_ACTION.get())
}
