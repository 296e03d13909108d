//! Timestamps as test packets carry them (RFC 8762 section 4.2.1): pure arithmetic.
//!
//! Both formats have seconds in the upper 32 bits. NTP counts them from 1900 in UTC, and
//! fractions of 2^-32 seconds below (RFC 5905 section 6); PTP counts them from 1970 in TAI, and
//! nanoseconds below (IEEE 1588, truncated). The seconds start anew every 136 years: a time is
//! taken to be between 1970 and 2106.

/// Nanoseconds in a second.
const SECOND: u64 = 1_000_000_000;
/// Seconds from 1900 to 1970.
const NTP_TO_UNIX: u64 = 2_208_988_800;

/// The Z bit of an error estimate: the timestamp's format is PTP.
pub const PTP: u16 = 1 << 14;

/// The format that an error estimate says its timestamp has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// NTP.
    Ntp,
    /// PTP.
    Ptp,
}

impl Format {
    /// What an error estimate says.
    #[inline(always)]
    pub const fn of(error_estimate: u16) -> Self {
        if error_estimate & PTP == 0 {
            Self::Ntp
        } else {
            Self::Ptp
        }
    }

    /// The timestamp of a moment, which is in nanoseconds of TAI since 1970; UTC is so many
    /// seconds behind.
    #[inline(always)]
    pub const fn stamp(self, moment: u64, behind: u32) -> u64 {
        match self {
            Self::Ptp => ((moment / SECOND) << 32) | (moment % SECOND),
            Self::Ntp => {
                let moment = moment.saturating_sub(behind as u64 * SECOND);
                let fraction = ((moment % SECOND) << 32) / SECOND;
                ((moment / SECOND + NTP_TO_UNIX) << 32) | fraction
            }
        }
    }

    /// The moment of a timestamp.
    #[inline(always)]
    pub const fn moment(self, stamp: u64, behind: u32) -> u64 {
        let (seconds, below) = ((stamp >> 32) as u32, stamp & 0xffff_ffff);
        match self {
            Self::Ptp => seconds as u64 * SECOND + below,
            Self::Ntp => {
                let seconds = seconds.wrapping_sub(NTP_TO_UNIX as u32) as u64;
                (seconds + behind as u64) * SECOND + ((below * SECOND) >> 32)
            }
        }
    }
}
