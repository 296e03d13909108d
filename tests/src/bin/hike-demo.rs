//! The demonstration: a DDoS script decides real packets, and every figure is checked
//! against what arrived. See `README.md`.

use std::collections::BTreeSet;
use std::net::Ipv6Addr;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use hike_tests::lab::{COLLECTOR_INDEX, Lab};
use hike_tests::packet::numbered;
use hike_tests::tools::{build_command, repository, run, tool};
use serde_json::Value;

const SCRIPT: &str = "fixtures/scripts/ddos_tb_2_lev.eclat";
const CAPTURE: &str = "fixtures/captures/ddos.pcap";
const BUNDLE: &str = "ddos_tb_2_lev";
/// Packets of each of the attackers.
const FLOOD: u32 = 2000;
const ATTACKERS: u16 = 3;
/// Packets of each of the clients.
const NORMAL: u32 = 20;
const CLIENTS: u16 = 8;

fn main() -> ExitCode {
    if !hike_tests::require_kernel() {
        eprintln!(
            "the demonstration needs root: it loads eBPF programs and makes network namespaces"
        );
        return ExitCode::from(3);
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bundle = folder.path().join("ddos.hike");
    compile(&bundle);
    capture(&bundle);
    let agree = real_traffic(&bundle);
    if !agree {
        eprintln!("\nthe figures do not agree");
        return ExitCode::FAILURE;
    }
    println!("\nall figures agree");
    ExitCode::SUCCESS
}

fn heading(text: &str) {
    println!("\n== {text}\n");
}

/// Shows a command as a person would type it, runs it and prints what it says.
fn show(command: &mut Command, typed: &str) -> String {
    println!("$ {typed}");
    let output = run(command);
    print!("{output}");
    output
}

fn compile(bundle: &Path) {
    heading("compile and link the script");
    let typed = format!("eclatc build {SCRIPT} -D DEVNAME=dut0 -o ddos.hike");
    show(&mut build_command(SCRIPT, bundle), &typed);
    let mut disasm = Command::new(tool("hike-ld"));
    show(disasm.arg("disasm").arg(bundle), "hike-ld disasm ddos.hike");
}

fn capture(bundle: &Path) {
    heading("a capture through the bundle, in the kernel, no interface touched");
    let mut loader = Command::new(tool("hike-loader"));
    loader
        .current_dir(repository())
        .arg("run")
        .arg(bundle)
        .args(["--pcap", CAPTURE]);
    show(
        &mut loader,
        &format!("hike-loader run ddos.hike --pcap {CAPTURE}"),
    );
}

fn real_traffic(bundle: &Path) -> bool {
    heading("install the bundle on a host between a generator and a collector");
    let lab = Lab::new("hike-demo").expect("three network namespaces");
    println!(
        "generator gen0 --- dut0 [XDP] host [col0, index {COLLECTOR_INDEX}] --- mon0 collector\n"
    );
    let path = bundle.display().to_string();
    show(
        &mut lab.loader(&["install", &path]),
        "hike-loader install ddos.hike",
    );
    show(
        &mut lab.loader(&["show", BUNDLE]),
        &format!("hike-loader show {BUNDLE}"),
    );

    heading("a flood among normal traffic");
    let sent = send(&lab);
    let arrived = Arrived::collect(&lab);
    let counted = Counted::read(&lab);
    let agree = report(sent, &arrived, &counted);

    heading("the blacklisted pairs, and what else the host knows");
    for map in ["ip6_hset_srcdst_map", "ip6_sd_dec2zero_map", "events"] {
        show(
            &mut lab.loader(&["map", "dump", BUNDLE, map]),
            &format!("hike-loader map dump {BUNDLE} {map}"),
        );
        println!();
    }
    let agree = agree && counted.blacklisted == u64::from(ATTACKERS);
    uninstall(&lab) && agree
}

fn address(host: u16) -> Ipv6Addr {
    Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, host)
}

