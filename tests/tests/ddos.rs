//! The DDoS script end to end: compiled, installed on a veth pair, and every packet's fate
//! compared with an independent model.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv6Addr;
use std::thread::sleep;
use std::time::{Duration, Instant};

use hike_loader::sys::map::Map;
use hike_loader::sys::pin;
use hike_tests::lab::Lab;
use hike_tests::model::{Fate, Model, Parameters, Window};
use hike_tests::packet::numbered;
use hike_tests::require_kernel;
use hike_tests::tools::{build_command, run};

const SCRIPT: &str = "fixtures/scripts/ddos_tb_2_lev.eclat";
const BUNDLE: &str = "ddos_tb_2_lev";
/// Defaults of the script's programs.
const PARAMETERS: Parameters = Parameters {
    rate: 20,
    burst: 5,
    sample: 500,
};
/// Events of the script's monitor.
const EVENTS: [(u32, Fate); 3] = [(0, Fate::Passed), (1, Fate::Dropped), (2, Fate::Redirected)];

type Pair = (Ipv6Addr, Ipv6Addr);

fn address(host: u16) -> Ipv6Addr {
    Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, host)
}

/// A packet that was sent.
struct Sent {
    pair: Pair,
    window: Window,
}

/// Traffic through an installed script.
struct Traffic<'a> {
    lab: &'a Lab,
    events: Map,
    begin: Instant,
    sent: Vec<Sent>,
}

impl<'a> Traffic<'a> {
    fn new(lab: &'a Lab) -> Self {
        let path = lab
            .root()
            .join(format!("bundles/{BUNDLE}/maps/hike_default:events"));
        let fd = pin::open(&path).expect("the monitor's pinned map");
        Self {
            lab,
            events: Map::from_fd(fd).expect("a map"),
            begin: Instant::now(),
            sent: Vec::new(),
        }
    }

    fn now(&self) -> u64 {
        self.begin.elapsed().as_nanos() as u64
    }

    /// Sends a packet and waits until the script has decided it.
    fn send(&mut self, pair: Pair) {
        let earliest = self.now();
        self.lab
            .send(&numbered(pair.0, pair.1, self.sent.len() as u32));
        let count = self.sent.len() as u64 + 1;
        while self.decided() < count {
            assert!(
                self.now() - earliest < 5_000_000_000,
                "packet {count} was never decided"
            );
        }
        let latest = self.now();
        self.sent.push(Sent {
            pair,
            window: Window { earliest, latest },
        });
    }

    fn event(&self, event: u32) -> u64 {
        let values = self.events.lookup(&event.to_ne_bytes()).expect("a look-up");
        let values = values.unwrap_or_default();
        values
            .iter()
            .map(|value| u64::from_ne_bytes(value[..].try_into().expect("8 bytes")))
            .sum()
    }

    fn decided(&self) -> u64 {
        EVENTS.iter().map(|(event, _)| self.event(*event)).sum()
    }
}

fn flood(traffic: &mut Traffic<'_>) {
    let victim = address(100);
    for round in 0..1100 {
        for attacker in 1..=3 {
            traffic.send((address(attacker), victim));
        }
        if round % 100 == 0 {
            traffic.send((address(10), address(200 + round / 100)));
        }
    }
}

fn normal(traffic: &mut Traffic<'_>) {
    for _ in 0..20 {
        for client in 20..24 {
            traffic.send((address(client), address(client + 100)));
        }
        sleep(Duration::from_millis(55));
    }
}

/// What became of every packet, by its number.
fn fates(lab: &Lab, count: usize) -> Vec<Fate> {
    let passed: BTreeSet<u32> = lab.passed(Duration::from_millis(200)).into_iter().collect();
    let collected: BTreeSet<u32> = lab
        .collected(Duration::from_millis(200))
        .into_iter()
        .collect();
    let fate = |number| match (passed.contains(&number), collected.contains(&number)) {
        (true, false) => Fate::Passed,
        (false, true) => Fate::Redirected,
        (false, false) => Fate::Dropped,
        (true, true) => panic!("packet {number} arrived twice"),
    };
    (0..count as u32).map(fate).collect()
}

/// Pairs on the blacklist, from the pinned map.
fn blacklist(lab: &Lab) -> Vec<Pair> {
    let name = "hike_default:ip6_hset_srcdst_map";
    let path = lab.root().join(format!("bundles/{BUNDLE}/maps/{name}"));
    let map = Map::from_fd(pin::open(&path).expect("the blacklist")).expect("a map");
    let address = |bytes: &[u8]| Ipv6Addr::from(<[u8; 16]>::try_from(bytes).expect("16 bytes"));
    let keys = map.keys().expect("the keys");
    let mut pairs: Vec<Pair> = keys
        .iter()
        .map(|key| (address(&key[..16]), address(&key[16..])))
        .collect();
    pairs.sort();
    pairs
}

#[test]
fn the_ddos_script_does_what_its_model_says() {
    check_tier("vm", "hike-ddos");
}

#[test]
fn the_ddos_script_does_the_same_in_the_native_tier() {
    check_tier("native", "hike-ddos-n");
}

fn check_tier(tier: &str, name: &str) {
    if !require_kernel() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let bundle = folder.path().join("ddos.hike");
    run(&mut build_command(SCRIPT, &bundle));
    let lab = Lab::new(name).expect("a lab");
    run(lab.loader(&["install", "--tier", tier]).arg(&bundle));
    let shown = run(&mut lab.loader(&["show", BUNDLE]));
    assert!(shown.contains(&format!("tier     {tier}")), "{shown}");

    let mut traffic = Traffic::new(&lab);
    normal(&mut traffic);
    flood(&mut traffic);
    sleep(Duration::from_millis(200));
    flood(&mut traffic);
    normal(&mut traffic);

    let fates = fates(&lab, traffic.sent.len());
    let mut model = Model::new(PARAMETERS);
    let mut counts = BTreeMap::new();
    for (number, (sent, fate)) in traffic.sent.iter().zip(&fates).enumerate() {
        let observed = model.observe(sent.pair, sent.window, *fate);
        assert_eq!(
            observed,
            Ok(()),
            "packet {number} of {:?} was {fate:?}",
            sent.pair
        );
        *counts.entry(*fate).or_insert(0) += 1;
    }
    for (event, fate) in EVENTS {
        assert_eq!(traffic.event(event), counts[&fate], "{fate:?}");
    }
    assert_eq!(blacklist(&lab), model.blacklisted());
    assert_eq!(model.blacklisted().len(), 3);
    assert_eq!(counts[&Fate::Redirected], 3 * ((2200 - 20) / 500));

    run(&mut lab.loader(&["uninstall", BUNDLE]));
    let left = std::fs::read_dir(lab.root().join("bundles")).map_or(0, Iterator::count);
    assert_eq!(left, 0, "the uninstall leaves no pin");
    let links = run(lab.host.command("ip").args(["-d", "link", "show", "dut0"]));
    assert!(
        !links.contains("xdp"),
        "the uninstall leaves no attachment: {links}"
    );
}
