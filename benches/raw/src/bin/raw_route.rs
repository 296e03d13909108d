//! Forwards the packet by the kernel's routing table.
#![no_std]
#![no_main]

use hike_raw::packet::headers;
use hike_raw::route::route;
use hike_sdk::{Action, xdp_md};

hike_raw::xdp!(raw_route, raw_route_body);

#[inline(always)]
fn raw_route_body(ctx: *mut xdp_md) -> u32 {
    match headers(ctx) {
        Some(packet) => route(ctx, packet) as u32,
        None => Action::Pass as u32,
    }
}
