//! The standard programs in the kernel: what each does over several packets, configured and
//! at the limits of its maps.

use std::time::Duration;

use hike_abi::Action;
use hike_loader::sys::map::Map;
use hike_loader::sys::ring::Ring;
use hike_tests::frame::{Extension, Frame, TCP, UDP, address, errno, extension};
use hike_tests::rig::{End, Rig, in_both_tiers, now};

fn udp(source: u16, destination: u16) -> Vec<u8> {
    Frame::udp(address(source), address(destination)).bytes
}

fn continued(rig: &Rig, program: &str, arguments: &[u32], packet: &[u8]) -> i64 {
    match rig.call(program, arguments, packet).end {
        End::Continued(result) => result,
        End::Decided(action) => panic!("{program} decided {action:?}"),
    }
}

fn pair_key(source: u16, destination: u16) -> Vec<u8> {
    [address(source).octets(), address(destination).octets()].concat()
}

fn entries(map: &Map) -> usize {
    map.keys().expect("keys").len()
}

#[test]
fn monitor_counts_each_event() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&["hike_default/monitor"]);
        for event in [1, 2, 2, u32::MAX, 2, 1024] {
            assert_eq!(
                continued(&rig, "hike_default/monitor", &[event], &udp(1, 2)),
                0
            );
        }
        let low = [(1_u32, 1), (2, 3), (1023, 0)].map(|expected| ("events", expected));
        let high = [(1024, 1), (u32::MAX, 1)].map(|expected| ("events_from_1024", expected));
        for (map, (event, count)) in low.into_iter().chain(high) {
            let values = rig.map(map).lookup(&event.to_ne_bytes());
            let values = values.expect("a look-up").expect("a counter");
            let numbers = values.iter().map(|value| hike_tests::rig::number(value, 0));
            assert_eq!(numbers.sum::<u64>(), count, "event {event}");
        }
    });
}

#[test]
fn a_set_of_pairs() {
    in_both_tiers(|tier| {
        let program = "hike_default/ip6_hset_srcdst";
        let rig = tier.rig(&[program]);
        let call = |action, source, destination| {
            continued(&rig, program, &[action], &udp(source, destination))
        };
        assert_eq!(call(0, 1, 2), errno::ENOENT);
        assert_eq!(call(1, 1, 2), 0);
        assert_eq!(call(0, 1, 2), 0);
        assert_eq!(
            call(0, 2, 1),
            errno::ENOENT,
            "the other direction is another pair"
        );
        assert_eq!(call(0, 1, 3), errno::ENOENT);
        assert_eq!(call(2, 1, 2), 0, "just added");
        assert_eq!(call(1, 1, 2), 0, "adding again");
        assert_eq!(call(3, 1, 2), errno::EINVAL);
        assert_eq!(entries(rig.map("ip6_hset_srcdst_map")), 1);
    });
}

#[test]
fn pairs_are_removed_after_their_timeout() {
    in_both_tiers(|tier| {
        let program = "hike_default/ip6_hset_srcdst";
        let rig = tier.rig_with("hike_default/all", &[program], &[("TIMEOUT", 2)]);
        let call = |action| continued(&rig, program, &[action], &udp(1, 2));
        let map = rig.map("ip6_hset_srcdst_map");
        let added = |age: Duration| {
            let moment = now() - age.as_nanos() as u64;
            map.update(&pair_key(1, 2), &moment.to_ne_bytes())
                .expect("a pair");
        };
        added(Duration::from_millis(500));
        assert_eq!(call(2), 0, "younger than the timeout");
        added(Duration::from_millis(2001));
        assert_eq!(call(0), 0, "a plain look-up knows no timeout");
        assert_eq!(call(2), errno::ENOENT, "older than the timeout");
        assert_eq!(entries(map), 0, "and removed");
        added(Duration::from_millis(2001));
        assert_eq!(call(1), 0, "adding again makes it young");
        assert_eq!(call(2), 0);
    });
}

#[test]
fn a_full_set_forgets_old_pairs() {
    in_both_tiers(|tier| {
        let program = "hike_default/ip6_hset_srcdst";
        let rig = tier.rig(&[program]);
        for source in 1..=10_000 {
            assert_eq!(
                continued(&rig, program, &[1], &udp(source, 0)),
                0,
                "pair {source}"
            );
            assert_eq!(
                continued(&rig, program, &[0], &udp(source, 0)),
                0,
                "pair {source}"
            );
        }
        let count = entries(rig.map("ip6_hset_srcdst_map"));
        assert!((1000..=4096).contains(&count), "{count} pairs");
    });
}

