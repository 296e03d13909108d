//! What is remembered of a connection: pure.

/// The backend of a connection, and when its last packet came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Assigned {
    /// The backend.
    pub backend: u64,
    /// When the last packet came, in nanoseconds since boot.
    pub seen: u64,
}

impl Assigned {
    /// Whether a packet that comes now stays with the backend: nothing came for less than
    /// `timeout` seconds, and the backend is one of those that still get packets. A clock that
    /// another CPU read a little later is no reason to part.
    #[inline(always)]
    pub const fn holds(self, now: u64, timeout: u32, alive: u64) -> bool {
        let idle = now.saturating_sub(self.seen);
        let limit = timeout as u64 * 1_000_000_000;
        idle < limit && self.backend < 64 && alive >> self.backend & 1 != 0
    }
}
