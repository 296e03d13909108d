//! Encapsulates the packet, then jumps to the program that routes.
#![no_std]
#![no_main]
#![feature(asm_experimental_arch)]

use hike_raw::encaps::encapsulate;
use hike_raw::jump;
use hike_raw::maps::ROUTE;
use hike_sdk::{Action, xdp_md};

hike_raw::xdp!(raw_encaps, raw_encaps_body);

#[inline(always)]
fn raw_encaps_body(ctx: *mut xdp_md) -> u32 {
    if encapsulate(ctx).is_some() {
        jump!(ctx, ROUTE);
    }
    Action::Drop as u32
}
