//! Sends the packet into an interface: the generator of the measurement with real traffic,
//! which the kernel runs on frames that it recycles.
#![no_std]
#![no_main]

use hike_raw::packet::{headers, write_u64};
use hike_sdk::config::{ConfigValue, config};
use hike_sdk::helpers::bpf_redirect;
use hike_sdk::{Action, xdp_md};

/// How it begins: the address of the interface that receives, as `benches/src/traffic.rs`
/// gives it, one that packets come from, and an IPv6 header without a mark.
const START: [u64; 2] = [
    u64::from_ne_bytes([0x02, 0, 0, 0, 0, 0x10, 0x02, 0]),
    u64::from_ne_bytes([0, 0, 0, 0x11, 0x86, 0xdd, 0x60, 0]),
];
/// Its hop limit.
const HOP_LIMIT: u8 = 64;

config! {
    /// Index of the interface that it goes out of.
    DEVICE: u32 = 0;
}

hike_raw::xdp!(raw_generate, raw_generate_body);

#[inline(always)]
fn raw_generate_body(ctx: *mut xdp_md) -> u32 {
    let Some(packet) = headers(ctx) else {
        return Action::Aborted as u32;
    };
    // What may have changed when the frame was last on its way: an outer header takes the
    // place of the Ethernet header, the others are marked and counted down.
    // SAFETY: within the headers.
    unsafe {
        write_u64::<0>(packet.bytes_mut(), START[0]);
        write_u64::<8>(packet.bytes_mut(), START[1]);
    }
    packet.ipv6.hop_limit = HOP_LIMIT;
    // SAFETY: a helper that takes numbers; without flags it always gives XDP_REDIRECT.
    unsafe { bpf_redirect(DEVICE.get(), 0) };
    Action::Redirect as u32
}
