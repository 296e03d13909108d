//! The arithmetic of the load balancer: how evenly connections are spread, how few move when
//! backends change, and how long a connection stays, against a model over simulated time.

#[allow(
    dead_code,
    reason = "the modules are the program's, the test uses what it tests"
)]
#[path = "../../packages/lb/src/assigned.rs"]
mod assigned;
#[allow(dead_code, reason = "as above")]
#[path = "../../packages/lb/src/choice.rs"]
mod choice;

use std::collections::HashMap;

use assigned::Assigned;
use choice::{POSITIONS, Slot, hash};
use hike_tests::random::Random;

const SECOND: u64 = 1_000_000_000;

fn choose(position: u64, members: u64) -> Slot {
    Slot::choose(position, members, |mask| mask)
}

/// The backend of every position.
fn ring(members: u64) -> Vec<u64> {
    let positions = 0..POSITIONS as u64;
    positions
        .map(|position| choose(position, members).backend())
        .collect()
}

/// Positions by backend.
fn shares(ring: &[u64]) -> HashMap<u64, usize> {
    let mut shares = HashMap::new();
    for backend in ring {
        *shares.entry(*backend).or_default() += 1;
    }
    shares
}

const SETS: [u64; 7] = [
    0b1,
    0b11,
    0b111,
    0b1_0000_0001,
    0x3ff,
    0xffff_0000,
    u64::MAX,
];

#[test]
fn positions_are_spread_evenly() {
    for members in SETS {
        let shares = shares(&ring(members));
        let count = members.count_ones() as usize;
        assert_eq!(shares.len(), count, "every member, and nobody else");
        assert!(shares.keys().all(|backend| members >> backend & 1 == 1));
        let mean = POSITIONS / count;
        // Five standard deviations of a fair lot.
        let tolerance = 5 * mean.isqrt();
        for (backend, share) in shares {
            let off = share.abs_diff(mean);
            assert!(
                off <= tolerance,
                "{backend} of {count} has {share}, not {mean}"
            );
        }
    }
}

/// Who leaves gives its positions to the others, evenly; nothing else changes hands.
#[test]
fn only_the_positions_of_a_member_that_leaves_move() {
    for members in SETS.into_iter().filter(|members| members.count_ones() > 1) {
        let before = ring(members);
        for leaving in (0..64)
            .filter(|backend| members >> backend & 1 == 1)
            .take(5)
        {
            let after = ring(members & !(1 << leaving));
            let moved: Vec<u64> = before
                .iter()
                .zip(&after)
                .filter(|(old, new)| old != new)
                .map(|(old, _)| *old)
                .collect();
            assert!(moved.iter().all(|backend| *backend == leaving));
            let had = before.iter().filter(|it| **it == leaving).count();
            assert_eq!(moved.len(), had, "all of it");
        }
    }
}

/// A slot knows for which members it was chosen.
#[test]
fn slots_of_other_members_are_told_apart() {
    let mut random = Random::new(1);
    assert!(!Slot(0).is_of(0b11), "an unused slot");
    for _ in 0..10_000 {
        let (a, b) = (random.draw(), random.draw());
        let slot = choose(random.below(POSITIONS as u64), a);
        assert!(slot.is_of(a));
        assert_eq!(slot.is_of(b), a == b);
    }
}

/// Addresses and ports that count up, as those of clients behind one router do.
#[test]
fn connections_that_differ_little_are_spread_evenly() {
    let ring = ring(0x3ff);
    let mut shares: HashMap<u64, usize> = HashMap::new();
    for host in 0..100_u64 {
        for port in 0..1000_u64 {
            let words = [
                0xfc01,
                host << 56,
                0xfc02,
                1 << 56,
                port << 8 | 80 << 16 | 6 << 32,
            ];
            let position = hash(0, words) % POSITIONS as u64;
            *shares.entry(ring[position as usize]).or_default() += 1;
        }
    }
    for (backend, share) in shares {
        assert!((9_000..=11_000).contains(&share), "{backend} has {share}");
    }
}

#[test]
fn seeds_spread_differently() {
    let words = [1, 2, 3, 4, 5];
    let hashes: std::collections::BTreeSet<u64> = (0..1000).map(|seed| hash(seed, words)).collect();
    assert_eq!(hashes.len(), 1000);
}

/// A connection in the simplest words: the packets' times in seconds and a half.
#[test]
fn connections_stay_for_their_timeout() {
    let mut random = Random::new(3);
    for timeout in [0, 1, 60, 300, u32::MAX] {
        for _ in 0..20_000 {
            let seen = random.draw() >> random.below(40);
            let idle = random.draw() >> (1 + random.below(62));
            let backend = random.below(64);
            let alive = random.draw();
            let now = seen.saturating_add(idle);
            let holds = Assigned { backend, seen }.holds(now, timeout, alive);
            let is_alive = (0..64)
                .filter(|bit| alive & 1 << bit != 0)
                .any(|bit| bit == backend);
            let fresh = u128::from(now - seen) < u128::from(timeout) * u128::from(SECOND);
            assert_eq!(holds, fresh && is_alive, "idle {idle} of {timeout} s");
        }
    }
    let assigned = Assigned {
        backend: 3,
        seen: 100 * SECOND,
    };
    for (now, holds) in [
        (160 * SECOND - 1, true),
        (160 * SECOND, false),
        (99 * SECOND, true),
    ] {
        assert_eq!(assigned.holds(now, 60, 0b1000), holds, "{now}");
    }
    let strange = Assigned {
        backend: 64,
        ..assigned
    };
    assert!(!strange.holds(100 * SECOND, 60, u64::MAX), "no backend");
}

/// Traffic over simulated hours, members coming and going: a connection changes its backend
/// only when it was idle for too long or its backend is gone.
#[test]
fn nobody_is_moved_without_a_reason() {
    const TIMEOUT: u32 = 60;
    let mut random = Random::new(4);
    let mut table: HashMap<u64, Assigned> = HashMap::new();
    let mut last: HashMap<u64, (u64, u64)> = HashMap::new();
    let (mut now, mut members, mut draining) = (0_u64, 0b1111_u64, 0_u64);
    let (mut kept, mut moved) = (0, 0);
    for step in 0..200_000 {
        now += random.below(SECOND / 10);
        if step % 5000 == 4999 {
            let bit = 1 << random.below(6);
            draining = members & bit;
            members = (members ^ bit).max(1);
        }
        let connection = random.below(400);
        let alive = members | draining;
        let backend = match table.get(&connection) {
            Some(assigned) if assigned.holds(now, TIMEOUT, alive) => assigned.backend,
            _ => choose(hash(1, [connection; 5]) % POSITIONS as u64, members).backend(),
        };
        let seen = now;
        table.insert(connection, Assigned { backend, seen });
        if let Some((had, at)) = last.insert(connection, (backend, now)) {
            let may_move = now - at >= u64::from(TIMEOUT) * SECOND || alive >> had & 1 == 0;
            assert!(had == backend || may_move, "moved at step {step}");
            kept += usize::from(had == backend);
            moved += usize::from(had != backend);
        }
    }
    assert!(
        kept > 10 * moved && moved > 100,
        "{kept} kept, {moved} moved"
    );
}
