//! Chain loaders: which packets start a chain, and the packet cursor it starts with.

use std::net::Ipv6Addr;

use hike_abi::{Action, Cursor};
use hike_tests::frame::{Frame, address, zoo};
use hike_tests::rig::{End, Rig, in_both_tiers};

/// Runs every kind of frame, cut off everywhere; a frame starts the chain when `starts`
/// says where its transport header must have been found, and passes otherwise.
fn check(rig: &Rig, frames: &[Frame], starts: impl Fn(&Frame) -> Option<(u8, usize)>) {
    rig.prepare_empty();
    for frame in frames.iter().flat_map(Frame::cuts) {
        let outcome = rig.run(&frame.bytes);
        assert_eq!(outcome.packet, frame.bytes, "{} changed", frame.name);
        let Some(transport) = starts(&frame) else {
            assert_eq!(outcome.end, End::Decided(Action::Pass), "{}", frame.name);
            continue;
        };
        assert_eq!(outcome.end, End::Continued(0), "{}", frame.name);
        assert_eq!(outcome.cursor, cursor(&frame, transport), "{}", frame.name);
    }
}

fn cursor(frame: &Frame, (protocol, transport): (u8, usize)) -> Cursor {
    // A tagged frame that ends in its tags has no network header.
    if !frame.holds(frame.network, 0) || frame.is_ipv6 && !frame.has_ipv6() {
        return Cursor::default();
    }
    Cursor {
        network: frame.network as u16,
        transport: transport as u16,
        ethertype: frame.ethertype,
        protocol,
        reserved: 0,
    }
}

fn unknown(starts: bool) -> Option<(u8, usize)> {
    starts.then_some((0, 0))
}

#[test]
fn one_chain_for_every_ipv6_packet() {
    in_both_tiers(|tier| {
        for (loader, map) in [
            (
                "hike_default/ip6_simple_classifier",
                "ipv6_simple_classifier_map",
            ),
            ("basic/ip6_sc", "ipv6_sc_map"),
        ] {
            let rig = tier.rig_with(loader, &[], &[]);
            rig.start_from(map);
            check(&rig, &zoo(), |frame| unknown(frame.has_ipv6()));
        }
    });
}

#[test]
fn one_chain_for_every_ipv4_packet() {
    in_both_tiers(|tier| {
        let rig = tier.rig_with("hike_default/ip4_simple_classifier", &[], &[]);
        check(&rig, &zoo(), |_| None);
        rig.start_from("ipv4_simple_classifier_map");
        check(&rig, &zoo(), |frame| unknown(frame.has_ipv4()));
    });
}

/// An entry of a longest-prefix map: the length in bits, then the address.
fn prefix(length: u32, address: &[u8]) -> Vec<u8> {
    [&length.to_ne_bytes()[..], address].concat()
}

#[test]
fn chains_by_prefix() {
    in_both_tiers(|tier| {
        let rig = tier.rig_with("hike_default/ip_lpm", &[], &[]);
        check(&rig, &zoo(), |_| None);
        rig.start_key("ip6_lpm_map", &prefix(16, &address(2).octets()));
        check(&rig, &zoo(), |frame| unknown(frame.has_ipv6()));
        rig.start_key("ip4_lpm_map", &prefix(8, &[10, 0, 0, 0]));
        let is_ip = |frame: &Frame| unknown(frame.has_ipv6() || frame.has_ipv4());
        check(&rig, &zoo(), is_ip);
        let elsewhere = Frame::udp(address(1), Ipv6Addr::LOCALHOST);
        let mut other = Frame::ipv4();
        other.bytes[30] = 11;
        check(&rig, &[elsewhere.clone(), other.clone()], |_| None);
        rig.start_key("ip6_lpm_map", &prefix(0, &[0; 16]));
        rig.start_key("ip4_lpm_map", &prefix(0, &[0; 4]));
        check(&rig, &[elsewhere, other], is_ip);
    });
}

