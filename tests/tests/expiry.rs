//! Programs that remember when something happened, against models over simulated time.
//!
//! No test waits: time goes by in that everything the kernel remembers becomes older.

use std::collections::HashMap;

use hike_loader::sys::map::Map;
use hike_tests::frame::{Frame, address, errno};
use hike_tests::random::Random;
use hike_tests::rig::{End, Rig, in_both_tiers, now, number};

const SECOND: u64 = 1_000_000_000;
const HOSTS: u64 = 4;

fn continued(rig: &Rig, program: &str, arguments: &[u32], packet: &[u8]) -> i64 {
    match rig.call(program, arguments, packet).end {
        End::Continued(result) => result,
        End::Decided(action) => panic!("{program} decided {action:?}"),
    }
}

/// A pair of hosts.
type Pair = (u16, u16);

fn pair(random: &mut Random) -> Pair {
    (random.below(HOSTS) as u16, random.below(HOSTS) as u16)
}

fn packet((source, destination): Pair) -> Vec<u8> {
    Frame::udp(address(source), address(destination)).bytes
}

fn key((source, destination): Pair) -> Vec<u8> {
    [address(source).octets(), address(destination).octets()].concat()
}

/// The moment that a map has for a pair, which is all of its value.
fn moment(map: &Map, pair: Pair) -> Option<u64> {
    let value = map.lookup(&key(pair)).expect("a look-up");
    value.map(|value| number(&value[0], 0))
}

/// Lets time go by: every moment in the map, and in the model, is so much earlier. (No moment
/// can be before the machine was started; then less goes by.) Gives how much went by.
fn go_by(map: &Map, model: &mut HashMap<Pair, u64>, time: u64) -> u64 {
    let time = model.values().copied().fold(time, u64::min);
    for (pair, moment) in model {
        *moment -= time;
        let updated = map.update(&key(*pair), &moment.to_ne_bytes());
        updated.expect("a moment");
    }
    time
}

#[test]
fn a_set_with_a_timeout() {
    const LOOK_UP: u32 = 0;
    const ADD: u32 = 1;
    const LOOK_UP_FRESH: u32 = 2;
    in_both_tiers(|tier| {
        let program = "hike_default/ip6_hset_srcdst";
        for timeout in [0, 5, 60] {
            let settings = [("TIMEOUT", timeout)];
            let rig = tier.rig_with("hike_default/all", &[program], &settings);
            let map = rig.map("ip6_hset_srcdst_map");
            let mut random = Random::new(timeout);
            let mut model: HashMap<Pair, u64> = HashMap::new();
            let (mut fresh, mut expired) = (0, 0);
            for _ in 0..600 {
                if random.below(3) == 0 {
                    go_by(map, &mut model, random.below(timeout * SECOND / 2 + 2));
                }
                let pair = pair(&mut random);
                let action = random.pick(&[LOOK_UP, ADD, ADD, LOOK_UP_FRESH]);
                let before = now();
                let result = continued(&rig, program, &[action], &packet(pair));
                let after = now();
                let age = model
                    .get(&pair)
                    .map(|added| [before, after].map(|at| at - added));
                let is_in = match (action, age) {
                    (ADD, _) => Some(true),
                    (_, None) => Some(false),
                    (LOOK_UP, Some(_)) => Some(true),
                    (_, Some([least, most])) => {
                        let limit = timeout * SECOND;
                        // In between, the model cannot know.
                        (most <= limit || least > limit).then_some(most <= limit)
                    }
                };
                let expected = is_in.unwrap_or(result == 0);
                assert_eq!(
                    result,
                    if expected { 0 } else { errno::ENOENT },
                    "{action} {age:?}"
                );
                match action {
                    ADD => {
                        let added = moment(map, pair).expect("an added pair");
                        assert!((before..=after).contains(&added), "added now");
                        model.insert(pair, added);
                    }
                    LOOK_UP_FRESH if !expected => {
                        expired += usize::from(model.remove(&pair).is_some())
                    }
                    LOOK_UP_FRESH => fresh += 1,
                    _ => {}
                }
                assert_eq!(moment(map, pair), model.get(&pair).copied());
            }
            assert!(expired > 10, "{expired} of {timeout} s expired");
            assert!(
                timeout == 0 || fresh > 10,
                "{fresh} of {timeout} s were fresh"
            );
        }
    });
}

#[test]
fn gaps_between_packets() {
    in_both_tiers(|tier| {
        let program = "hike_default/lse";
        let rig = tier.rig(&[program]);
        let map = rig.map("lse_map");
        let mut random = Random::new(1);
        let mut model: HashMap<Pair, u64> = HashMap::new();
        for _ in 0..600 {
            // From nanoseconds to hours.
            let time = random.draw() >> (20 + random.below(40));
            go_by(map, &mut model, time);
            let pair = pair(&mut random);
            let before = now();
            let result = continued(&rig, program, &[], &packet(pair));
            let seen = moment(map, pair).expect("a moment");
            assert!((before..=now()).contains(&seen), "seen now");
            let expected = match model.insert(pair, seen) {
                None => errno::ENOENT,
                Some(last) => (seen - last).cast_signed(),
            };
            assert_eq!(result, expected);
        }
    });
}
