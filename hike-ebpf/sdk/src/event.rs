//! Events: records that a program hands to user space, typed by the program's own types.

use crate::errno::{ENOBUFS, Errno};
use crate::maps::{PerCpuArray, RingBuf};

/// Hands an event to user space, or counts it as lost when the buffer is full; what
/// `NAME::send` of [`events!`](crate::events) does.
#[inline(always)]
pub fn send<T, const BYTES: usize>(
    ring: &RingBuf<[T; 0], BYTES>,
    lost: &PerCpuArray<u64, 1>,
    event: T,
) -> Result<(), Errno> {
    if ring.output_untyped::<T>(event, 0).is_ok() {
        return Ok(());
    }
    if let Some(count) = lost.get_ptr_mut(0) {
        // SAFETY: a value of a per-CPU map; nothing else counts on this CPU meanwhile.
        unsafe { *count += 1 };
    }
    Err(ENOBUFS)
}
