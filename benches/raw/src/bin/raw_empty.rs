//! Does nothing: what the measurement itself costs.
#![no_std]
#![no_main]

use hike_sdk::{Action, xdp_md};

hike_raw::xdp!(raw_empty, raw_empty_body);

#[inline(always)]
fn raw_empty_body(ctx: *mut xdp_md) -> u32 {
    let _ = ctx;
    Action::Pass as u32
}
