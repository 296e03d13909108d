//! `end_dt6`
#![no_std]
#![no_main]

use hike_sdk::errno::{EBADMSG, EINVAL, ENOENT};
use hike_sdk::extension::Transport;
use hike_sdk::headers::Ipv6Header;
use hike_sdk::prelude::*;
use hike_sdk::resize::resize;
use srv6::{IPPROTO_IPV6, headers};

/// Takes the IPv6 packet out of the outer one (End.DT6, RFC 8986 section 4.6).
///
/// Looking it up in a routing table is another program's work, for example `ip6_kroute`'s.
///
/// Continues with 0, or with a negative errno and the packet as it was: -93
/// (`-EPROTONOSUPPORT`) when it is not IPv6, -22 (`-EINVAL`) when segments are left, -2
/// (`-ENOENT`) when there is no IPv6 packet in it, -74 (`-EBADMSG`) when a header is cut off
/// or contradicts itself.
#[hike_program]
fn end_dt6(ctx: &mut HikeContext) -> Result<u64, Errno> {
    let headers = headers(ctx)?;
    match headers.routing(ctx) {
        Ok(routing) if routing.left > 0 => return Err(EINVAL),
        Err(errno) if errno != ENOENT => return Err(errno),
        _ => {}
    }
    if headers.protocol != IPPROTO_IPV6 {
        return Err(ENOENT);
    }
    let inner = ctx.header_ref::<Ipv6Header>(headers.offset);
    if inner.ok_or(EBADMSG)?.version() != 6 {
        return Err(EBADMSG);
    }
    let network = ctx.network_offset();
    resize(ctx, network, headers.offset as i32 - network as i32)?;
    ctx.set_transport(Transport {
        protocol: 0,
        offset: 0,
    });
    Ok(0)
}
