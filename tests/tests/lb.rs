//! The package `lb`: which backend packets go to, for how long, and in what.

use std::collections::BTreeMap;
use std::net::Ipv6Addr;

use hike_tests::frame::{Extension, Frame, TCP, UDP, address, errno, extension};
use hike_tests::rig::{End, Rig, in_both_tiers, now, number};

const SELECT: &str = "lb/lb_select";
const ENCAP: &str = "lb/lb_encap";

const SECOND: u64 = 1_000_000_000;
/// The port of all frames, and where the client's port and TCP's flags are.
const PORT: u32 = 5001;
const SOURCE_PORT: usize = 54;
const FLAGS: usize = 54 + 13;
const SYN: u8 = 0x02;
const ACK: u8 = 0x10;

/// Gives the rig a service at address 2: its ring, members and draining backends.
fn set_service(rig: &Rig, protocol: u8, service: [u64; 3]) {
    let mut key = address(2).octets().to_vec();
    key.extend(PORT.to_ne_bytes());
    key.extend(u32::from(protocol).to_ne_bytes());
    let value: Vec<u8> = service.iter().flat_map(|it| it.to_ne_bytes()).collect();
    let services = rig.map("lb_services");
    services.update(&key, &value).expect("a service");
}

/// A packet of a client's connection.
fn packet(protocol: u8, client: u16, port: u16) -> Vec<u8> {
    let (from, to) = (address(client), address(2));
    let mut frame = Frame::build("client", &[], from, to, &[], protocol);
    frame.bytes[SOURCE_PORT..SOURCE_PORT + 2].copy_from_slice(&port.to_be_bytes());
    if protocol == TCP {
        frame.bytes[FLAGS] = ACK;
    }
    frame.bytes
}

fn selected(rig: &Rig, packet: &[u8]) -> i64 {
    let outcome = rig.call(SELECT, &[], packet);
    assert_eq!(outcome.packet, packet, "the packet changed");
    match outcome.end {
        End::Continued(result) => result,
        End::Decided(action) => panic!("decided {action:?}"),
    }
}

/// The backend of each of so many connections.
fn spread(rig: &Rig, count: u16) -> Vec<i64> {
    let connections = 0..count;
    let packets = connections.map(|port| packet(UDP, 10 + port % 7, port));
    packets.map(|packet| selected(rig, &packet)).collect()
}

fn forget_connections(rig: &Rig) {
    let connections = rig.map("lb_connections");
    for key in connections.keys().expect("keys") {
        connections.delete(&key).expect("a connection");
    }
}

#[test]
fn new_connections_are_spread_evenly() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[SELECT]);
        set_service(&rig, UDP, [3, 0b1011, 0]);
        let backends = spread(&rig, 3000);
        let mut shares: BTreeMap<i64, u64> = BTreeMap::new();
        for backend in &backends {
            *shares.entry(*backend).or_default() += 1;
        }
        assert_eq!(shares.keys().copied().collect::<Vec<_>>(), [0, 1, 3]);
        assert!(
            shares.values().all(|share| (850..=1150).contains(share)),
            "{shares:?}"
        );
        assert_eq!(spread(&rig, 3000), backends, "the same ones again");
        let bytes = packet(UDP, 1, 1).len() as u64;
        for (backend, share) in shares {
            let index = u32::try_from(backend).expect("a backend");
            let values = rig.map("lb_counters").lookup(&index.to_ne_bytes());
            let values = values.expect("a look-up").expect("counters");
            let sum = |at: usize| values.iter().map(|value| number(value, at)).sum::<u64>();
            let counters = [sum(0), sum(8), sum(16)];
            assert_eq!(counters, [2 * share, 2 * share * bytes, share]);
        }
    });
}

#[test]
fn little_moves_when_backends_change() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[SELECT]);
        set_service(&rig, UDP, [0, 0b1111, 0]);
        let before = spread(&rig, 1000);
        forget_connections(&rig);
        set_service(&rig, UDP, [0, 0b1101, 0]);
        let without = spread(&rig, 1000);
        for (old, new) in before.iter().zip(&without) {
            assert_ne!(*new, 1, "a backend that left");
            assert!(old == new || *old == 1, "moved from {old} to {new}");
        }
        forget_connections(&rig);
        set_service(&rig, UDP, [0, 0b1111, 0]);
        assert_eq!(spread(&rig, 1000), before, "back again");
    });
}

#[test]
fn connections_stay_while_their_backend_does() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[SELECT]);
        set_service(&rig, UDP, [0, 0b11, 0]);
        let before = spread(&rig, 300);
        set_service(&rig, UDP, [0, 0b111_1100, 0b11]);
        assert_eq!(spread(&rig, 300), before, "draining backends keep theirs");
        let other = packet(UDP, 99, 9);
        assert!(selected(&rig, &other) >= 2, "and get no new ones");
        set_service(&rig, UDP, [0, 0b111_1110, 0]);
        for (old, new) in before.iter().zip(spread(&rig, 300)) {
            assert!(new == *old || *old == 0, "{old} became {new}");
            assert_ne!(new, 0, "a backend that is gone");
        }
    });
}

