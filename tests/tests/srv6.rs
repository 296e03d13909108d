//! The package `srv6`: packets at the head, on the way and at the end of a segment list.

mod srv6_model;

use std::net::Ipv6Addr;
use std::process::Command;

use hike_loader::pcap::{Capture, Packet, read, write};
use hike_tests::frame::{Extension, Frame, UDP, address, errno, extension, zoo};
use hike_tests::require_kernel;
use hike_tests::rig::{End, Outcome, Rig, in_both_tiers};
use hike_tests::tools::{build_command, run, tool};
use srv6_model::{IPV6, SEGMENTS, destination, encapsulated, routing_header, segments, set_policy};

const ENCAPS: &str = "srv6/h_encaps";
const REDUCED: &str = "srv6/h_encaps_red";
const END: &str = "srv6/end";
const END_DT6: &str = "srv6/end_dt6";
const END_UN: &str = "srv6/end_un";
const FILTER: &str = "srv6/dst_filter";

/// Where the routing header of an untagged outer packet is.
const ROUTING: usize = 14 + IPV6;

fn continued(outcome: &Outcome) -> i64 {
    match outcome.end {
        End::Continued(result) => result,
        End::Decided(action) => panic!("decided {action:?}"),
    }
}

/// The program gives up with the error, and the packet is as it was.
fn refuses(rig: &Rig, program: &str, arguments: &[u32], packet: &[u8], error: i64, what: &str) {
    let outcome = rig.call(program, arguments, packet);
    assert_eq!(continued(&outcome), error, "{program}: {what}");
    assert_eq!(outcome.packet, packet, "{program} changed: {what}");
}

fn udp() -> Frame {
    Frame::udp(address(1), address(2))
}

/// Every kind of frame, cut off at every length.
fn all_frames() -> Vec<Frame> {
    zoo()
        .iter()
        .flat_map(|frame| frame.cuts().collect::<Vec<_>>())
        .collect()
}

#[test]
fn every_frame_is_encapsulated_or_refused() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[ENCAPS, REDUCED]);
        for (program, reduced) in [(ENCAPS, false), (REDUCED, true)] {
            for count in [1, 2, SEGMENTS] {
                let segments = segments(count);
                set_policy(&rig, 7, &segments);
                rig.prepare(program, &[7]);
                rig.start_from("all_map");
                for frame in all_frames() {
                    let outcome = rig.run(&frame.bytes);
                    let name = &frame.name;
                    if !frame.has_ipv6() {
                        assert_eq!(continued(&outcome), errno::EPROTONOSUPPORT, "{name}");
                        assert_eq!(outcome.packet, frame.bytes, "{name}");
                        continue;
                    }
                    assert_eq!(continued(&outcome), 0, "{program} of {count}: {name}");
                    let expected = encapsulated(&frame, &segments, reduced);
                    assert_eq!(outcome.packet, expected, "{program} of {count}: {name}");
                    assert_eq!(usize::from(outcome.cursor.network), frame.network);
                    assert_eq!(outcome.cursor.transport, 0);
                }
            }
        }
    });
}

#[test]
fn policies_that_are_none() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[ENCAPS, REDUCED]);
        let mut long = udp();
        long.bytes[18..20].copy_from_slice(&65_440_u16.to_be_bytes());
        for program in [ENCAPS, REDUCED] {
            let refuses = |arguments: &[u32], packet: &[u8], error, what| {
                refuses(&rig, program, arguments, packet, error, what);
            };
            refuses(&[3], &udp().bytes, errno::ENOENT, "not set");
            refuses(&[256], &udp().bytes, errno::ENOENT, "beyond the map");
            set_policy(&rig, 4, &segments(1));
            let policies = rig.map("srv6_policies");
            for count in [0_u64, 9, 256, u64::MAX] {
                let mut value = count.to_ne_bytes().to_vec();
                value.resize(8 + SEGMENTS * 16, 1);
                policies
                    .update(&5_u32.to_ne_bytes(), &value)
                    .expect("a policy");
                refuses(&[5], &udp().bytes, errno::ENOENT, "a count that is none");
            }
            set_policy(&rig, 6, &segments(SEGMENTS));
            refuses(&[6], &long.bytes, errno::EBADMSG, "longer than can be said");
        }
    });
}

/// From the head of the list to its end a packet visits every segment and is itself again.
#[test]
fn there_and_back() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[END, END_DT6]);
        let tagged = Frame::build(
            "tagged",
            &[0x88a8, 0x8100],
            address(1),
            address(2),
            &[],
            UDP,
        );
        for frame in [udp(), tagged] {
            for (count, reduced) in (1..=SEGMENTS).flat_map(|count| [(count, false), (count, true)])
            {
                let list = segments(count);
                let mut packet = encapsulated(&frame, &list, reduced);
                for (left, segment) in (0..count - 1).rev().zip(&list[1..]) {
                    refuses(&rig, END_DT6, &[], &packet, errno::EINVAL, "segments left");
                    let outcome = rig.call(END, &[], &packet);
                    assert_eq!(continued(&outcome), left as i64);
                    let place = frame.network + 24;
                    packet[place..place + 16].copy_from_slice(&segment.octets());
                    packet[frame.network + IPV6 + 3] = left as u8;
                    assert_eq!(outcome.packet, packet, "{left} of {count} left");
                }
                refuses(&rig, END, &[], &packet, errno::ENOENT, "none left");
                let outcome = rig.call(END_DT6, &[], &packet);
                assert_eq!(continued(&outcome), 0);
                assert_eq!(outcome.packet, frame.bytes, "{count} segments");
            }
        }
    });
}

