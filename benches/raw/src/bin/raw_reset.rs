//! Makes the packet again what it was before the last run, then jumps to the program that
//! is measured: a repeated test run gives every run the packet as the last one left it.
#![no_std]
#![no_main]
#![feature(asm_experimental_arch)]

use hike_raw::jump;
use hike_raw::maps::raw_measured;
use hike_raw::packet::headers;
use hike_sdk::config::{ConfigValue, config};
use hike_sdk::helpers::bpf_xdp_adjust_head;
use hike_sdk::{Action, xdp_md};

/// Length of the packet, in bytes.
const LENGTH: u32 = 78;

config! {
    /// Its hop limit.
    HOP_LIMIT: u32 = 64;
}

hike_raw::xdp!(raw_reset, raw_reset_body);

#[inline(always)]
fn raw_reset_body(ctx: *mut xdp_md) -> u32 {
    // SAFETY: the kernel's context.
    let length = unsafe { (*ctx).data_end - (*ctx).data };
    if length > LENGTH {
        // SAFETY: the kernel's context.
        unsafe { bpf_xdp_adjust_head(ctx, (length - LENGTH) as i32) };
    }
    let Some(packet) = headers(ctx) else {
        return Action::Aborted as u32;
    };
    packet.ethernet.ethertype = [0x86, 0xdd];
    packet.ipv6.hop_limit = HOP_LIMIT.get() as u8;
    jump!(ctx, 0, &raw_measured);
    Action::Aborted as u32
}
