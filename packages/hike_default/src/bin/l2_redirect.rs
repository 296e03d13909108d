//! `l2_redirect`
#![no_std]
#![no_main]

use hike_sdk::helpers::bpf_redirect;
use hike_sdk::prelude::*;

/// Ends the chain: the packet leaves, unchanged, by the interface with this index.
///
/// Index 0 is no interface: the packet is dropped. So it is, by the kernel, when there is no
/// interface with the index or it is down.
#[hike_program]
fn l2_redirect(_ctx: &mut HikeContext, ifindex: u32) -> Action {
    if ifindex == 0 {
        return Action::Drop;
    }
    // SAFETY: a helper that takes numbers; without flags it always gives XDP_REDIRECT.
    unsafe { bpf_redirect(ifindex, 0) };
    Action::Redirect
}
