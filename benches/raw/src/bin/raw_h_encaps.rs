//! Match, encapsulate, forward in one program.
#![no_std]
#![no_main]

use hike_raw::encaps::encapsulate;
use hike_raw::maps::{ENCAPS, raw_classes};
use hike_raw::packet::headers;
use hike_raw::route::route;
use hike_sdk::{Action, xdp_md};

hike_raw::xdp!(raw_h_encaps, raw_h_encaps_body);

#[inline(always)]
fn raw_h_encaps_body(ctx: *mut xdp_md) -> u32 {
    let Some(packet) = headers(ctx) else {
        return Action::Pass as u32;
    };
    if !packet.is_ipv6() {
        return Action::Pass as u32;
    }
    // SAFETY: a number, read in one access.
    let class = unsafe { raw_classes.get(packet.ipv6.destination()) };
    if class != Some(&ENCAPS) {
        return Action::Pass as u32;
    }
    if encapsulate(ctx).is_none() {
        return Action::Drop as u32;
    }
    match headers(ctx) {
        Some(packet) => route(ctx, packet) as u32,
        None => Action::Drop as u32,
    }
}
