//! Forwards the packet by the kernel's routing table.
#![no_std]
#![no_main]

use hike_raw::route::route;
use hike_sdk::xdp_md;

hike_raw::xdp!(raw_route, raw_route_body);

#[inline(always)]
fn raw_route_body(ctx: *mut xdp_md) -> u32 {
    route(ctx) as u32
}
