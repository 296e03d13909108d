//! `ip6_set_ecn`
#![no_std]
#![no_main]

use hike_sdk::bytes::{load_u16, store_u16};
use hike_sdk::errno::EPROTONOSUPPORT;
use hike_sdk::prelude::*;

config! {
    /// The bits to write; 3 is "congestion experienced" (RFC 3168).
    MARK: u8 = 3;
    /// The bits of the traffic class that are written; 3 are those of ECN.
    MASK: u8 = 3;
}

/// Marks the packet in the traffic class of its IPv6 header.
///
/// The bits of `MASK` become those of `MARK`: without configuration, the ECN field becomes
/// "congestion experienced".
///
/// Continues with 0, or with -93 (`-EPROTONOSUPPORT`) when the packet is not IPv6. There is
/// no checksum over the field, so none changes.
#[hike_program]
fn ip6_set_ecn(ctx: &mut HikeContext) -> Result<u64, Errno> {
    let header = core::ptr::from_mut(ctx.ipv6().ok_or(EPROTONOSUPPORT)?);
    let (mark, mask) = (in_place(MARK.get()), in_place(MASK.get()));
    // SAFETY: the header has more than two bytes.
    unsafe {
        let old = load_u16::<0>(header);
        store_u16::<0>(header, old ^ (old ^ mark) & mask);
    }
    Ok(0)
}

/// A traffic class where the first two bytes of an IPv6 header have it, in the order of memory.
#[inline(always)]
fn in_place(class: u8) -> u64 {
    (u16::from(class) << 4).to_be().into()
}
