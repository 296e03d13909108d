//! `end_un`
#![no_std]
#![no_main]

use hike_sdk::prelude::*;
use srv6::{advance, next_segment};

config! {
    /// Length of the locator block, in bits.
    BLOCK: Bits = Bits(32);
    /// Length of a node's identifier, in bits.
    NODE: Bits = Bits(16);
}

/// A length in bits.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Bits(u32);

/// Advances the compressed segments in the destination (NEXT-C-SID, uN; RFC 9800).
///
/// The identifiers behind the own one move up, zeros come in at the end. When no identifier
/// is left, the packet goes to the next segment as `end` does it.
///
/// Continues with 0 after an advance, else as `end` continues.
#[hike_program]
fn end_un(ctx: &mut HikeContext) -> Result<u64, Errno> {
    if advance(ctx, BLOCK.get().0, NODE.get().0)? {
        return Ok(0);
    }
    next_segment(ctx)
}
