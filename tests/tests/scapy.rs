//! Programs beside a packet library that others wrote: scapy makes packets and reads what
//! programs made of them (`tests/scapy/peer.py`).

use std::io::Write;
use std::process::{Command, Stdio};

use hike_abi::Action;
use hike_tests::require_kernel;
use hike_tests::rig::{End, Outcome, Rig, in_both_tiers};
use hike_tests::tools::{repository, text};
use serde_json::Value;

/// Debian's Python, for which its scapy is: another one in the path may have none.
const PYTHON: &str = "/usr/bin/python3";

/// Whether scapy can be asked; says why not when not. Where tests of the kernel must run,
/// these must too.
fn require_scapy() -> bool {
    if !require_kernel() {
        return false;
    }
    let asked = Command::new(PYTHON)
        .args(["-c", "import scapy.contrib.stamp"])
        .output();
    let problem = match asked {
        Ok(output) if output.status.success() => return true,
        Ok(output) => text(&output),
        Err(error) => error.to_string(),
    };
    let reason = format!("needs scapy 2.5 or newer (tests/need.sh test): {PYTHON}: {problem}");
    assert!(
        std::env::var_os("HIKE_REQUIRE_KERNEL").is_none_or(|value| value.is_empty()),
        "cannot run: {reason}"
    );
    eprintln!("skipped: {reason}");
    false
}

/// Asks the other side; gives its lines.
fn peer(arguments: &[&str], input: &str) -> Vec<Value> {
    let mut python = Command::new(PYTHON);
    python.arg(repository().join("tests/scapy/peer.py"));
    python.args(arguments).stdin(Stdio::piped());
    python.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = python.spawn().expect("python");
    let mut pipe = child.stdin.take().expect("its input");
    pipe.write_all(input.as_bytes()).expect("the packets");
    drop(pipe);
    let output = child.wait_with_output().expect("an end");
    assert!(output.status.success(), "peer.py: {}", text(&output));
    let lines = String::from_utf8(output.stdout).expect("a text");
    let lines = lines.lines().map(serde_json::from_str);
    lines.map(|line| line.expect("a line of JSON")).collect()
}

/// Packets of a kind, with what is in them.
fn made(kind: &str, count: usize) -> Vec<(Vec<u8>, Value)> {
    let lines = peer(&["make", kind, "1", &count.to_string()], "");
    assert_eq!(lines.len(), count);
    let lines = lines.into_iter();
    lines
        .map(|line| (bytes(line["packet"].as_str().expect("a packet")), line))
        .collect()
}

/// What scapy says is in packets.
fn read(packets: &[Vec<u8>]) -> Vec<Value> {
    let lines: Vec<String> = packets.iter().map(|packet| hex(packet)).collect();
    let seen = peer(&["read"], &lines.join("\n"));
    assert_eq!(seen.len(), packets.len());
    seen
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("a byte");
    (0..hex.len()).step_by(2).map(digits).collect()
}

fn continued(outcome: &Outcome) -> i64 {
    match outcome.end {
        End::Continued(result) => result,
        End::Decided(action) => panic!("decided {action:?}"),
    }
}

#[test]
fn udp_behind_extension_headers() {
    if !require_scapy() {
        return;
    }
    let packets = made("extensions", 300);
    in_both_tiers(|tier| {
        let program = "hike_default/ip6_find_udp";
        let rig = tier.rig(&[program]);
        for (packet, fields) in &packets {
            let outcome = rig.call(program, &[], packet);
            assert_eq!(outcome.packet, *packet);
            let is_udp = fields["udp"] == true;
            assert_eq!(
                continued(&outcome),
                if is_udp { 17 } else { -2 },
                "{fields}"
            );
            assert_eq!(fields["offset"], outcome.cursor.transport, "{fields}");
        }
    });
}

#[test]
fn marks_among_other_options() {
    if !require_scapy() {
        return;
    }
    let packets = made("alt_mark", 200);
    in_both_tiers(|tier| {
        let (mark, flow) = ("alt_mark/ip6_alt_mark", "alt_mark/ip6_alt_mark_flow");
        let rig = tier.rig(&[mark, flow]);
        for (packet, fields) in &packets {
            let result = |program| continued(&rig.call(program, &[], packet));
            assert_eq!(fields["mark"], result(mark), "{fields}");
            assert_eq!(fields["flow"], result(flow), "{fields}");
        }
    });
}

