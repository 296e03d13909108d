//! `ip6_udport_classifier`
#![no_std]
#![no_main]

use hike_default::start;
use hike_sdk::headers::{IPPROTO_UDP, UdpHeader};
use hike_sdk::prelude::*;

/// Chains by UDP destination port, a number in host order.
#[btf_map]
#[allow(non_upper_case_globals)]
static ip6_udport_cls_map: maps::HashMap<u16, ChainId, 1024> = maps::HashMap::new();

config! {
    /// What happens to packets whose chain ends without a decision, or is stopped for a
    /// fault: an XDP action, 1 is a drop, 2 passes the packet to the kernel.
    DEFAULT_ACTION: u32 = 1;
}

/// Starts the chain that `ip6_udport_cls_map` has for the packet's UDP destination port.
///
/// All other packets pass to the kernel. Up to two VLAN tags and eight IPv6 extension
/// headers are skipped; fragments other than the first have no port and pass.
#[hike_loader]
fn ip6_udport_classifier(ctx: &mut HikeContext) -> Start {
    ctx.locate();
    let Some(port) = destination_port(ctx) else {
        return Start::Decided(Action::Pass);
    };
    // SAFETY: a number, read in one access.
    start(
        unsafe { ip6_udport_cls_map.get(port) },
        DEFAULT_ACTION.get(),
    )
}

#[inline(always)]
fn destination_port(ctx: &mut HikeContext) -> Option<u16> {
    let transport = ctx.find_transport().ok()?;
    if transport.protocol != IPPROTO_UDP {
        return None;
    }
    let header = ctx.header_ref::<UdpHeader>(transport.start())?;
    Some(u16::from_be_bytes(header.destination))
}
