//! `ip6_find_udp`
#![no_std]
#![no_main]

use hike_sdk::errno::{EBADMSG, ENOENT};
use hike_sdk::headers::{IPPROTO_UDP, UdpHeader};
use hike_sdk::prelude::*;

/// Finds the UDP header and keeps its place in the packet cursor.
///
/// IPv6 extension headers, up to eight, are skipped.
///
/// Continues with the number of the header found, 17, or with a negative errno: -2
/// (`-ENOENT`) when the packet carries something else, nothing, or a fragment other than
/// the first; -74 (`-EBADMSG`) when a header is cut off or more than eight extension
/// headers come; -93 (`-EPROTONOSUPPORT`) when the packet is not IPv6.
#[hike_program]
fn ip6_find_udp(ctx: &mut HikeContext) -> Result<u64, Errno> {
    let transport = ctx.find_transport()?;
    if transport.protocol != IPPROTO_UDP {
        return Err(ENOENT);
    }
    ctx.header_ref::<UdpHeader>(transport.start())
        .ok_or(EBADMSG)?;
    Ok(u64::from(transport.protocol))
}
