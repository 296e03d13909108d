//! Maps of an installed bundle, shown and changed by `hike-loader map` alone; packets show
//! that the bundle does what was set.

use std::io::{BufRead, BufReader, Read};
use std::net::Ipv6Addr;

use hike_abi::Action;
use hike_tests::frame::{Frame, address};
use hike_tests::installed::Installed;
use hike_tests::require_kernel;
use serde_json::json;

/// The loader of the script.
const LOADER: &str = "basic:ip6_sc";

fn packet(destination: Ipv6Addr) -> Vec<u8> {
    Frame::udp(address(1), destination).bytes
}

fn managed(tier: &str) -> Installed {
    Installed::new("managed", tier)
}

#[test]
fn a_setting_of_app_cfg_decides_packets() {
    if !require_kernel() {
        return;
    }
    for tier in ["vm", "native"] {
        let bundle = managed(tier);
        let decide = || bundle.send(LOADER, &packet(address(2))).0;
        assert_eq!(decide(), Action::Pass, "{tier}");
        let said = bundle.tool(&["map", "set", "managed", "app_cfg", "1", "1"]);
        assert_eq!(said, "app_cfg: 1 is 1\n");
        assert_eq!(decide(), Action::Drop, "{tier}");
        assert_eq!(
            bundle.tool(&["map", "get", "managed", "app_cfg", "1"]),
            "1\n"
        );
        bundle.tool(&["map", "set", "managed", "app_cfg", "0xff", "-0"]);
        let entries = bundle.json(&["map", "dump", "managed", "app_cfg"]);
        let expected = json!([{"key": 1, "value": 1}, {"key": 255, "value": 0}]);
        assert_eq!(entries, expected);
        let said = bundle.tool(&["map", "clear", "managed", "app_cfg", "1"]);
        assert_eq!(said, "app_cfg: cleared 1 entry\n");
        assert_eq!(decide(), Action::Pass, "{tier}");
        let events = bundle.tool(&["map", "dump", "managed", "events"]);
        let expected = "KEY  VALUE\n0    3\n1    1\n1022 entries are zero, --all shows them\n";
        assert_eq!(events, expected, "{tier}");
    }
}

#[test]
fn policies_of_srv6_are_set_by_field() {
    if !require_kernel() {
        return;
    }
    let bundle = managed("vm");
    let far: Ipv6Addr = "fd00:7::9".parse().expect("an address");
    let plain = bundle.send(LOADER, &packet(far)).1;
    assert_eq!(plain, packet(far));
    bundle.tool(&[
        "map",
        "set",
        "managed",
        "dst_filter_map",
        "fd00:7::/32",
        "7",
    ]);
    let policy = ["count=2", "segment_1=fc02:1::1", "segment_2=fc02:2::1"];
    let set = [
        &["map", "set", "managed", "srv6_policies", "3"],
        &policy[..],
    ]
    .concat();
    bundle.tool(&set);
    bundle.tool(&["map", "set", "managed", "srv6_source", "0", "fc00::1"]);
    let tunnelled = bundle.send(LOADER, &packet(far)).1;
    let outer = &tunnelled[14..];
    let address = |text: &str| text.parse::<Ipv6Addr>().expect("an address").octets();
    assert_eq!(outer[8..24], address("fc00::1"));
    assert_eq!(outer[24..40], address("fc02:1::1"), "the first segment");
    assert_eq!(
        outer[40 + 8..40 + 24],
        address("fc02:2::1"),
        "the last segment"
    );
    // One field more, the others stay.
    bundle.tool(&[
        "map",
        "set",
        "managed",
        "srv6_policies",
        "3",
        "segment_1=fc02:3::1",
    ]);
    let tunnelled = bundle.send(LOADER, &packet(far)).1;
    assert_eq!(tunnelled[14 + 24..14 + 40], address("fc02:3::1"));
    let dump = bundle.tool(&["map", "dump", "managed", "srv6_policies"]);
    let line = dump.lines().nth(1).expect("a policy");
    assert!(
        line.starts_with("3    2      fc02:3::1  fc02:2::1  ::"),
        "{dump}"
    );
    assert!(
        dump.ends_with("255 entries are zero, --all shows them\n"),
        "{dump}"
    );
    let prefixes = bundle.tool(&["map", "dump", "managed", "dst_filter_map"]);
    assert_eq!(prefixes, "KEY          VALUE\nfd00:7::/32  7\n");
    // What one gets as JSON, one can set.
    let entry = bundle.json(&["map", "get", "managed", "srv6_policies", "3"]);
    let value = entry["value"].to_string();
    bundle.tool(&["map", "set", "managed", "srv6_policies", "4", &value]);
    let copy = bundle.json(&["map", "get", "managed", "srv6_policies", "4"]);
    assert_eq!(copy["value"], entry["value"]);
    bundle.tool(&["map", "clear", "managed", "dst_filter_map", "--all"]);
    assert_eq!(bundle.send(LOADER, &packet(far)).1, packet(far));
}

