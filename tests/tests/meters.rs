//! Meters and the sampler in the kernel: state over packets, exact times, several CPUs.

use std::collections::HashMap;
use std::net::Ipv6Addr;
use std::time::Duration;

use hike_abi::Action;
use hike_loader::sys::cpus;
use hike_tests::frame::{Frame, address};
use hike_tests::random::Random;
use hike_tests::require_kernel;
use hike_tests::rig::{End, Rig, now, number, stay_on};

const SECOND: u128 = 1_000_000_000;

/// Packets between a few hosts, in an order that a seed determines.
fn pairs(seed: u64, count: usize) -> Vec<(Ipv6Addr, Ipv6Addr)> {
    let mut random = Random::new(seed);
    let mut host = move || address(1 + random.below(3) as u16);
    (0..count).map(|_| (host(), host())).collect()
}

fn pair_key(source: Ipv6Addr, destination: Ipv6Addr) -> Vec<u8> {
    [source.octets(), destination.octets()].concat()
}

fn result(rig: &Rig, program: &str, arguments: &[u32], pair: (Ipv6Addr, Ipv6Addr)) -> i64 {
    match rig
        .call(program, arguments, &Frame::udp(pair.0, pair.1).bytes)
        .end
    {
        End::Continued(result) => result,
        End::Decided(action) => panic!("{program} decided {action:?}"),
    }
}

/// One kind of key: a program, its map, and the key of a packet.
type Keyed = (
    &'static str,
    &'static str,
    fn(Ipv6Addr, Ipv6Addr) -> Vec<u8>,
);

#[test]
fn meters_count_by_key() {
    if !require_kernel() {
        return;
    }
    let by_destination: Keyed = (
        "meter/ip6_dst_meter",
        "ip6_dst_meter_map",
        |_, destination| destination.octets().into(),
    );
    for (program, map, key) in [
        by_destination,
        ("meter/ip6_sd_meter", "ip6_sd_meter_map", pair_key),
    ] {
        let rig = Rig::new(&[program]);
        let mut model: HashMap<Vec<u8>, i64> = HashMap::new();
        for pair in pairs(1, 200) {
            let count = model.entry(key(pair.0, pair.1)).or_default();
            *count += 1;
            assert_eq!(result(&rig, program, &[], pair), *count, "{program}");
        }
        for (key, count) in model {
            let value = rig
                .map(map)
                .lookup(&key)
                .expect("a look-up")
                .expect("a counter");
            assert_eq!(number(&value[0], 0).cast_signed(), count, "{program}");
        }
    }
}

/// A token bucket in one formula; it learns the moment of each decision from the map.
struct Model {
    credit: u128,
    updated: u64,
}

/// The map says at which moment the program decided, so the model needs no tolerance.
#[test]
fn token_buckets_follow_the_clock_exactly() {
    if !require_kernel() {
        return;
    }
    let by_destination: Keyed = (
        "meter/ip6_dst_tbmon",
        "ip6_dst_tbmon_map",
        |_, destination| destination.octets().into(),
    );
    for (rate, burst) in [
        (1000, 3),
        (20, 5),
        (3_000_000, 2),
        (0, 4),
        (50, 0),
        (777, 1),
    ] {
        follow(by_destination, rate, burst);
        follow(
            ("meter/ip6_sd_tbmon", "ip6_sd_tbmon_map", pair_key),
            rate,
            burst,
        );
    }
}

fn follow((program, map, key): Keyed, rate: u64, burst: u64) {
    let rig = Rig::with(
        "hike_default/all",
        &[program],
        &[("RATE", rate), ("BURST", burst)],
    );
    let full = u128::from(burst) * SECOND;
    let mut model: HashMap<Vec<u8>, Model> = HashMap::new();
    for (index, pair) in pairs(rate + burst, 150).into_iter().enumerate() {
        if index % 40 == 39 {
            std::thread::sleep(Duration::from_millis(30));
        }
        let key = key(pair.0, pair.1);
        let before = now();
        let observed = result(&rig, program, &[], pair);
        let after = now();
        let value = rig
            .map(map)
            .lookup(&key)
            .expect("a look-up")
            .expect("a bucket");
        let [credit, updated, lock] = [0, 8, 16].map(|offset| number(&value[0], offset));
        assert!(
            (before..=after).contains(&updated),
            "{before} <= {updated} <= {after}"
        );
        let bucket = model.entry(key).or_insert(Model {
            credit: full,
            updated,
        });
        let earned = u128::from(updated - bucket.updated) * u128::from(rate);
        bucket.credit = full.min(bucket.credit + earned);
        let expected = if bucket.credit >= SECOND { 0 } else { -1 };
        assert_eq!(
            observed, expected,
            "{program} rate {rate} burst {burst} packet {index}"
        );
        if expected == 0 {
            bucket.credit -= SECOND;
        }
        bucket.updated = updated;
        assert_eq!((u128::from(credit), lock), (bucket.credit, 0), "{program}");
    }
}

