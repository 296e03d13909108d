//! `end`
#![no_std]
#![no_main]

use hike_sdk::prelude::*;
use srv6::next_segment;

/// Makes the packet's next segment its destination (End, RFC 8986 section 4.1).
///
/// Segments left become one less. Options before the routing header are skipped. Routing the packet on is another program's
/// work, for example `ip6_kroute`'s, which also counts the hop limit down.
///
/// Continues with the segments left now, or with a negative errno and the packet as it was:
/// -93 (`-EPROTONOSUPPORT`) when it is not IPv6, -2 (`-ENOENT`) when it has no segment
/// routing header or no segment left, -74 (`-EBADMSG`) when a header is cut off or
/// contradicts itself.
#[hike_program]
fn end(ctx: &mut HikeContext) -> Result<u64, Errno> {
    next_segment(ctx)
}
