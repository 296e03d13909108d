//! `ip6_tos_cls`
#![no_std]
#![no_main]

use hike_sdk::errno::EPROTONOSUPPORT;
use hike_sdk::prelude::*;

/// Continues with the traffic class of the IPv6 header, 0 to 255.
///
/// The upper six bits are the differentiated services code point, the lower two ECN. A
/// packet that is not IPv6 continues with -93 (`-EPROTONOSUPPORT`).
#[hike_program]
fn ip6_tos_cls(ctx: &mut HikeContext) -> Result<u64, Errno> {
    let header = ctx.ipv6().ok_or(EPROTONOSUPPORT)?;
    Ok(u64::from(header.traffic_class()))
}
