//! What is measured in a session: pure arithmetic.

/// Delays that one reply shows, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delays {
    /// There and back, without the time at the reflector.
    pub round_trip: u64,
    /// From the sender to the reflector; it needs synchronised clocks, and is negative where
    /// they disagree by more.
    pub forward: i64,
    /// From the reflector to the sender; likewise.
    pub backward: i64,
}

impl Delays {
    /// Those between the moments of a test: sent, received by the reflector, sent by it, and
    /// received. The round trip is no less than 0, whatever a clock that is set does.
    #[inline(always)]
    pub const fn between(sent: u64, reached: u64, answered: u64, arrived: u64) -> Self {
        let total = arrived.wrapping_sub(sent) as i64;
        let round_trip = total.wrapping_sub(answered.wrapping_sub(reached) as i64);
        Self {
            round_trip: if round_trip < 0 { 0 } else { round_trip as u64 },
            forward: reached.wrapping_sub(sent) as i64,
            backward: arrived.wrapping_sub(answered) as i64,
        }
    }
}

/// Counters of a session. Delays are in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Measured {
    /// Replies.
    pub received: u64,
    /// Tests since the first reply whose reply has not come.
    pub lost: u64,
    /// Replies that came after one of a later test.
    pub late: u64,
    /// The shortest round trip.
    pub round_trip_min: u64,
    /// The longest one.
    pub round_trip_max: u64,
    /// The sum of all: divided by `received` it is the mean.
    pub round_trip_sum: u64,
    /// The last delay from the sender to the reflector.
    pub forward: i64,
    /// The last delay from the reflector to the sender.
    pub backward: i64,
    /// Sequence number of the first reply.
    pub first: u32,
    /// The sequence number after the highest.
    pub next: u32,
}

impl Measured {
    /// A session that begins with the reply of this number.
    #[inline(always)]
    pub const fn new(sequence: u32) -> Self {
        Self {
            received: 0,
            lost: 0,
            late: 0,
            round_trip_min: u64::MAX,
            round_trip_max: 0,
            round_trip_sum: 0,
            forward: 0,
            backward: 0,
            first: sequence,
            next: sequence,
        }
    }

    /// Counts a reply. A number that is half of all numbers ahead of what is expected counts as
    /// behind it.
    #[inline(always)]
    pub const fn count(&mut self, sequence: u32, delays: Delays) {
        let ahead = sequence.wrapping_sub(self.next) as i32;
        if ahead >= 0 {
            self.lost += ahead as u64;
            self.next = sequence.wrapping_add(1);
        } else {
            self.late += 1;
            let is_after_first = sequence.wrapping_sub(self.first) as i32 > 0;
            if is_after_first && self.lost > 0 {
                self.lost -= 1;
            }
        }
        self.received += 1;
        self.round_trip_sum = self.round_trip_sum.saturating_add(delays.round_trip);
        if delays.round_trip < self.round_trip_min {
            self.round_trip_min = delays.round_trip;
        }
        if delays.round_trip > self.round_trip_max {
            self.round_trip_max = delays.round_trip;
        }
        self.forward = delays.forward;
        self.backward = delays.backward;
    }
}
