//! Marks the packet, then jumps to the program that counts.
#![no_std]
#![no_main]
#![feature(asm_experimental_arch)]

use hike_raw::jump;
use hike_raw::maps::COUNT;
use hike_raw::packet::headers;
use hike_sdk::{Action, xdp_md};

hike_raw::xdp!(raw_mark, raw_mark_body);

#[inline(always)]
fn raw_mark_body(ctx: *mut xdp_md) -> u32 {
    let Some(packet) = headers(ctx) else {
        return Action::Drop as u32;
    };
    packet.mark();
    jump!(ctx, COUNT);
    Action::Drop as u32
}
