//! Redirects every packet and does nothing else: what forwarding costs without a thought.
#![no_std]
#![no_main]

use hike_sdk::config::{ConfigValue, config};
use hike_sdk::helpers::bpf_redirect;
use hike_sdk::{Action, xdp_md};

config! {
    /// Index of the interface that packets go out of.
    DEVICE: u32 = 0;
}

hike_raw::xdp!(raw_redirect, raw_redirect_body);

#[inline(always)]
fn raw_redirect_body(ctx: *mut xdp_md) -> u32 {
    let _ = ctx;
    // SAFETY: a helper that takes numbers; without flags it always gives XDP_REDIRECT.
    unsafe { bpf_redirect(DEVICE.get(), 0) };
    Action::Redirect as u32
}
