//! Counts and drops every packet: the end of the measurement with real traffic.
#![no_std]
#![no_main]

use hike_raw::maps::{add_one, raw_received};
use hike_sdk::{Action, xdp_md};

hike_raw::xdp!(raw_sink, raw_sink_body);

#[inline(always)]
fn raw_sink_body(ctx: *mut xdp_md) -> u32 {
    let _ = ctx;
    add_one(&raw_received, 0);
    Action::Drop as u32
}
