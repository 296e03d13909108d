//! `ip6_alt_mark_flow`
#![no_std]
#![no_main]

use alt_mark::Mark;
use hike_sdk::prelude::*;

/// Tells which monitored flow the packet is of: the FlowMonID of RFC 9343.
///
/// Continues with the identifier, a number of 20 bits, or with the errors of `ip6_alt_mark`.
#[hike_program]
fn ip6_alt_mark_flow(ctx: &mut HikeContext) -> Result<u64, Errno> {
    Mark::of(ctx).map(|mark| u64::from(mark.flow()))
}