/// What has no segment routing header is let alone, wherever it is cut off.
#[test]
fn packets_without_segments() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[END, END_DT6]);
        for program in [END, END_DT6] {
            rig.prepare(program, &[]);
            rig.start_from("all_map");
            for frame in all_frames() {
                let outcome = rig.run(&frame.bytes);
                let expected: &[i64] = match frame.has_ipv6() {
                    true => &[errno::ENOENT, errno::EBADMSG],
                    false => &[errno::EPROTONOSUPPORT],
                };
                let result = continued(&outcome);
                let name = &frame.name;
                assert!(expected.contains(&result), "{program}: {name}: {result}");
                assert_eq!(outcome.packet, frame.bytes, "{program}: {name}");
            }
        }
    });
}

/// Cut off at every length a packet is either whole enough or refused, never half changed.
#[test]
fn segments_cut_off() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[END, END_DT6]);
        let whole = encapsulated(&udp(), &segments(3), false);
        let mut last = whole.clone();
        last[ROUTING + 3] = 0;
        let inner = ROUTING + 8 + 3 * 16;
        for length in 14..whole.len() {
            let error = match length {
                ..ROUTING => errno::EPROTONOSUPPORT,
                _ => errno::EBADMSG,
            };
            match length {
                ..110 => refuses(&rig, END, &[], &whole[..length], error, "cut off"),
                _ => assert_eq!(continued(&rig.call(END, &[], &whole[..length])), 1),
            }
            if length < inner + IPV6 {
                refuses(&rig, END_DT6, &[], &last[..length], error, "cut off");
            }
        }
        assert_eq!(inner, 110);
    });
}

#[test]
fn routing_headers_that_contradict_themselves() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[END, END_DT6]);
        let good = encapsulated(&udp(), &segments(3), false);
        for (offset, value, error, what) in [
            (1, 0, errno::EBADMSG, "no room for a list"),
            (1, 200, errno::EBADMSG, "longer than the packet"),
            (2, 0, errno::ENOENT, "of another type"),
            (3, 4, errno::EBADMSG, "more left than there are"),
            (3, 255, errno::EBADMSG, "far more left than there are"),
            (4, 3, errno::EBADMSG, "a last entry beyond the header"),
            (4, 255, errno::EBADMSG, "a last entry far beyond"),
        ] {
            let mut packet = good.clone();
            packet[ROUTING + offset] = value;
            refuses(&rig, END, &[], &packet, error, what);
        }
        let mut packet = good.clone();
        (packet[ROUTING], packet[ROUTING + 3]) = (17, 0);
        refuses(&rig, END_DT6, &[], &packet, errno::ENOENT, "UDP in it");
        let mut packet = good;
        packet[ROUTING + 3] = 0;
        packet[110] = 0x45;
        refuses(&rig, END_DT6, &[], &packet, errno::EBADMSG, "IPv4 in it");
    });
}

/// Options may come before the routing header.
#[test]
fn options_in_front() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[END, END_DT6]);
        let options = [extension::HOP_BY_HOP, extension::DESTINATION].map(Extension::new);
        let list = segments(2);
        let (a, b) = (address(1), list[0]);
        let mut frame = Frame::build("options", &[], a, b, &options, 43);
        let transport = frame.transport.1;
        frame.bytes.truncate(transport);
        frame.bytes.extend(routing_header(2, &list, 41));
        let inner = udp().bytes.split_off(14);
        frame.bytes.extend(&inner);
        let outcome = rig.call(END, &[], &frame.bytes);
        assert_eq!(continued(&outcome), 0);
        assert_eq!(destination(&outcome.packet), list[1]);
        assert_eq!(outcome.packet[transport + 3], 0);
        let outcome = rig.call(END_DT6, &[], &outcome.packet);
        assert_eq!(continued(&outcome), 0);
        assert_eq!(outcome.packet[14..], inner);
    });
}

fn parsed(text: &str) -> Ipv6Addr {
    text.parse().expect("an address")
}

