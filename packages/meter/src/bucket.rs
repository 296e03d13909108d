//! The arithmetic of a token bucket: pure and exact.
//!
//! Tokens are kept as *credit* in billionths: a packet costs [`PACKET`], and a bucket with a
//! rate of one packet per second earns 1 a nanosecond. So nothing is ever rounded, and the
//! largest bucket, 2^32 packets, is less than 2^62.

/// Credit that one packet costs.
pub const PACKET: u64 = 1_000_000_000;

/// What a bucket promises.
#[derive(Clone, Copy)]
pub struct Profile {
    /// Packets per second in the long run; 0 never earns anything.
    pub rate: u32,
    /// Packets that may come at once: the size of the bucket.
    pub burst: u32,
}

impl Profile {
    /// Credit of a full bucket.
    #[inline(always)]
    pub const fn full(self) -> u64 {
        self.burst as u64 * PACKET
    }

    /// Credit earned in `elapsed` nanoseconds, at most `limit`.
    #[inline(always)]
    const fn earned(self, elapsed: u64, limit: u64) -> u64 {
        let rate = self.rate as u64;
        // Two numbers of 32 bits: their product cannot overflow.
        if elapsed >> 32 == 0 {
            let earned = elapsed * rate;
            return if earned < limit { earned } else { limit };
        }
        match limit.checked_div(rate) {
            None => 0,
            // Up to this time the product is at most `limit`.
            Some(time) if elapsed <= time => elapsed * rate,
            Some(_) => limit,
        }
    }
}

/// A token bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Bucket {
    /// Credit, in billionths of a packet.
    pub credit: u64,
    /// The moment the credit is of, in nanoseconds since boot.
    pub updated: u64,
}

impl Bucket {
    /// A full bucket: what the first packet of a flow finds.
    #[inline(always)]
    pub const fn full(profile: Profile, now: u64) -> Self {
        Self {
            credit: profile.full(),
            updated: now,
        }
    }

    /// Takes one packet's credit; false when there is not enough: out of profile.
    ///
    /// A clock that another CPU read a little earlier earns nothing and takes nothing away.
    #[inline(always)]
    pub const fn take(&mut self, profile: Profile, now: u64) -> bool {
        self.earn(profile, now);
        if self.credit < PACKET {
            return false;
        }
        self.credit -= PACKET;
        true
    }

    #[inline(always)]
    const fn earn(&mut self, profile: Profile, now: u64) {
        let full = profile.full();
        // More than full: the bucket has become smaller since.
        if self.credit > full {
            self.credit = full;
        }
        if now <= self.updated {
            return;
        }
        self.credit += profile.earned(now - self.updated, full - self.credit);
        self.updated = now;
    }
}
