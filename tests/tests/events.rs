//! Events that programs tell, read by `hike-loader events` without any code of the user's.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use hike_tests::frame::{Frame, address};
use hike_tests::installed::Installed;
use hike_tests::require_kernel;
use hike_tests::rig::now;
use hike_tests::tools::text;
use serde_json::Value;

/// The loader of the script.
const LOADER: &str = "basic:ip6_sc";

fn packet(number: u16) -> Vec<u8> {
    Frame::udp(address(1), address(number)).bytes
}

fn lines(output: &str) -> Vec<Value> {
    let lines = output.lines();
    let line = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    lines.map(line).collect()
}

#[test]
fn events_are_shown_by_field_and_type() {
    if !require_kernel() {
        return;
    }
    for tier in ["vm", "native"] {
        let bundle = Installed::new("telling", tier);
        let before = now();
        for number in 2..5 {
            bundle.send(LOADER, &packet(number));
        }
        let events = lines(&bundle.tool(&["events", "telling", "--json", "--count", "2"]));
        for (line, number) in events.iter().zip(2..) {
            assert_eq!(line["events"], "pkt_info_events");
            let event = &line["event"];
            let time = event["time"].as_u64().expect("nanoseconds");
            assert!((before..=now()).contains(&time), "{tier}");
            assert_eq!(event["value"], 77);
            assert_eq!(event["layers"], 7);
            assert_eq!(event["length"], packet(number).len());
            assert_eq!(event["source"], address(1).to_string());
            assert_eq!(event["destination"], address(number).to_string());
            assert_eq!(event["ethertype"], 0x86dd);
            assert_eq!(event["ingress"], "lo");
        }
        assert_eq!(events.len(), 2, "{tier}");
        // One is left; as text it is one line.
        let line = bundle.tool(&["events", "telling", "--program", "show_pkt_info"]);
        let shown = format!("source={}, destination={}", address(1), address(4));
        assert!(line.starts_with("pkt_info_events: time="), "{line}");
        assert!(
            line.contains(" s after boot, value=77, layers=7, ingress=lo"),
            "{line}"
        );
        assert!(line.contains(&shown), "{line}");
        assert!(!line.contains("reserved"), "padding is not shown: {line}");
        assert_eq!(line.lines().count(), 1);
        assert_eq!(bundle.tool(&["events", "telling"]), "");
    }
}

/// Nobody reads: what finds no room is counted, and told.
#[test]
fn lost_events_are_counted() {
    if !require_kernel() {
        return;
    }
    const SENT: usize = 1500;
    for tier in ["vm", "native"] {
        let bundle = Installed::new("telling", tier);
        (0..SENT).for_each(|_| drop(bundle.send(LOADER, &packet(2))));
        let found = lines(&bundle.tool(&["events", "telling", "--json"]));
        let (last, events) = found.split_last().expect("lines");
        assert!(events.iter().all(|line| line["event"]["value"] == 77));
        let lost = last["lost"].as_u64().expect("lost events");
        assert!(lost > 0 && events.len() > 100, "{tier}");
        assert_eq!(events.len() + lost as usize, SENT, "{tier}");
        let counter = bundle.json(&["map", "get", "telling", "pkt_info_events_lost"]);
        assert_eq!(counter["value"], lost);
        bundle.send(LOADER, &packet(2));
        let after = bundle.tool(&["events", "telling"]);
        assert!(after.contains("value=77"), "{after}");
        assert!(
            after.ends_with(&format!("pkt_info_events: {lost} lost so far\n")),
            "{after}"
        );
    }
}

