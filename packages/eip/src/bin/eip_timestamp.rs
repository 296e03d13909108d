//! `eip_timestamp`
#![no_std]
#![no_main]

use eip::Records;
use hike_sdk::prelude::*;

config! {
    /// The number by which records name this node.
    NODE: u32 = 0;
}

/// Fills in the packet's next record: this node, the interface it came in on, the time.
///
/// A record has 16 bytes in network order: the number `NODE` and the interface's index of 32
/// bits each, then the nanoseconds of `CLOCK_TAI`, 64 bits. (A kernel that nobody has told the
/// difference of TAI and UTC takes them for the same.)
///
/// Continues with the number of records that are filled in now, or with a negative errno and the
/// packet as it was: -28 (`-ENOSPC`) when no record is left, else the errors of `eip_find`.
#[hike_program]
fn eip_timestamp(ctx: &mut HikeContext) -> Result<u64, Errno> {
    let records = Records::of(ctx)?;
    records.add(ctx, NODE.get()).map(|filled| filled as u64)
}