#[test]
fn marks_are_configured() {
    in_both_tiers(|tier| {
        let program = "hike_default/ip6_set_ecn";
        let tagged = Frame::build("tagged", &[0x8100], address(1), address(2), &[], UDP);
        for frame in [Frame::udp(address(1), address(2)), tagged] {
            for (mark, mask, class) in [
                (1, 3, 0xb9),
                (0, 3, 0xb8),
                (0x28, 0xfc, 0x28),
                (0xff, 0, 0xb8),
                (0xff, 0xff, 0xff),
            ] {
                let settings = [("MARK", mark), ("MASK", mask)];
                let rig = tier.rig_with(
                    "hike_default/all",
                    &[program, "hike_default/ip6_tos_cls"],
                    &settings,
                );
                let marked = rig.call(program, &[], &frame.bytes).packet;
                assert_eq!(
                    continued(&rig, "hike_default/ip6_tos_cls", &[], &marked),
                    class
                );
                let mut expected = frame.bytes.clone();
                let class = class as u8;
                expected[frame.network] = 0x60 | class >> 4;
                expected[frame.network + 1] = class << 4 | 0x01;
                assert_eq!(marked, expected, "mark {mark:#x} mask {mask:#x}");
            }
        }
    });
}

#[test]
fn udp_is_found_behind_extensions() {
    in_both_tiers(|tier| {
        let program = "hike_default/ip6_find_udp";
        let rig = tier.rig(&[program]);
        let routing = Extension::new(extension::ROUTING).with_length(136);
        let frame = Frame::build("srv6", &[0x8100], address(1), address(2), &[routing], UDP);
        let outcome = rig.call(program, &[], &frame.bytes);
        assert_eq!(outcome.end, End::Continued(17));
        let found = (
            outcome.cursor.protocol,
            usize::from(outcome.cursor.transport),
        );
        assert_eq!(found, frame.transport);
    });
}

#[test]
fn applications_keep_values() {
    in_both_tiers(|tier| {
        let (load, store) = ("hike_default/app_cfg_load", "hike_default/app_cfg_store");
        let rig = tier.rig(&[load, store]);
        let packet = udp(1, 2);
        for value in [0, 1, u32::MAX] {
            assert_eq!(continued(&rig, store, &[7, value], &packet), 0);
            assert_eq!(continued(&rig, load, &[7], &packet), i64::from(value));
        }
        rig.map("app_cfg")
            .update(&8_u32.to_ne_bytes(), &9_u32.to_ne_bytes())
            .expect("a value");
        assert_eq!(
            continued(&rig, load, &[8], &packet),
            9,
            "a value of user space"
        );
        for key in 1000..1254 {
            assert_eq!(continued(&rig, store, &[key, key], &packet), 0);
        }
        assert_eq!(continued(&rig, store, &[5000, 1], &packet), errno::E2BIG);
        assert_eq!(
            continued(&rig, store, &[7, 3], &packet),
            0,
            "a key that is there"
        );
    });
}

#[test]
fn time_since_the_last_packet_of_a_pair() {
    in_both_tiers(|tier| {
        let program = "hike_default/lse";
        let rig = tier.rig(&[program]);
        let call = |source| {
            let before = now();
            let result = continued(&rig, program, &[], &udp(source, 9));
            (before, result, now())
        };
        let mut last = [call(1), call(2)];
        assert_eq!([last[0].1, last[1].1], [errno::ENOENT; 2], "nothing before");
        for index in 0..20 {
            let source = index % 2;
            std::thread::sleep(Duration::from_millis(index as u64 % 3));
            let (before, result, after) = call(source as u16 + 1);
            let bounds = before - last[source].2..=after - last[source].0;
            assert!(
                bounds.contains(&result.cast_unsigned()),
                "{result} in {bounds:?}"
            );
            last[source] = (before, result, after);
        }
    });
}

#[test]
fn redirects() {
    in_both_tiers(|tier| {
        let (redirect, connect) = ("hike_default/l2_redirect", "hike_default/l2xcon");
        let rig = tier.rig(&[redirect, connect]);
        let decide = |program, arguments: &[u32]| rig.call(program, arguments, &udp(1, 2)).end;
        assert_eq!(decide(redirect, &[0]), End::Decided(Action::Drop));
        assert_eq!(decide(redirect, &[6]), End::Decided(Action::Redirect));
        assert_eq!(decide(connect, &[]), End::Decided(Action::Drop), "no pair");
        // A test run's packets come from the loopback interface, index 1.
        rig.map("l2xcon_map")
            .update(&1_u32.to_ne_bytes(), &6_u32.to_ne_bytes())
            .expect("a pair");
        assert_eq!(decide(connect, &[]), End::Decided(Action::Redirect));
    });
}

/// An event's fields, by the layout that the object's types give.
struct Event(Vec<u8>);

impl Event {
    fn u64(&self, at: usize) -> u64 {
        hike_tests::rig::number(&self.0, at)
    }

    fn u32(&self, at: usize) -> u32 {
        self.u64(at & !7)
            .checked_shr(8 * (at as u32 & 7))
            .unwrap_or(0) as u32
    }

    fn u16(&self, at: usize) -> u16 {
        u16::from_ne_bytes([self.0[at], self.0[at + 1]])
    }
}

