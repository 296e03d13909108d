//! `ethertype`
#![no_std]
#![no_main]

use hike_default::start;
use hike_sdk::prelude::*;

/// Chains by EtherType, a number in host order: 0x86dd is IPv6, 0x0800 IPv4.
#[btf_map]
#[allow(non_upper_case_globals)]
static ethertype_map: maps::HashMap<u16, ChainId, 256> = maps::HashMap::new();

config! {
    /// What happens to packets whose chain ends without a decision, or is stopped for a
    /// fault: an XDP action, 1 is a drop, 2 passes the packet to the kernel.
    DEFAULT_ACTION: u32 = 1;
}

/// Starts the chain that `ethertype_map` has for the packet's EtherType.
///
/// All other packets pass to the kernel. Up to two VLAN tags are skipped; a packet whose
/// IPv6 header is cut off or not of version 6 has EtherType 0.
#[hike_loader]
fn ethertype(ctx: &mut HikeContext) -> Start {
    let ethertype = ctx.locate();
    // SAFETY: a number, read in one access.
    start(
        unsafe { ethertype_map.get(ethertype) },
        DEFAULT_ACTION.get(),
    )
}
