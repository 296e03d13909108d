//! `ip6_alt_mark`
#![no_std]
#![no_main]

use alt_mark::Mark;
use hike_sdk::prelude::*;

/// Tells how the packet is marked: the Alternate-Marking option (RFC 9343).
///
/// The option is looked for in the hop-by-hop header, among its first sixteen.
///
/// Continues with the loss bit times 2 plus the delay bit, 0 to 3, or with a negative errno:
/// -2 (`-ENOENT`) when the packet has no such option, -74 (`-EBADMSG`) when the header or the
/// option is cut off or of a wrong length, -93 (`-EPROTONOSUPPORT`) when it is not IPv6.
#[hike_program]
fn ip6_alt_mark(ctx: &mut HikeContext) -> Result<u64, Errno> {
    let mark = Mark::of(ctx)?;
    Ok(u64::from(mark.loss() << 1 | mark.delay()))
}