#[test]
fn packets_are_reported_by_layers() {
    in_both_tiers(|tier| {
        let program = "info/show_pkt_info";
        let rig = tier.rig(&[program]);
        let mut ring = Ring::open(rig.map("pkt_info_events")).expect("the ring buffer");
        let hop_by_hop = Extension::new(extension::HOP_BY_HOP);
        let frame = Frame::build("tcp", &[], address(1), address(2), &[hop_by_hop], TCP);
        for layers in 0..8 {
            let before = now();
            assert_eq!(continued(&rig, program, &[layers, 77], &frame.bytes), 0);
            let events = ring.take();
            let [bytes] = &events[..] else {
                panic!("{} events for layers {layers}", events.len());
            };
            let event = Event(bytes.clone());
            assert!((before..=now()).contains(&event.u64(0)), "the time");
            assert_eq!(event.u32(8), 77, "the value");
            assert_eq!(event.u32(12), layers, "the layers");
            assert_eq!(event.u32(16), 1, "the interface");
            assert_eq!(event.u32(20) as usize, frame.bytes.len(), "the length");
            let expected = expected_headers(&frame, layers);
            assert_eq!(event.0[24..82], expected, "layers {layers}");
        }
        event_of_ipv4(&rig, &mut ring);
    });
}

/// The part of an event that comes from headers.
fn expected_headers(frame: &Frame, layers: u32) -> Vec<u8> {
    let (bytes, network) = (&frame.bytes, frame.network);
    let part = |layer: u32, field: Vec<u8>| {
        if layers & layer == 0 {
            vec![0; field.len()]
        } else {
            field
        }
    };
    let mut expected = part(2, bytes[network + 8..network + 40].to_vec());
    expected.extend(part(1, bytes[..12].to_vec()));
    expected.extend(part(1, 0x86dd_u16.to_ne_bytes().to_vec()));
    expected.extend(part(
        4,
        [5000_u16.to_ne_bytes(), 5001_u16.to_ne_bytes()].concat(),
    ));
    expected.extend(part(2, vec![0xb8, 64, extension::HOP_BY_HOP]));
    expected.extend(part(4, vec![TCP]));
    expected.extend([0; 4]);
    expected
}

fn event_of_ipv4(rig: &Rig, ring: &mut Ring) {
    continued(rig, "info/show_pkt_info", &[7, 1], &Frame::ipv4().bytes);
    let event = Event(ring.take().pop().expect("an event"));
    assert_eq!(event.u32(12), 1, "only the link layer is there");
    assert_eq!(event.u16(68), 0x0800);
}

/// Nobody reads: events are lost, packets are not held up.
#[test]
fn a_full_ring_buffer_loses_events() {
    in_both_tiers(|tier| {
        let program = "info/show_pkt_info";
        let rig = tier.rig(&[program]);
        let results: Vec<i64> = (0..2000)
            .map(|_| continued(&rig, program, &[7, 1], &udp(1, 2)))
            .collect();
        let kept = results.iter().take_while(|result| **result == 0).count();
        assert!(kept > 100, "{kept} events kept");
        assert!(
            results[kept..]
                .iter()
                .all(|result| *result == errno::ENOBUFS)
        );
        let mut ring = Ring::open(rig.map("pkt_info_events")).expect("the ring buffer");
        assert_eq!(ring.take().len(), kept);
        assert_eq!(
            continued(&rig, program, &[7, 1], &udp(1, 2)),
            0,
            "room again"
        );
    });
}

/// What the kernel's trace buffer holds; where tracefs is not mounted, it is for this look.
fn trace() -> String {
    let look = "cd /sys/kernel/tracing; [ -e trace ] || mount -t tracefs tracefs .; cat $PWD/trace";
    let mut unshare = std::process::Command::new("unshare");
    hike_tests::tools::run(unshare.args(["--mount", "sh", "-c", look]))
}

#[test]
fn the_cursor_is_printed() {
    in_both_tiers(|tier| {
        let (find, print) = ("hike_default/ip6_find_udp", "hike_default/hike_verbose");
        let rig = tier.rig(&[find, print]);
        let hop_by_hop = Extension::new(extension::HOP_BY_HOP);
        let frame = Frame::build("udp", &[0x8100], address(1), address(2), &[hop_by_hop], UDP);
        // A number that no other run has printed.
        let cookie = now() as u32;
        let argument = format!("w1 = {}", cookie.cast_signed());
        let lines = ["call program 0", &argument, "call program 1", "exit"];
        rig.set_chain(&lines.map(str::to_owned));
        rig.start_from("all_map");
        rig.decide(&frame.bytes);
        let (length, transport) = (frame.bytes.len(), frame.transport.1);
        let expected = format!(
            "hike {cookie}: length {length} ethertype 86dd network 18 transport {transport} protocol 17"
        );
        let trace = trace();
        assert!(trace.contains(&expected), "`{expected}` is not in\n{trace}");
    });
}