#[test]
fn compressed_segments() {
    in_both_tiers(|tier| {
        for (block, node, from, to) in [
            (32, 16, "fc00:0:1:2:3::", "fc00:0:2:3::"),
            (32, 16, "fc00:0:1:2:3:4:5:6", "fc00:0:2:3:4:5:6:0"),
            (32, 32, "fc00:0:1:2:3:4:5:6", "fc00:0:3:4:5:6::"),
            (48, 16, "fc00:0:1:2:3:4:5:6", "fc00:0:1:3:4:5:6:0"),
            (48, 32, "fc00:0:1:2:3:4:5:6", "fc00:0:1:4:5:6::"),
            (64, 16, "fc00:1:2:3:4:5:6:7", "fc00:1:2:3:5:6:7:0"),
            (
                72,
                8,
                "fc00::aabb:ccdd:eeff:1122",
                "fc00::aacc:ddee:ff11:2200",
            ),
            (32, 80, "fc00:0:1:2:3:4:5:6", "fc00:0:6::"),
            (0, 16, "fc00:1::", "1::"),
        ] {
            let settings = [("BLOCK", block), ("NODE", node)];
            let rig = tier.rig_with("hike_default/all", &[END_UN], &settings);
            let frame = Frame::udp(address(1), parsed(from));
            let outcome = rig.call(END_UN, &[], &frame.bytes);
            assert_eq!(continued(&outcome), 0, "{from}");
            let expected = Frame::udp(address(1), parsed(to));
            assert_eq!(outcome.packet, expected.bytes, "{block} {node} {from}");
        }
    });
}

/// Without another identifier the packet goes to the next segment.
#[test]
fn the_last_compressed_segment() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[END_UN]);
        let alone = Frame::udp(address(1), parsed("fc00:0:1::"));
        refuses(&rig, END_UN, &[], &alone.bytes, errno::ENOENT, "no list");
        let list = [parsed("fc00:0:1::"), parsed("fc00:0:2:3::")];
        let packet = encapsulated(&udp(), &list, true);
        let outcome = rig.call(END_UN, &[], &packet);
        assert_eq!(continued(&outcome), 0);
        assert_eq!(destination(&outcome.packet), list[1]);
        let outcome = rig.call(END_UN, &[], &outcome.packet);
        assert_eq!(destination(&outcome.packet), parsed("fc00:0:3::"));
        let none = tier.rig_with(
            "hike_default/all",
            &[END_UN],
            &[("BLOCK", 64), ("NODE", 64)],
        );
        refuses(&none, END_UN, &[], &alone.bytes, errno::ENOENT, "no room");
        refuses(
            &rig,
            END_UN,
            &[],
            &Frame::ipv4().bytes,
            errno::EPROTONOSUPPORT,
            "IPv4",
        );
    });
}

#[test]
fn the_longest_prefix_decides() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[FILTER]);
        let filter = rig.map("dst_filter_map");
        for (length, prefix, number) in [
            (16_u32, "fc01::", 1_u32),
            (127, "fc01::2", 2),
            (128, "fc01::2", 3),
        ] {
            let key = [&length.to_ne_bytes()[..], &parsed(prefix).octets()].concat();
            filter
                .update(&key, &number.to_ne_bytes())
                .expect("a prefix");
        }
        for (to, expected) in [
            ("fc01::2", 3),
            ("fc01::3", 2),
            ("fc01::4", 1),
            ("fc02::2", errno::ENOENT),
        ] {
            let packet = Frame::udp(address(1), parsed(to)).bytes;
            let outcome = rig.call(FILTER, &[], &packet);
            assert_eq!(continued(&outcome), expected, "{to}");
            assert_eq!(outcome.packet, packet);
        }
        refuses(
            &rig,
            FILTER,
            &[],
            &Frame::ipv4().bytes,
            errno::EPROTONOSUPPORT,
            "IPv4",
        );
    });
}

/// The example script, compiled and run: one destination is led through the segments.
#[test]
fn the_example_script() {
    if !require_kernel() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let [bundle, sent, arrived] =
        ["srv6.hike", "sent.pcap", "arrived.pcap"].map(|name| folder.path().join(name));
    run(&mut build_command("fixtures/scripts/srv6.eclat", &bundle));
    let (ours, other) = (udp(), Frame::udp(address(1), address(9)));
    let frames = [&ours, &other].map(|frame| frame.bytes.clone());
    std::fs::write(&sent, write(&capture(&frames))).expect("a capture");
    let mut loader = Command::new(tool("hike-loader"));
    loader.arg("run").arg(&bundle).arg("--pcap").arg(&sent);
    run(loader.arg("--out").arg(&arrived));
    let arrived = read(&std::fs::read(&arrived).expect("a capture")).expect("a capture");
    let list = [parsed("fc02:1::1"), parsed("fc02:2::1")];
    let bytes: Vec<Vec<u8>> = arrived.packets.into_iter().map(|p| p.bytes).collect();
    assert_eq!(bytes, [encapsulated(&ours, &list, false), other.bytes]);
}

fn capture(frames: &[Vec<u8>]) -> Capture {
    let packets = frames.iter().map(|bytes| Packet {
        seconds: 0,
        fraction: 0,
        wire_length: bytes.len() as u32,
        bytes: bytes.clone(),
    });
    Capture {
        big_endian: false,
        nanoseconds: false,
        snap_length: 65535,
        packets: packets.collect(),
    }
}
