//! `l2xcon`
#![no_std]
#![no_main]

use hike_sdk::helpers::bpf_redirect;
use hike_sdk::prelude::*;

/// Where packets go, by the interface they came in on.
#[btf_map]
#[allow(non_upper_case_globals)]
static l2xcon_map: maps::HashMap<IfIndex, IfIndex, 256> = maps::HashMap::new();

/// Ends the chain: the packet leaves, unchanged, by the interface paired with its own.
///
/// `l2xcon_map` has the pairs; a packet from an interface that has none is dropped. A pair
/// is one direction: two interfaces that are to be connected need two entries.
#[hike_program]
fn l2xcon(ctx: &mut HikeContext) -> Action {
    // SAFETY: entries are plain numbers; a torn or recycled one is still a number.
    let target = unsafe { l2xcon_map.get(IfIndex(ctx.ingress_ifindex())) };
    let Some(target) = target else {
        return Action::Drop;
    };
    // SAFETY: a helper that takes numbers; without flags it always gives XDP_REDIRECT.
    unsafe { bpf_redirect(target.0, 0) };
    Action::Redirect
}
