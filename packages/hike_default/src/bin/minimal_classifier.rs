//! `minimal_classifier`
#![no_std]
#![no_main]

use hike_default::start;
use hike_sdk::prelude::*;

/// Chains by IPv6 destination.
#[btf_map]
#[allow(non_upper_case_globals)]
static map_ipv6: maps::HashMap<Ipv6Addr, ChainId, 1024> = maps::HashMap::new();

config! {
    /// What happens to packets whose chain ends without a decision, or is stopped for a
    /// fault: an XDP action, 1 is a drop, 2 passes the packet to the kernel.
    DEFAULT_ACTION: u32 = 1;
}

/// Starts the chain that `map_ipv6` has for the packet's IPv6 destination.
///
/// All other packets pass to the kernel. Up to two VLAN tags are skipped.
#[hike_loader]
fn minimal_classifier(ctx: &mut HikeContext) -> Start {
    ctx.locate();
    let Some(header) = ctx.ipv6() else {
        return Start::Decided(Action::Pass);
    };
    // SAFETY: a number, read in one access.
    start(
        unsafe { map_ipv6.get(header.destination()) },
        DEFAULT_ACTION.get(),
    )
}
