//! The two reference workloads: a chain in the VM beside programs written by hand.
//!
//! Every variant does the same to the same packet, which is checked first. A program in
//! front makes the packet again what it was before each run; what that costs is the first
//! row, and the last column leaves it out.

use std::net::Ipv6Addr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use hike_abi::Action;
use hike_loader::sys::program::test_run;
use hike_tests::packet::udp6;
use hike_tests::rig::Rig;

use crate::measure::{Figure, interleaved};
use crate::raw::{Program, Raw};
use crate::router::Router;

/// Indexes of programs that the hand-written ones jump to, as `benches/raw` has them.
const MARK: u32 = 0;
const ENCAPS: u32 = 3;
const SECTIONS: [&str; 4] = ["raw_mark", "raw_count", "raw_route", "raw_encaps"];
/// The policy that the workload uses.
const POLICY: u32 = 1;
/// Hop limit of a packet that is routed.
const ROUTED: u32 = 64;
/// Hop limit of a packet that no program looks up.
const EXPIRED: u32 = 1;

const SOURCE: Ipv6Addr = Ipv6Addr::new(0xfc01, 0, 0, 0, 0, 0, 0, 1);
const DESTINATION: Ipv6Addr = Ipv6Addr::new(0xfc01, 0, 0, 0, 0, 0, 0, 2);
const TUNNEL: Ipv6Addr = Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 1);

/// A workload.
struct Workload {
    title: &'static str,
    /// The class of its packets, for the hand-written programs.
    class: u32,
    /// The program that holds all of it.
    inlined: &'static str,
    /// The programs that its chain calls.
    programs: &'static [&'static str],
    /// The chain, as `eclatc compile --emit asm` prints it for the example script.
    chain: &'static [&'static str],
    hop_limit: u32,
    segments: u64,
    expected: Action,
}

const MMLF: Workload = Workload {
    title: "MMLF: match, mark, count, forward (`fixtures/scripts/mmlf.eclat`)",
    class: MARK,
    inlined: "raw_mmlf",
    programs: &[
        "hike_default/ip6_set_ecn",
        "hike_default/monitor",
        "hike_default/ip6_kroute",
    ],
    chain: &[
        "call program 0",
        "r1 = 1",
        "call program 1",
        "call program 2",
        "exit",
    ],
    hop_limit: ROUTED,
    segments: 1,
    expected: Action::Redirect,
};

const ENCAPSULATION: Workload = Workload {
    title: "H.Encaps with one segment: match, encapsulate, forward (`fixtures/scripts/srv6.eclat`)",
    class: ENCAPS,
    inlined: "raw_h_encaps",
    programs: &[
        "srv6/h_encaps",
        "hike_default/hike_drop",
        "hike_default/ip6_kroute",
    ],
    chain: &[
        "r1 = 1",
        "call program 0",
        "if r0 == 0 goto +1",
        "call program 1",
        "call program 2",
        "exit",
    ],
    hop_limit: ROUTED,
    segments: 1,
    expected: Action::Redirect,
};

const WORKLOADS: &[Workload] = &[
    MMLF,
    Workload {
        title: "MMLF of a packet whose hop limit is used up: the same without the look-up of the route",
        hop_limit: EXPIRED,
        expected: Action::Pass,
        ..MMLF
    },
    ENCAPSULATION,
    Workload {
        title: "H.Encaps with four segments",
        segments: 4,
        ..ENCAPSULATION
    },
    Workload {
        title: "H.Encaps with one segment of a packet whose hop limit is used up",
        hop_limit: EXPIRED,
        expected: Action::Pass,
        ..ENCAPSULATION
    },
];

/// Prints a table a workload.
pub fn tables() {
    let router = Router::new();
    router.measure(|| WORKLOADS.iter().for_each(Workload::table));
}

/// A way to do a workload.
struct Variant<'a> {
    name: &'static str,
    program: BorrowedFd<'a>,
}