/// The longest prefix that matches decides, whatever else does.
#[test]
fn longer_prefixes_come_first() {
    in_both_tiers(|tier| {
        let rig = tier.rig_with("hike_default/ip_lpm", &[], &[]);
        let (six, four) = (Frame::udp(address(1), address(2)), Frame::ipv4());
        let maps = ["ip6_lpm_map", "ip4_lpm_map"].map(|name| rig.map(name));
        let addresses = [&address(2).octets()[..], &[10, 0, 0, 2]];
        for (frame, map, address) in [
            (&six, maps[0], addresses[0]),
            (&four, maps[1], addresses[1]),
        ] {
            let bits = address.len() as u32 * 8;
            rig.prepare_empty();
            for length in [0, 3, bits / 2, bits - 1, bits] {
                // No chain: who gets this one passes.
                map.update(&prefix(length, address), &0_u32.to_ne_bytes())
                    .expect("a prefix");
                assert_eq!(rig.run(&frame.bytes).end, End::Decided(Action::Pass));
                map.update(&prefix(length, address), &1_u32.to_ne_bytes())
                    .expect("a prefix");
                assert_eq!(rig.run(&frame.bytes).end, End::Continued(0), "{length}");
            }
        }
    });
}

#[test]
fn chains_by_destination() {
    in_both_tiers(|tier| {
        let rig = tier.rig_with("hike_default/minimal_classifier", &[], &[]);
        rig.start_key("map_ipv6", &address(2).octets());
        check(&rig, &zoo(), |frame| unknown(frame.has_ipv6()));
        let other = Frame::udp(address(2), address(1));
        check(&rig, &[other], |_| None);
    });
}

#[test]
fn chains_by_udp_port() {
    in_both_tiers(|tier| {
        let rig = tier.rig_with("hike_default/ip6_udport_classifier", &[], &[]);
        check(&rig, &zoo(), |_| None);
        rig.start_key("ip6_udport_cls_map", &5001_u16.to_ne_bytes());
        check(&rig, &zoo(), |frame| Some((17, frame.find_udp().ok()?)));
    });
}

#[test]
fn chains_by_ethertype() {
    in_both_tiers(|tier| {
        let rig = tier.rig_with("hike_default/ethertype", &[], &[]);
        rig.start_key("ethertype_map", &0x0800_u16.to_ne_bytes());
        check(&rig, &zoo(), |frame| unknown(frame.ethertype == 0x0800));
    });
}

#[test]
fn one_chain_for_every_packet() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[]);
        rig.start_from("all_map");
        check(&rig, &zoo(), |frame| {
            // Where a frame ends in its tags, what is left of them decides nothing here.
            unknown(frame.holds(frame.network, 0) || frame.is_ipv6)
        });
    });
}

/// A header of another version behind IPv6's EtherType is not IPv6.
#[test]
fn version_decides() {
    in_both_tiers(|tier| {
        let mut frame = Frame::udp(address(1), address(2));
        frame.bytes[14] = 0x45;
        frame.is_ipv6 = false;
        let rig = tier.rig_with("basic/ip6_sc", &[], &[]);
        rig.start_from("ipv6_sc_map");
        check(&rig, &[frame], |_| None);
    });
}

/// When a chain ends without a decision the default action applies; without a chain all
/// packets pass.
#[test]
fn default_action() {
    in_both_tiers(|tier| {
        let frame = Frame::udp(address(1), Ipv6Addr::LOCALHOST);
        for action in [Action::Drop, Action::Pass, Action::Tx] {
            let settings = [("DEFAULT_ACTION", action as u64)];
            let rig = tier.rig_with("basic/ip6_sc", &[], &settings);
            assert_eq!(rig.decide(&frame.bytes), Action::Pass, "without a chain");
            rig.prepare_empty();
            rig.start_from("ipv6_sc_map");
            assert_eq!(rig.decide(&frame.bytes), action, "at the end of the chain");
        }
        let rig = tier.rig_with("basic/ip6_sc", &[], &[]);
        rig.prepare_empty();
        rig.start_from("ipv6_sc_map");
        assert_eq!(rig.decide(&frame.bytes), Action::Drop, "unless configured");
    });
}
