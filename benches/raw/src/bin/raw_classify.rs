//! Matches the destination and jumps where the map says.
#![no_std]
#![no_main]

use hike_raw::jump_to;
use hike_raw::maps::raw_classes;
use hike_raw::packet::headers;
use hike_sdk::{Action, xdp_md};

hike_raw::xdp!(raw_classify, raw_classify_body);

#[inline(always)]
fn raw_classify_body(ctx: *mut xdp_md) -> u32 {
    let Some(packet) = headers(ctx) else {
        return Action::Pass as u32;
    };
    if !packet.is_ipv6() {
        return Action::Pass as u32;
    }
    // SAFETY: a number, read in one access.
    let class = unsafe { raw_classes.get(packet.ipv6.destination()) };
    if let Some(class) = class {
        jump_to(ctx, *class);
    }
    Action::Pass as u32
}