impl Workload {
    fn table(&self) {
        let mut raw = Raw::default();
        let reset = raw.load("raw_reset", Some(self.hop_limit));
        let empty = raw.load("raw_empty", None);
        let classify = raw.load("raw_classify", None);
        let direct = raw.load("raw_classify_direct", None);
        let inlined = raw.load(self.inlined, None);
        let sections = SECTIONS.map(|name| raw.load(name, None));
        for (index, program) in (0..).zip(&sections) {
            raw.set("raw_programs", index, program);
        }
        let class = self.class.to_ne_bytes();
        let classified = raw.map("raw_classes").update(&DESTINATION.octets(), &class);
        classified.expect("a class");
        let rig = self.rig();
        self.configure(&raw, &rig);
        let native = rig.fuse(&self.lines());
        let loader = rig.loader();
        let variants = [
            variant("nothing: the measurement itself", &empty),
            variant("by hand, tail calls, the first one indirect", &classify),
            variant("by hand, tail calls, all direct", &direct),
            variant("by hand, one program", &inlined),
            Variant {
                name: "HIKe, VM",
                program: loader.as_fd(),
            },
            Variant {
                name: "HIKe, native",
                program: native.as_fd(),
            },
        ];
        self.check(&raw, &reset, &variants[1..]);
        let packet = packet();
        let figures = interleaved(&packet, variants.len(), |index| {
            raw.set("raw_measured", 0, &variants[index].program.as_raw_fd());
            reset.as_fd()
        });
        self.print(&variants, &figures);
    }

    fn rig(&self) -> Rig {
        let rig = Rig::with("hike_default/minimal_classifier", self.programs, &[]);
        rig.set_chain(&self.lines());
        rig.start_key("map_ipv6", &DESTINATION.octets());
        rig
    }

    fn lines(&self) -> Vec<String> {
        self.chain.iter().map(|line| (*line).to_owned()).collect()
    }

    /// Gives both sides the policy.
    fn configure(&self, raw: &Raw, rig: &Rig) {
        if self.class != ENCAPS {
            return;
        }
        for (policies, source) in [
            (raw.map("raw_policies"), raw.map("raw_source")),
            (rig.map("srv6_policies"), rig.map("srv6_source")),
        ] {
            let policy = policies.update(&POLICY.to_ne_bytes(), &self.policy());
            policy.expect("a policy");
            let source = source.update(&[0; 4], &TUNNEL.octets());
            source.expect("the source of tunnels");
        }
    }

    fn policy(&self) -> Vec<u8> {
        let mut value = self.segments.to_ne_bytes().to_vec();
        for segment in 1..=8 {
            let address = Ipv6Addr::new(0xfc02, segment, 0, 0, 0, 0, 0, 1);
            value.extend(address.octets());
        }
        value
    }

    /// All variants must do the same.
    fn check(&self, raw: &Raw, reset: &Program, variants: &[Variant<'_>]) {
        let runs = variants.iter().map(|variant| {
            raw.set("raw_measured", 0, &variant.program.as_raw_fd());
            let run = test_run(reset.as_fd(), &packet()).expect("a test run");
            assert_eq!(
                Action::from_number(run.action),
                Some(self.expected),
                "{}",
                variant.name
            );
            run.packet
        });
        let packets: Vec<Vec<u8>> = runs.collect();
        for (variant, packet) in variants.iter().zip(&packets) {
            assert_eq!(packet, &packets[0], "{}", variant.name);
        }
    }

    fn print(&self, variants: &[Variant<'_>], figures: &[Figure]) {
        println!("### {}\n", self.title);
        println!("| | ns | spread | ratio | ratio without the measurement |");
        println!("|---|---:|---:|---:|---:|");
        let (base, raw) = (figures[0].median, figures[1].median);
        for (variant, figure) in variants.iter().zip(figures) {
            let Figure { median, spread } = *figure;
            let (ratio, net) = (median / raw, (median - base) / (raw - base));
            let name = variant.name;
            println!("| {name} | {median:.0} | {spread:.1} | {ratio:.2} | {net:.2} |");
        }
        println!();
    }
}

fn variant<'a>(name: &'static str, program: &'a Program) -> Variant<'a> {
    let program = program.as_fd();
    Variant { name, program }
}

fn packet() -> Vec<u8> {
    udp6(SOURCE, DESTINATION, &[0; 16])
}