#[test]
fn replies_to_test_packets() {
    if !require_scapy() {
        return;
    }
    let packets = made("stamp", 100);
    in_both_tiers(|tier| {
        let program = "stamp/stamp_reflector";
        let rig = tier.rig(&[program]);
        let reflect = |packet: &[u8]| {
            let outcome = rig.call(program, &[], packet);
            assert_eq!(outcome.end, End::Decided(Action::Tx));
            outcome.packet
        };
        let replies: Vec<Vec<u8>> = packets.iter().map(|(it, _)| reflect(it)).collect();
        let sent: Vec<Vec<u8>> = packets.iter().map(|(it, _)| it.clone()).collect();
        let read = read(&replies).into_iter().zip(read(&sent));
        for ((_, fields), (seen, before)) in packets.iter().zip(read) {
            assert_eq!(
                [&seen["src"], &seen["dst"]],
                [&before["dst"], &before["src"]]
            );
            assert_eq!(seen["hlim"], 255);
            assert_eq!(seen["sport"], 862);
            assert_eq!(seen["dport"], fields["port"]);
            assert_eq!(seen["checksum_is_right"], true, "{fields}");
            assert_eq!(seen["length_is_right"], true);
            let reply = &seen["reply"];
            for name in ["seq", "seq_sender"] {
                assert_eq!(reply[name], fields["seq"], "{name}");
            }
            assert_eq!(reply["ssid"], fields["ssid"]);
            assert_eq!(reply["tlvs"], fields["tlvs"]);
            assert_eq!(reply["ttl_sender"], fields["hop_limit"]);
            assert_eq!([&reply["mbz1"], &reply["mbz2"]], [0, 0]);
            assert_eq!(reply["estimate"], "1601");
            assert_eq!(reply["estimate_sender"], "8309");
        }
    });
}

#[test]
fn records_and_outer_headers() {
    if !require_scapy() {
        return;
    }
    let packets = made("records", 50);
    in_both_tiers(|tier| {
        let (timestamp, encap) = ("eip/eip_timestamp", "lb/lb_encap");
        let rig = tier.rig_with("hike_default/all", &[timestamp, encap], &[("NODE", 0xabcd)]);
        set_backend(&rig);
        let filled = |packet: &[u8]| {
            let once = rig.call(timestamp, &[], packet);
            assert_eq!(continued(&once), 1);
            once.packet
        };
        let filled: Vec<Vec<u8>> = packets.iter().map(|(it, _)| filled(it)).collect();
        let encapsulated = |packet: &Vec<u8>| {
            let outcome = rig.call(encap, &[0], packet);
            assert_eq!(continued(&outcome), 0);
            outcome.packet
        };
        let outer: Vec<Vec<u8>> = filled.iter().map(encapsulated).collect();
        for (seen, inner) in read(&outer).iter().zip(read(&filled)) {
            assert_eq!([&seen["src"], &seen["dst"]], ["fc00::1", "fc02::10"]);
            assert_eq!((&seen["nh"], &seen["hlim"]), (&41.into(), &64.into()));
            assert_eq!(seen["length_is_right"], true);
            let tail = inner["layers"].as_array().expect("layers");
            let tail = tail.iter().skip_while(|layer| *layer != "IPv6");
            let all = seen["layers"].as_array().expect("layers");
            let behind = all.iter().skip_while(|layer| *layer != "IPv6").skip(1);
            assert!(tail.eq(behind), "{all:?}");
            assert_eq!(inner["checksum_is_right"], true);
            let [kind, option] = &inner["options"][0].as_array().expect("an option")[..] else {
                panic!("{inner}");
            };
            let option = option.as_str().expect("bytes");
            assert_eq!(*kind, 0x3e);
            assert_eq!(option[4..28], *"010100000000abcd00000001", "{option}");
        }
    });
}

fn set_backend(rig: &Rig) {
    for (map, address) in [("lb_backends", "fc02::10"), ("lb_source", "fc00::1")] {
        let address: std::net::Ipv6Addr = address.parse().expect("an address");
        let updated = rig.map(map).update(&[0; 4], &address.octets());
        updated.expect("an address");
    }
}
