//! Matches the destination; every class is a direct jump.
#![no_std]
#![no_main]
#![feature(asm_experimental_arch)]

use hike_raw::jump;
use hike_raw::maps::{ENCAPS, MARK, raw_classes};
use hike_raw::packet::headers;
use hike_sdk::{Action, xdp_md};

hike_raw::xdp!(raw_classify_direct, raw_classify_direct_body);

#[inline(always)]
fn raw_classify_direct_body(ctx: *mut xdp_md) -> u32 {
    let Some(packet) = headers(ctx) else {
        return Action::Pass as u32;
    };
    if !packet.is_ipv6() {
        return Action::Pass as u32;
    }
    // SAFETY: a number, read in one access.
    let class = unsafe { raw_classes.get(packet.ipv6.destination()) };
    match class {
        Some(&MARK) => jump!(ctx, MARK),
        Some(&ENCAPS) => jump!(ctx, ENCAPS),
        _ => {}
    }
    Action::Pass as u32
}