/// Entries of user space stand for packets of the past.
#[test]
fn idle_connections_are_forgotten() {
    in_both_tiers(|tier| {
        let settings = [("TIMEOUT", 60)];
        let rig = tier.rig_with("hike_default/all", &[SELECT], &settings);
        set_service(&rig, TCP, [0, 0b1, 0b10]);
        let packet = packet(TCP, 1, 7);
        assert_eq!(selected(&rig, &packet), 0);
        let connections = rig.map("lb_connections");
        let key = connections.keys().expect("keys").remove(0);
        let remember = |backend: u64, age: u64| {
            let value = [backend.to_ne_bytes(), (now() - age).to_ne_bytes()].concat();
            connections.update(&key, &value).expect("a connection");
        };
        remember(1, 59 * SECOND);
        assert_eq!(selected(&rig, &packet), 1, "within the timeout");
        let value = connections.lookup(&key).expect("a look-up");
        let seen = number(&value.expect("a connection")[0], 8);
        assert!(now() - seen < 30 * SECOND, "and seen again");
        remember(1, 60 * SECOND);
        assert_eq!(selected(&rig, &packet), 0, "after it");
        remember(1, 0);
        let mut start = packet.clone();
        start[FLAGS] = SYN;
        assert_eq!(selected(&rig, &start), 0, "a new connection");
        remember(2, 0);
        assert_eq!(selected(&rig, &packet), 0, "a backend that is none");
        remember(u64::MAX, 0);
        assert_eq!(selected(&rig, &packet), 0, "no backend at all");
    });
}

/// More connections than are remembered: packets go on, the newest connection is known.
#[test]
fn many_connections_push_old_ones_out() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[SELECT]);
        set_service(&rig, UDP, [0, 0b111, 0]);
        rig.prepare(SELECT, &[]);
        rig.start_from("all_map");
        for port in 0..40_000 {
            rig.decide(&packet(UDP, 1, port));
        }
        assert!((0..3).contains(&selected(&rig, &packet(UDP, 2, 1))));
        let keys = rig.map("lb_connections").keys().expect("keys");
        assert!((20_000..=32_768).contains(&keys.len()), "{}", keys.len());
        let newest = 39_999_u16.to_ne_bytes();
        assert!(keys.iter().any(|key| key[32..34] == newest));
    });
}

#[test]
fn services_that_are_none() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[SELECT]);
        let udp = packet(UDP, 1, 7);
        assert_eq!(selected(&rig, &udp), errno::ENOENT, "no service");
        set_service(&rig, TCP, [0, 1, 0]);
        assert_eq!(selected(&rig, &udp), errno::ENOENT, "another protocol");
        set_service(&rig, UDP, [0, 0, 1]);
        assert_eq!(selected(&rig, &udp), errno::EHOSTUNREACH, "no member");
        for ring in [8, u64::MAX] {
            set_service(&rig, UDP, [ring, 1, 0]);
            assert_eq!(selected(&rig, &udp), errno::EINVAL, "no such ring");
        }
        set_service(&rig, UDP, [7, 1 << 63, 0]);
        assert_eq!(selected(&rig, &udp), 63);
        let build = |tags: &[u16], extensions: &[Extension]| {
            Frame::build("client", tags, address(1), address(2), extensions, UDP)
        };
        let options = Extension::new(extension::HOP_BY_HOP);
        let found = build(&[0x8100], &[options, Extension::new(extension::FRAGMENT)]);
        assert_eq!(selected(&rig, &found.bytes), 63, "behind other headers");
        let later = build(&[], &[Extension::later_fragment()]);
        assert_eq!(selected(&rig, &later.bytes), errno::ENOENT, "no ports");
    });
}

fn set_backends(rig: &Rig, backend: u32, to: Ipv6Addr) {
    let backends = rig.map("lb_backends");
    let updated = backends.update(&backend.to_ne_bytes(), &to.octets());
    updated.expect("a backend");
    let source = rig.map("lb_source");
    source
        .update(&[0; 4], &address(0xff).octets())
        .expect("a source");
}

#[test]
fn packets_for_a_backend_are_in_another() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[ENCAP]);
        set_backends(&rig, 5, address(0x105));
        for tags in [&[][..], &[0x8100], &[0x88a8, 0x8100]] {
            let frame = Frame::build("client", tags, address(1), address(2), &[], TCP);
            let outcome = rig.call(ENCAP, &[5], &frame.bytes);
            assert_eq!(outcome.end, End::Continued(0));
            let (link, inner) = frame.bytes.split_at(frame.network);
            let mut expected = link.to_vec();
            expected.extend(&inner[..4]);
            expected.extend((inner.len() as u16).to_be_bytes());
            expected.extend([41, 64]);
            expected.extend(address(0xff).octets());
            expected.extend(address(0x105).octets());
            expected.extend(inner);
            assert_eq!(outcome.packet, expected);
            assert_eq!(usize::from(outcome.cursor.network), frame.network);
            assert_eq!(outcome.cursor.transport, 0);
        }
    });
}

#[test]
fn backends_that_are_none() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[ENCAP]);
        set_backends(&rig, 5, address(0x105));
        let frame = Frame::udp(address(1), address(2));
        let mut long = frame.clone();
        long.bytes[18..20].copy_from_slice(&65_496_u16.to_be_bytes());
        for (frame, backend, error) in [
            (&frame, 4, errno::ENOENT),
            (&frame, 64, errno::ENOENT),
            (&frame, u32::MAX, errno::ENOENT),
            (&long, 5, errno::EBADMSG),
            (&Frame::ipv4(), 5, errno::EPROTONOSUPPORT),
            (&frame.cut(53), 5, errno::EPROTONOSUPPORT),
        ] {
            let outcome = rig.call(ENCAP, &[backend], &frame.bytes);
            assert_eq!(outcome.end, End::Continued(error), "{backend}");
            assert_eq!(outcome.packet, frame.bytes, "the packet changed");
        }
    });
}
