//! Timestamps, checksums and counters of the package `stamp` against plain models.

#[allow(
    dead_code,
    reason = "the modules are the programs', the test uses what it tests"
)]
#[path = "../../packages/stamp/src/checksum.rs"]
mod checksum;
#[allow(dead_code, reason = "as above")]
#[path = "../../packages/stamp/src/measured.rs"]
mod measured;
#[allow(dead_code, reason = "as above")]
#[path = "../../packages/stamp/src/time.rs"]
mod time;

use std::collections::BTreeSet;

use hike_tests::random::Random;
use measured::{Delays, Measured};
use time::Format;

const SECOND: u64 = 1_000_000_000;

/// 2106-02-07, when seconds since 1970 need a 33rd bit.
const END: u64 = (1 << 32) * SECOND - 1;

#[test]
fn known_timestamps() {
    // RFC 5905, figure 4: 1970-01-01 and 1999-12-31 in NTP's era 0; era 1 begins in 2036.
    for (unix, ntp) in [
        (0, 2_208_988_800),
        (946_598_400, 3_155_587_200),
        (2_085_978_495, 4_294_967_295),
        (2_085_978_496, 0),
    ] {
        let half = unix * SECOND + SECOND / 2;
        let stamp = Format::Ntp.stamp(half, 0);
        assert_eq!((stamp >> 32, stamp & 0xffff_ffff), (ntp, 1 << 31), "{unix}");
        let behind = Format::Ntp.stamp(half + 37 * SECOND, 37);
        assert_eq!(behind, stamp, "the same moment of TAI");
        assert_eq!(
            Format::Ptp.stamp(half, 0),
            unix << 32 | (SECOND / 2),
            "{unix}"
        );
    }
}

#[test]
fn moments_come_back() {
    let mut random = Random::new(1);
    let edges = [0, 1, SECOND - 1, SECOND, END - SECOND, END];
    let moments = edges
        .into_iter()
        .chain((0..100_000).map(|_| random.draw() % END));
    for moment in moments {
        for behind in [0, 37] {
            let moment = moment.max(u64::from(behind) * SECOND);
            let ptp = Format::Ptp.stamp(moment, behind);
            assert_eq!(Format::Ptp.moment(ptp, behind), moment);
            let ntp = Format::Ntp.moment(Format::Ntp.stamp(moment, behind), behind);
            // A fraction of NTP is shorter than a nanosecond, and cut off twice.
            assert!(moment - ntp <= 1, "{moment} came back as {ntp}");
        }
    }
}

#[test]
fn formats_are_told_by_the_z_bit() {
    assert_eq!(Format::of(0x1601), Format::Ntp);
    assert_eq!(Format::of(0x8001), Format::Ntp);
    assert_eq!(Format::of(0x5601), Format::Ptp);
}

/// RFC 1071, word by word.
fn checksum_of(bytes: &[u8]) -> u16 {
    let words = bytes
        .chunks(2)
        .map(|pair| u32::from(u16::from_le_bytes([pair[0], pair[1]])));
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum >> 16) + (sum & 0xffff);
    }
    match !(sum as u16) {
        0 => 0xffff,
        checksum => checksum,
    }
}

/// The sum that a program takes of its words.
fn words(bytes: &[u8]) -> u64 {
    let words = bytes.chunks(4);
    words
        .map(|word| u64::from(u32::from_le_bytes(word.try_into().expect("a word"))))
        .sum()
}

#[test]
fn checksums_follow_changes() {
    let mut random = Random::new(2);
    for _ in 0..50_000 {
        let value = |random: &mut Random| random.pick(&[0, 0, 0xff, 0xff, 0x5a]);
        let mut packet: Vec<u8> = (0..60).map(|_| value(&mut random)).collect();
        let before = (checksum_of(&packet), words(&packet[8..52]));
        packet[8..52].fill_with(|| value(&mut random));
        let updated = checksum::updated(before.0, before.1, words(&packet[8..52]));
        // 0xffff and 0 are the same number; neither side gives 0.
        assert_eq!(updated, checksum_of(&packet));
    }
    assert_eq!(checksum::updated(0, 5, 9), 0, "no checksum");
}

#[test]
fn delays_of_a_test() {
    let delays = Delays::between(1000, 1300, 1350, 1500);
    let expected = Delays {
        round_trip: 450,
        forward: 300,
        backward: 150,
    };
    assert_eq!(delays, expected);
    let apart = Delays::between(1000, 900, 950, 1500);
    assert_eq!((apart.round_trip, apart.forward), (450, -100));
    let set_back = Delays::between(1000, 1300, 1350, 500);
    assert_eq!(set_back.round_trip, 0, "a clock that was set");
}

/// Every reply of a session as a set of numbers.
struct Exact {
    first: u64,
    seen: BTreeSet<u64>,
    late: u64,
}

impl Exact {
    fn count(&mut self, number: u64) {
        let is_late = self.seen.last().is_some_and(|last| number < *last);
        self.late += u64::from(is_late);
        self.seen.insert(number);
    }

    fn lost(&self) -> u64 {
        let last = self.seen.last().copied().unwrap_or(self.first);
        let inside = self.seen.range(self.first..=last).count() as u64;
        last + 1 - self.first - inside
    }
}

/// Replies that are lost and overtake each other, with numbers that start anew.
#[test]
fn losses_are_what_a_set_says() {
    for seed in 0..300 {
        let mut random = Random::new(seed);
        let start = u64::from(random.pick(&[0, 7, u32::MAX - 20, u32::MAX]));
        let mut numbers: Vec<u64> = (start..start + 200)
            .filter(|_| random.below(5) != 0)
            .collect();
        for index in 0..numbers.len() {
            let other = (index + random.below(4) as usize).min(numbers.len() - 1);
            numbers.swap(index, other);
        }
        let mut measured = Measured::new(numbers[0] as u32);
        let mut exact = Exact {
            first: numbers[0],
            seen: BTreeSet::new(),
            late: 0,
        };
        let (mut sum, mut least, mut most) = (0, u64::MAX, 0);
        for (index, number) in numbers.iter().enumerate() {
            let round_trip = random.below(1 << 40);
            let delays = Delays::between(0, 5, 6, round_trip + 1);
            measured.count(*number as u32, delays);
            exact.count(*number);
            (sum, least, most) = (
                sum + round_trip,
                least.min(round_trip),
                most.max(round_trip),
            );
            assert_eq!(measured.received, index as u64 + 1);
            assert_eq!(measured.late, exact.late, "seed {seed} at {index}");
            assert_eq!(measured.lost, exact.lost(), "seed {seed} at {index}");
        }
        let delays = (
            measured.round_trip_sum,
            measured.round_trip_min,
            measured.round_trip_max,
        );
        assert_eq!(delays, (sum, least, most), "seed {seed}");
    }
}