/// Sends three attackers' floods to one victim, and slow clients' packets to others.
fn send(lab: &Lab) -> u64 {
    let mut number = 0;
    let mut next = |source: u16, destination: u16| {
        lab.send(&numbered(address(source), address(destination), number));
        number += 1;
    };
    for round in 0..NORMAL {
        for client in 0..CLIENTS {
            next(0x10 + client, 0x20 + client);
        }
        for _ in 0..FLOOD / NORMAL {
            (1..=ATTACKERS).for_each(|attacker| next(attacker, 0xff));
        }
        println!(
            "round {:2}: {} clients, {} packets of the flood",
            round + 1,
            CLIENTS,
            FLOOD / NORMAL * u32::from(ATTACKERS)
        );
        std::thread::sleep(Duration::from_millis(60));
    }
    u64::from(number)
}

/// What the receiving sides saw.
struct Arrived {
    passed: u64,
    collected: u64,
}

impl Arrived {
    fn collect(lab: &Lab) -> Self {
        let distinct =
            |numbers: Vec<u32>| numbers.into_iter().collect::<BTreeSet<_>>().len() as u64;
        Self {
            passed: distinct(lab.passed(Duration::from_millis(300))),
            collected: distinct(lab.collected(Duration::from_millis(300))),
        }
    }
}

/// What the bundle's maps say.
struct Counted {
    passed: u64,
    dropped: u64,
    redirected: u64,
    blacklisted: u64,
}

impl Counted {
    fn read(lab: &Lab) -> Self {
        let events = dump(lab, "events");
        let event = |key: u64| {
            let entry = events.iter().find(|entry| entry["key"] == key);
            entry.and_then(|entry| entry["value"].as_u64()).unwrap_or(0)
        };
        Self {
            passed: event(0),
            dropped: event(1),
            redirected: event(2),
            blacklisted: dump(lab, "ip6_hset_srcdst_map").len() as u64,
        }
    }
}

fn dump(lab: &Lab, map: &str) -> Vec<Value> {
    let output = run(&mut lab.loader(&["--json", "map", "dump", BUNDLE, map]));
    serde_json::from_str(&output).expect("entries as JSON")
}

/// Prints the table; whether both sides agree.
fn report(sent: u64, arrived: &Arrived, counted: &Counted) -> bool {
    let dropped = sent - arrived.passed - arrived.collected;
    let rows = [
        ("passed to the host", counted.passed, arrived.passed),
        ("dropped", counted.dropped, dropped),
        (
            "redirected to the collector",
            counted.redirected,
            arrived.collected,
        ),
        (
            "sent",
            counted.passed + counted.dropped + counted.redirected,
            sent,
        ),
    ];
    println!("\n{:<30} {:>10} {:>10}", "packets", "maps say", "arrived");
    for (what, maps, seen) in rows {
        println!("{what:<30} {maps:>10} {seen:>10}");
    }
    println!(
        "(arrived: dropped is what was sent and seen neither by the host nor by the collector)"
    );
    rows.iter().all(|(_, maps, seen)| maps == seen) && counted.redirected > 0
}

/// Uninstalls; whether nothing is left.
fn uninstall(lab: &Lab) -> bool {
    heading("uninstall, and see that nothing is left");
    show(
        &mut lab.loader(&["uninstall", BUNDLE]),
        &format!("hike-loader uninstall {BUNDLE}"),
    );
    show(&mut lab.loader(&["list"]), "hike-loader list");
    let link = run(lab.host.command("ip").args(["-d", "link", "show", "dut0"]));
    let attached = link.contains("xdp");
    let pins = lab.root().exists();
    println!(
        "XDP program on dut0: {}; pins: {}",
        yes(attached),
        yes(pins)
    );
    !attached && !pins
}

fn yes(is: bool) -> &'static str {
    if is { "still there" } else { "none" }
}
