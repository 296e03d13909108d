//! Virtual addresses of chains: a bank in the top byte of 32 bits, an offset below.
//!
//! ```text
//!  63            32 31     24 23                       0
//! +----------------+---------+--------------------------+
//! |       0        |  bank   |  offset within the bank  |
//! +----------------+---------+--------------------------+
//! ```

use crate::limits::FRAME_STACK;

/// Bits of the offset.
pub const BANK_SHIFT: u32 = 24;
/// Mask of the offset.
pub const OFFSET_MASK: u64 = (1 << BANK_SHIFT) - 1;

/// Bank of the packet: its length as a `u64` (read-only) at offset 0, its bytes from
/// [`PACKET_BYTES`] on.
pub const PACKET: u64 = 1;
/// Bank of the frames' stacks; frame `n` owns [`FRAME_STACK`] bytes from `n * FRAME_STACK`.
pub const STACK: u64 = 2;
/// Bank of the per-CPU shared memory area.
pub const SMA: u64 = 3;

/// Offset of the packet's first byte in its bank.
pub const PACKET_BYTES: u64 = 8;

/// The address of `offset` in `bank`.
pub const fn address(bank: u64, offset: u64) -> u64 {
    (bank << BANK_SHIFT) | (offset & OFFSET_MASK)
}

/// What `r10` holds in frame `depth` (0 is the first chain): the end of its stack.
pub const fn frame_pointer(depth: u64) -> u64 {
    address(STACK, (depth + 1) * FRAME_STACK as u64)
}
