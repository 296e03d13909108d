//! Counts the packet, then jumps to the program that routes.
#![no_std]
#![no_main]
#![feature(asm_experimental_arch)]

use hike_raw::jump;
use hike_raw::maps::{ROUTE, count};
use hike_sdk::{Action, xdp_md};

hike_raw::xdp!(raw_count, raw_count_body);

#[inline(always)]
fn raw_count_body(ctx: *mut xdp_md) -> u32 {
    count();
    jump!(ctx, ROUTE);
    Action::Drop as u32
}
