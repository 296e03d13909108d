//! `eip_delay`
#![no_std]
#![no_main]

use eip::Records;
use hike_sdk::prelude::*;

/// Tells how long the packet has been on its way since its first record.
///
/// Continues with the nanoseconds between the time in the first record and now, 0 when the clocks
/// disagree so far that it lies ahead, or with a negative errno: -2 (`-ENOENT`) when no record is
/// filled in, else the errors of `eip_find`. The node that filled in the record needs the same
/// time as this one.
#[hike_program]
fn eip_delay(ctx: &mut HikeContext) -> Result<u64, Errno> {
    Records::of(ctx)?.age(ctx)
}