/// Runs a chain on every CPU at once; gives how often it decided to pass the packet.
fn race(rig: &Rig, packet: &[u8], runs: usize) -> (usize, usize) {
    let cpus = cpus::possible();
    let passed = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cpus)
            .map(|cpu| {
                scope.spawn(move || {
                    stay_on(cpu);
                    (0..runs)
                        .filter(|_| rig.decide(packet) == Action::Pass)
                        .count()
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("a worker"))
            .sum()
    });
    (passed, cpus * runs)
}

/// A chain that passes a packet when a program's result is zero.
fn pass_when_zero(rig: &Rig, argument: u32) {
    let lines = [
        format!("w1 = {argument}"),
        "call program 0".to_owned(),
        "if r0 != 0 goto +1".to_owned(),
        "call program 1".to_owned(),
        "exit".to_owned(),
    ];
    rig.set_chain(&lines);
    rig.start_from("all_map");
}

#[test]
fn cpus_share_one_bucket() {
    if !require_kernel() {
        return;
    }
    let programs = ["meter/ip6_sd_tbmon", "hike_default/hike_pass"];
    let rig = Rig::with(
        "hike_default/all",
        &programs,
        &[("RATE", 1), ("BURST", 1000)],
    );
    pass_when_zero(&rig, 0);
    let before = now();
    let (passed, total) = race(&rig, &Frame::udp(address(1), address(2)).bytes, 20_000);
    let seconds = (now() - before) / 1_000_000_000 + 1;
    assert!(total > 2000 && passed >= 1000, "{passed} of {total}");
    assert!(passed <= 1000 + seconds as usize, "{passed} in {seconds} s");
}

#[test]
fn cpus_share_one_countdown() {
    if !require_kernel() {
        return;
    }
    let rig = Rig::new(&["sampler/ip6_sd_dec2zero", "hike_default/hike_pass"]);
    pass_when_zero(&rig, 7);
    let (zeros, total) = race(&rig, &Frame::udp(address(1), address(2)).bytes, 7_000);
    assert_eq!(zeros, total / 7);
}

#[test]
fn countdowns_mark_one_packet_in_n() {
    if !require_kernel() {
        return;
    }
    let program = "sampler/ip6_sd_dec2zero";
    for n in [0, 1, 2, 5, 500] {
        let rig = Rig::new(&[program]);
        let mut counters: HashMap<_, i64> = HashMap::new();
        for pair in pairs(n.into(), 1200) {
            let left = counters.entry(pair).or_insert_with(|| n.into());
            *left = (*left - 1).max(0);
            assert_eq!(result(&rig, program, &[n], pair), *left, "n is {n}");
            if *left == 0 {
                *left = n.into();
            }
        }
    }
}

/// Flows beyond the maps' size: the program goes on, and the newest flow has its state.
#[test]
fn many_flows_push_old_ones_out() {
    if !require_kernel() {
        return;
    }
    let program = "meter/ip6_sd_tbmon";
    let rig = Rig::with("hike_default/all", &[program], &[("RATE", 0), ("BURST", 1)]);
    let pair = |number| (address(number), address(0));
    for number in 1..=10_000 {
        assert_eq!(result(&rig, program, &[], pair(number)), 0, "flow {number}");
        assert_eq!(
            result(&rig, program, &[], pair(number)),
            -1,
            "flow {number} again"
        );
    }
    let flows = rig.map("ip6_sd_tbmon_map").keys().expect("keys").len();
    assert!((1000..=4096).contains(&flows), "{flows} flows");
}