#[test]
fn another_chain_is_started() {
    if !require_kernel() {
        return;
    }
    for tier in ["vm", "native"] {
        let bundle = managed(tier);
        let chain = "chains.managed.closed";
        let set = bundle.refused(&[
            "map",
            "set",
            "managed",
            "ipv6_sc_map",
            "0",
            "chains.managed.close",
        ]);
        assert_eq!(set.0, 1);
        assert!(
            set.1.contains("chain `chains.managed.close` is not there"),
            "{}",
            set.1
        );
        bundle.tool(&["map", "set", "managed", "ipv6_sc_map", "0", chain]);
        let get = bundle.tool(&["map", "get", "managed", "ipv6_sc_map"]);
        assert_eq!(get, format!("{chain}\n"));
        assert_eq!(
            bundle.send(LOADER, &packet(address(2))).0,
            Action::Drop,
            "{tier}"
        );
    }
}

#[test]
fn wrong_input_is_refused_with_type_and_example() {
    if !require_kernel() {
        return;
    }
    let bundle = managed("vm");
    let check = |arguments: &[&str], code: i32, expected: &[&str]| {
        let (found, text) = bundle.refused(&[&["map"], arguments].concat());
        assert_eq!(found, code, "{text}");
        for part in expected {
            assert!(
                text.contains(part),
                "{arguments:?}: `{part}` is not in\n{text}"
            );
        }
    };
    check(
        &["set", "managed", "app_cfg", "1", "fast"],
        1,
        &[
            "expected a number of type `u32`, found `fast`",
            "for example `1`",
        ],
    );
    check(
        &["set", "managed", "app_cfg", "1", "4294967296"],
        1,
        &["4294967296 does not fit into `u32`"],
    );
    check(
        &["set", "managed", "dst_filter_map", "fd00::/129", "1"],
        1,
        &["prefix of at most 128 bits", "for example `fc00::/7`"],
    );
    check(
        &["set", "managed", "srv6_policies", "256", "count=1"],
        1,
        &["expected a key below 256"],
    );
    check(
        &["set", "managed", "srv6_policies", "0", "segment_9=::1"],
        1,
        &["found `segment_9`", "did you mean `segment_1`?"],
    );
    check(
        &["set", "managed", "srv6_source", "0", "10.0.0.1"],
        1,
        &[
            "expected an IPv6 address, found `10.0.0.1`",
            "for example `fc01::1`",
        ],
    );
    check(
        &["get", "managed", "ip6_sd_tbmon_map", "source=::1"],
        1,
        &[
            "field `destination` is missing",
            "source=fc01::1, destination=fc01::1",
        ],
    );
    check(&["set", "managed", "app_cfg", "1"], 2, &["VALUE"]);
    check(&["clear", "managed", "app_cfg"], 2, &["--all"]);
    check(
        &["clear", "managed", "app_cfg", "9"],
        1,
        &["has no entry for `9`"],
    );
    check(
        &["set", "managed", "hike_faults", "0", "1"],
        1,
        &["read-only"],
    );
    check(
        &["clear", "managed", "hike_chains", "--all"],
        1,
        &["read-only"],
    );
    check(
        &["set", "managed", "hike_programs", "0", "1"],
        1,
        &["prog_array"],
    );
    check(
        &["dump", "managed", "app_cgf"],
        1,
        &["did you mean `app_cfg`?"],
    );
    check(
        &["watch", "managed", "events", "--interval", "0"],
        2,
        &["from 1ms"],
    );
    check(
        &[
            "watch",
            "managed",
            "ip6_sd_tbmon_map",
            "--histogram",
            "bucket",
        ],
        1,
        &["expected a number", "bucket.credit, bucket.updated, lock"],
    );
    assert_eq!(
        bundle.tool(&["map", "dump", "managed", "app_cfg"]),
        "empty\n"
    );
}

