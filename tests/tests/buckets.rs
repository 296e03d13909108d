//! The arithmetic of token buckets against exact rational numbers.

#[allow(
    dead_code,
    reason = "the module is the program's, the test uses what it tests"
)]
#[path = "../../packages/meter/src/bucket.rs"]
mod bucket;

use bucket::{Bucket, PACKET, Profile};
use hike_tests::random::Random;

/// Tokens in billionths as a number that cannot overflow, refilled in one formula.
struct Exact {
    credit: u128,
    updated: u128,
}

impl Exact {
    fn take(&mut self, profile: Profile, now: u64) -> bool {
        let full = u128::from(profile.burst) * u128::from(PACKET);
        let elapsed = u128::from(now).saturating_sub(self.updated);
        self.credit = full.min(self.credit + elapsed * u128::from(profile.rate));
        self.updated = self.updated.max(u128::from(now));
        let enough = self.credit >= u128::from(PACKET);
        if enough {
            self.credit -= u128::from(PACKET);
        }
        enough
    }
}

fn check(profile: Profile, moments: impl IntoIterator<Item = u64>) -> usize {
    let mut moments = moments.into_iter().peekable();
    let first = moments.peek().copied().unwrap_or(0);
    let mut bucket = Bucket::full(profile, first);
    let mut exact = Exact {
        credit: profile.full().into(),
        updated: first.into(),
    };
    let mut taken = 0;
    for now in moments {
        let (got, wanted) = (bucket.take(profile, now), exact.take(profile, now));
        assert_eq!(
            got, wanted,
            "rate {} burst {} at {now}",
            profile.rate, profile.burst
        );
        assert_eq!(u128::from(bucket.credit), exact.credit);
        assert_eq!(u128::from(bucket.updated), exact.updated);
        taken += usize::from(got);
    }
    taken
}

const EDGES: [u32; 8] = [0, 1, 2, 3, 20, 1_000_003, u32::MAX - 1, u32::MAX];
const GAPS: [u64; 12] = [
    0,
    1,
    49_999_999,
    50_000_000,
    PACKET - 1,
    PACKET,
    (1 << 32) - 1,
    1 << 32,
    (1 << 32) + 1,
    86_400 * PACKET,
    1 << 61,
    u64::MAX / 4,
];

#[test]
fn edges_agree_with_exact_numbers() {
    for rate in EDGES {
        for burst in EDGES {
            for first in GAPS {
                for second in GAPS {
                    let moments = [first, first, first + second, first + second, u64::MAX];
                    check(Profile { rate, burst }, moments);
                }
            }
        }
    }
}

#[test]
fn random_arrivals_agree_with_exact_numbers() {
    let mut random = Random::new(1);
    let mut number = |bits: u64| random.draw() >> (63 - random.below(bits));
    for _ in 0..20_000 {
        let profile = Profile {
            rate: number(32) as u32,
            burst: number(32) as u32,
        };
        let mut now = number(40);
        // Some clocks are read a little earlier on another CPU.
        let moments: Vec<u64> = (0..50)
            .map(|step| {
                now = now.saturating_add(number(40));
                if step % 7 == 6 {
                    now.saturating_sub(number(10))
                } else {
                    now
                }
            })
            .collect();
        check(profile, moments);
    }
}

#[test]
fn a_flood_gets_the_burst_and_then_the_rate() {
    let profile = Profile { rate: 20, burst: 5 };
    // 100 000 packets a second for ten seconds.
    let flood = (0..1_000_000).map(|index| 7 + index * 10_000);
    assert_eq!(check(profile, flood), 5 + 199);
}

#[test]
fn no_token_is_lost_over_a_long_idle_time() {
    for seconds in [1, 5, 86_400, 86_400 * 365 * 100] {
        let profile = Profile { rate: 20, burst: 5 };
        let burst = [0; 6].into_iter();
        let later = [seconds * PACKET; 6];
        assert_eq!(check(profile, burst.chain(later)), 10, "{seconds} s");
    }
}

/// A bucket that another configuration filled is no fuller than this one's.
#[test]
fn a_smaller_bucket_takes_effect_at_once() {
    let mut bucket = Bucket::full(
        Profile {
            rate: 1,
            burst: 100,
        },
        0,
    );
    let smaller = Profile { rate: 1, burst: 2 };
    let taken = (0..10).filter(|_| bucket.take(smaller, 0)).count();
    assert_eq!(taken, 2);
}
