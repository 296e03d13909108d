//! `eip_find`
#![no_std]
#![no_main]

use eip::Records;
use hike_sdk::prelude::*;

/// Tells how many records the packet has still room for (in-band records, package `eip`).
///
/// The records are an option of the hop-by-hop header, among its first sixteen: type 0x3e, the
/// length of its data, then a byte 1 (the kind: records), a byte with the number of records that
/// are filled in, two zeros, and the records of 16 bytes. A sender leaves room for as many as it
/// wants to have, all zeros; `eip_timestamp` fills them in.
///
/// Continues with the number of records that no node has filled in, 0 and more, or with a
/// negative errno: -2 (`-ENOENT`) when the packet carries no such option, -74 (`-EBADMSG`) when
/// the header or the option is cut off or contradicts itself, -93 (`-EPROTONOSUPPORT`) when it is
/// not IPv6.
#[hike_program]
fn eip_find(ctx: &mut HikeContext) -> Result<u64, Errno> {
    let records = Records::of(ctx)?;
    Ok((records.room - records.filled) as u64)
}