#[test]
fn counters_of_cpus_are_summed_watched_and_reset() {
    if !require_kernel() {
        return;
    }
    let bundle = managed("native");
    for _ in 0..5 {
        bundle.send(LOADER, &packet(address(2)));
    }
    let entry = bundle.json(&["map", "get", "managed", "events", "0"]);
    assert_eq!(entry["value"], 5);
    let cpus: Vec<u64> = serde_json::from_value(entry["per_cpu"].clone()).expect("numbers");
    assert_eq!(cpus.iter().sum::<u64>(), 5);
    let lines = bundle.tool(&["map", "get", "managed", "events", "0", "--per-cpu"]);
    assert_eq!(lines.lines().count(), cpus.len());

    let watch = [
        "map",
        "watch",
        "managed",
        "events",
        "--interval",
        "10ms",
        "--count",
        "3",
    ];
    let blocks = bundle.tool(&watch);
    let row = "0    5\n1023 entries are zero, --all shows them\n";
    let block = format!("KEY  VALUE  PER SECOND\n{row}");
    assert_eq!(blocks, format!("KEY  VALUE\n{row}\n{block}\n{block}"));
    let lines = bundle.tool(&[&watch[..], &["--json"]].concat());
    for (index, line) in lines.lines().enumerate() {
        let look: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(look["entries"][0]["value"], 5);
        let rate = if index == 0 { json!(null) } else { json!(0.0) };
        assert_eq!(look["entries"][0]["per_second"], rate);
    }
    assert_eq!(lines.lines().count(), 3);

    let said = bundle.tool(&["map", "set", "managed", "events", "0", "0"]);
    assert_eq!(said, "events: 0 is 0 on every CPU\n");
    assert_eq!(
        bundle.tool(&["map", "get", "managed", "events", "0"]),
        "0\n"
    );
}

#[test]
fn maps_of_structs_are_drawn_by_field() {
    if !require_kernel() {
        return;
    }
    let bundle = managed("vm");
    for destination in 2..6 {
        bundle.send(LOADER, &packet(address(destination)));
    }
    let watch = [
        "map",
        "watch",
        "managed",
        "ip6_sd_tbmon_map",
        "--count",
        "1",
    ];
    let drawn = bundle.tool(&[&watch[..], &["--histogram", "lock"]].concat());
    let bar = "#".repeat(40);
    let expected = format!("ip6_sd_tbmon_map lock: 4 numbers\n0  4  {bar}\n");
    assert_eq!(drawn, expected);
    let json = bundle.json(&[&watch[..], &["--histogram", "bucket.credit"]].concat());
    assert_eq!(json["count"], 4);
    let set = [
        "source=fc01::1,destination=fc01::9",
        "bucket.credit=7",
        "lock=0",
    ];
    bundle.tool(&[&["map", "set", "managed", "ip6_sd_tbmon_map"], &set[..]].concat());
    let get = bundle.tool(&[
        "map",
        "get",
        "managed",
        "ip6_sd_tbmon_map",
        "fc01::1,fc01::9",
    ]);
    assert_eq!(get, "bucket=(credit=7, updated=0), lock=0\n");
    let table = bundle.tool(&["map", "dump", "managed", "ip6_sd_tbmon_map"]);
    assert!(table.starts_with("SOURCE  "), "{table}");
    assert_eq!(table.lines().count(), 6);
}

#[test]
fn a_watch_ends_with_its_bundle() {
    if !require_kernel() {
        return;
    }
    let bundle = managed("vm");
    let mut watch = bundle.command(&["map", "watch", "managed", "events", "--interval", "20ms"]);
    watch.stdout(std::process::Stdio::piped());
    watch.stderr(std::process::Stdio::piped());
    let mut watch = watch.spawn().expect("hike-loader");
    // Its first look, so that it has seen the bundle.
    let mut shown = BufReader::new(watch.stdout.take().expect("its output"));
    let mut first = String::new();
    shown.read_line(&mut first).expect("a line");
    bundle.tool(&["uninstall", "managed"]);
    // It must be able to say more until it ends.
    shown.read_to_string(&mut first).expect("the rest");
    let output = watch.wait_with_output().expect("an end");
    let said = hike_tests::tools::text(&output);
    assert!(output.status.success(), "{first}{said}");
    assert!(said.contains("its bundle was uninstalled"), "{first}{said}");
}
