//! Meters and the sampler in the kernel: state over packets, exact times, several CPUs.

use std::collections::{BTreeMap, HashMap};
use std::net::Ipv6Addr;
use std::time::Duration;

use hike_loader::sys::cpus;
use hike_loader::sys::map::Map;
use hike_tests::frame::{Frame, address};
use hike_tests::random::Random;
use hike_tests::rig::{End, Rig, Setting, Tier, in_both_tiers, now, number, stay_on};

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
    in_both_tiers(|tier| {
        let by_destination: Keyed = (
            "meter/ip6_dst_meter",
            "ip6_dst_meter_map",
            |_, destination| destination.octets().into(),
        );
        for (program, map, key) in [
            by_destination,
            ("meter/ip6_sd_meter", "ip6_sd_meter_map", pair_key),
        ] {
            let rig = tier.rig(&[program]);
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
    });
}

/// A token bucket in one formula; it learns the moment of each decision from the map.
struct Model {
    credit: u128,
    updated: u64,
}

/// The map says at which moment the program decided, so the model needs no tolerance.
#[test]
fn token_buckets_follow_the_clock_exactly() {
    in_both_tiers(|tier| {
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
            follow(tier, by_destination, rate, burst);
            follow(
                tier,
                ("meter/ip6_sd_tbmon", "ip6_sd_tbmon_map", pair_key),
                rate,
                burst,
            );
        }
    });
}

fn follow(tier: Tier, (program, map, key): Keyed, rate: u64, burst: u64) {
    let rig = tier.rig_with(
        "hike_default/all",
        &[program],
        &[("RATE", rate), ("BURST", burst)],
    );
    let full = u128::from(burst) * SECOND;
    let mut model: HashMap<Vec<u8>, Model> = HashMap::new();
    let mut random = Random::new(rate);
    for (index, pair) in pairs(rate + burst, 150).into_iter().enumerate() {
        if index % 40 == 39 {
            std::thread::sleep(Duration::from_millis(30));
        }
        if index % 10 == 9 {
            be_idle(
                rig.map(map),
                &mut model,
                random.draw() >> (10 + random.below(50)),
            );
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

/// Lets simulated time go by: every bucket's moment is so much earlier, but not before the
/// machine was started.
fn be_idle(buckets: &Map, model: &mut HashMap<Vec<u8>, Model>, time: u64) {
    let updated = model.values().map(|bucket| bucket.updated);
    let time = updated.fold(time, u64::min);
    for (key, bucket) in model {
        bucket.updated -= time;
        let mut value = buckets.lookup(key).expect("a look-up").expect("a bucket");
        value[0][8..16].copy_from_slice(&bucket.updated.to_ne_bytes());
        buckets.update(key, &value[0]).expect("a bucket");
    }
}

/// Calls a program with an argument on every CPU at once, so often on each, and counts its
/// results with `monitor`; gives the counts by result, and the number of all calls.
fn race(
    tier: Tier,
    program: &str,
    settings: &[Setting<'_>],
    argument: u32,
) -> (BTreeMap<u32, u64>, u64) {
    const TIMES: u32 = 420_000;
    let programs = [program, "hike_default/monitor"];
    let rig = tier.rig_with("hike_default/all", &programs, settings);
    let lines = [
        &format!("w1 = {argument}"),
        "call program 0",
        "r1 = r0",
        "call program 1",
        "exit",
    ];
    rig.set_chain(&lines.map(str::to_owned));
    rig.start_from("all_map");
    let packet = Frame::udp(address(1), address(2)).bytes;
    let worked = std::thread::scope(|scope| {
        let start = |cpu| {
            let (rig, packet) = (&rig, &packet);
            scope.spawn(move || stay_on(cpu).then(|| rig.repeat(packet, TIMES)))
        };
        let workers: Vec<_> = (0..cpus::possible()).map(start).collect();
        let results = workers.into_iter();
        let results = results.filter_map(|worker| worker.join().expect("a worker"));
        results.count() as u64
    });
    let events = ["events", "events_from_1024"].map(|map| rig.map(map));
    let counts = events.into_iter().flat_map(counts).collect();
    (counts, u64::from(TIMES) * worked)
}

/// The counters of `monitor` in one of its maps that have counted, summed over all CPUs.
fn counts(events: &Map) -> Vec<(u32, u64)> {
    let keys = events.keys().expect("keys").into_iter();
    keys.map(|key| {
        let values = events.lookup(&key).expect("a look-up").expect("a counter");
        let event = u32::from_ne_bytes(key.try_into().expect("a number"));
        (event, values.iter().map(|value| number(value, 0)).sum())
    })
    .filter(|(_, count)| *count != 0)
    .collect()
}

#[test]
fn cpus_share_one_bucket() {
    in_both_tiers(|tier| {
        let before = now();
        let (burst, settings) = (100_000, [("RATE", 1), ("BURST", 100_000)]);
        let (counts, total) = race(tier, "meter/ip6_sd_tbmon", &settings, 0);
        let seconds = (now() - before) / 1_000_000_000 + 1;
        assert_eq!(counts.values().sum::<u64>(), total);
        assert!(total > 2 * burst, "{total} packets are no flood");
        let passed = burst..=burst + seconds;
        assert!(passed.contains(&counts[&0]), "{counts:?} in {seconds} s");
    });
}

#[test]
fn cpus_share_one_countdown() {
    in_both_tiers(|tier| {
        let (counts, total) = race(tier, "sampler/ip6_sd_dec2zero", &[], 7);
        let expected = (0..7).map(|left| (left, total / 7)).collect();
        assert_eq!(counts, expected);
    });
}

#[test]
fn cpus_share_one_counter() {
    in_both_tiers(|tier| {
        // The first results are events that `monitor` has room for; none comes twice.
        let (counts, _) = race(tier, "meter/ip6_sd_meter", &[], 0);
        assert!(counts.values().all(|count| *count == 1), "{counts:?}");
    });
}

#[test]
fn countdowns_mark_one_packet_in_n() {
    in_both_tiers(|tier| {
        let program = "sampler/ip6_sd_dec2zero";
        for n in [0, 1, 2, 5, 500] {
            let rig = tier.rig(&[program]);
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
    });
}

/// Flows beyond the maps' size: the program goes on, and the newest flow has its state.
#[test]
fn many_flows_push_old_ones_out() {
    in_both_tiers(|tier| {
        let program = "meter/ip6_sd_tbmon";
        let rig = tier.rig_with("hike_default/all", &[program], &[("RATE", 0), ("BURST", 1)]);
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
    });
}
