//! Match, mark, count, forward in one program.
#![no_std]
#![no_main]

use hike_raw::maps::{MARK, count, raw_classes};
use hike_raw::packet::headers;
use hike_raw::route::route;
use hike_sdk::{Action, xdp_md};

hike_raw::xdp!(raw_mmlf, raw_mmlf_body);

#[inline(always)]
fn raw_mmlf_body(ctx: *mut xdp_md) -> u32 {
    let Some(packet) = headers(ctx) else {
        return Action::Pass as u32;
    };
    if !packet.is_ipv6() {
        return Action::Pass as u32;
    }
    // SAFETY: a number, read in one access.
    let class = unsafe { raw_classes.get(packet.ipv6.destination()) };
    if class != Some(&MARK) {
        return Action::Pass as u32;
    }
    packet.mark();
    count();
    route(ctx, packet) as u32
}