#[test]
fn a_reader_follows_and_is_the_only_one() {
    if !require_kernel() {
        return;
    }
    let bundle = Installed::new("telling", "native");
    let mut follow = bundle.command(&["events", "telling", "--count", "3", "--json"]);
    let follow = follow.stdout(Stdio::piped()).spawn().expect("hike-loader");
    // It has the events to itself once its lock file says so.
    let lock = bundle.folder.path().join("lock.events.telling");
    while !std::fs::read_to_string(&lock).is_ok_and(|holder| holder.ends_with('\n')) {
        std::thread::yield_now();
    }
    let (code, said) = bundle.refused(&["events", "telling", "--lock-timeout", "0"]);
    assert_eq!(code, 3);
    assert!(said.contains(&format!("process {}", follow.id())), "{said}");
    for number in 2..5 {
        bundle.send(LOADER, &packet(number));
    }
    let output = follow.wait_with_output().expect("an end");
    assert!(output.status.success());
    let found = lines(&text(&output));
    let destinations = found.iter().map(|line| &line["event"]["destination"]);
    let expected = [2, 3, 4].map(|number| address(number).to_string());
    assert!(destinations.eq(expected.iter()), "{found:?}");
}

#[test]
fn a_follower_ends_with_its_bundle() {
    if !require_kernel() {
        return;
    }
    let bundle = Installed::new("telling", "vm");
    let mut follow = bundle.command(&["events", "telling", "--follow"]);
    let follow = follow.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut follow = follow.spawn().expect("hike-loader");
    bundle.send(LOADER, &packet(2));
    let mut line = String::new();
    let mut out = BufReader::new(follow.stdout.take().expect("a pipe"));
    out.read_line(&mut line).expect("an event");
    assert!(line.contains("value=77"), "{line}");
    bundle.tool(&["uninstall", "telling"]);
    let output = follow.wait_with_output().expect("an end");
    let said = text(&output);
    assert!(said.contains("the bundle was uninstalled"), "{said}");
    assert!(output.status.success());
}

#[test]
fn numbers_of_events_are_drawn() {
    if !require_kernel() {
        return;
    }
    let bundle = Installed::new("telling", "native");
    let longer = Frame::udp(address(1), address(2)).bytes.len() + 200;
    for length in [0, 0, 0, longer] {
        let mut bytes = packet(2);
        bytes.resize(bytes.len().max(length), 0);
        bundle.send(LOADER, &bytes);
    }
    let short = packet(2).len();
    assert!((64..128).contains(&short) && (256..512).contains(&longer));
    let (long, third) = ("#".repeat(40), "#".repeat(14));
    let expected = format!(
        "pkt_info_events length: 4 numbers\n64 .. 127   3  {long}\n128 .. 255  0\n256 .. 511  1  {third}\n"
    );
    let drawn = bundle.tool(&["events", "telling", "--histogram", "length", "--count", "4"]);
    assert_eq!(drawn, expected);
    bundle.send(LOADER, &packet(2));
    let json = bundle.json(&["events", "telling", "--histogram", "destination_port"]);
    assert_eq!(json["count"], 1);
    assert_eq!(json["lost"], 0);
    assert_eq!(json["histogram"][0]["count"], 1);
}

#[test]
fn wrong_names_are_refused() {
    if !require_kernel() {
        return;
    }
    let bundle = Installed::new("telling", "vm");
    let check = |arguments: &[&str], expected: &[&str]| {
        let (code, said) = bundle.refused(&[&["events"], arguments].concat());
        assert_eq!(code, 1, "{said}");
        for part in expected {
            assert!(said.contains(part), "`{part}` is not in\n{said}");
        }
    };
    check(&["tellin"], &["did you mean `telling`?"]);
    check(
        &["telling", "--program", "show_pkt_inf"],
        &[
            "has no program `show_pkt_inf`",
            "did you mean `show_pkt_info`?",
        ],
    );
    check(
        &["telling", "--program", "hike_pass"],
        &["`hike_pass` has no events", "told by: show_pkt_info"],
    );
    check(
        &["telling", "--histogram", "source"],
        &[
            "expected a number, field `source` is an IPv6 address",
            "time, value, layers",
        ],
    );
    let silent = Installed::new("managed", "vm");
    let (code, said) = silent.refused(&["events", "managed"]);
    assert_eq!(code, 1);
    assert!(said.contains("bundle `managed` has no events"), "{said}");
}
