//! The two reference workloads: a script in both tiers beside programs written by hand.
//!
//! Every variant does the same to the same packet, which is checked first. A program in
//! front makes the packet again what it was before each run; what that costs is the first
//! row, and the last column leaves it out.

use std::net::Ipv6Addr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use hike_abi::Action;
use hike_loader::plan::Tier;
use hike_loader::sys::program::test_run;
use hike_tests::packet::udp6;

use crate::measure::{Figure, interleaved};
use crate::raw::{Program, Raw};
use crate::report::Report;
use crate::router::Router;
use crate::tiers::{Running, build};

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

/// Places of the variants in the measurement.
const RAW: usize = 1;
const INLINED: usize = 3;
const VM: usize = 4;
const NATIVE: usize = 5;

/// A workload.
struct Workload {
    title: &'static str,
    /// The class of its packets, for the hand-written programs.
    class: u32,
    /// The program that holds all of it.
    inlined: &'static str,
    /// The script.
    script: &'static str,
    hop_limit: u32,
    segments: u64,
    expected: Action,
}

const MMLF: Workload = Workload {
    title: "MMLF: match, mark, count, forward (`fixtures/scripts/mmlf.eclat`)",
    class: MARK,
    inlined: "raw_mmlf",
    script: "mmlf",
    hop_limit: ROUTED,
    segments: 1,
    expected: Action::Redirect,
};

const ENCAPSULATION: Workload = Workload {
    title: "H.Encaps with one segment: match, encapsulate, forward (`fixtures/scripts/srv6.eclat`)",
    class: ENCAPS,
    inlined: "raw_h_encaps",
    script: "srv6",
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

/// Reports a table a workload.
pub fn tables(report: &mut Report) {
    report.heading("Workloads");
    let router = Router::new();
    router.measure(|| WORKLOADS.iter().for_each(|it| it.table(report)));
}

/// A way to do a workload.
struct Variant<'a> {
    name: &'static str,
    program: BorrowedFd<'a>,
}

impl Workload {
    fn table(&self, report: &mut Report) {
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
        let bundle = build(self.script);
        let [vm, native] = [Tier::Vm, Tier::Native].map(|tier| Running::start(&bundle, tier));
        for tier in [&vm, &native] {
            self.configure(&raw, tier);
        }
        let variants = [
            variant("nothing: the measurement itself", &empty),
            variant("by hand, tail calls, the first one indirect", &classify),
            variant("by hand, tail calls, all direct", &direct),
            variant("by hand, one program", &inlined),
            Variant {
                name: "HIKe, VM",
                program: vm.program(),
            },
            Variant {
                name: "HIKe, native",
                program: native.program(),
            },
        ];
        self.check(&raw, &reset, &variants[1..]);
        let packet = packet();
        let figures = interleaved(&packet, variants.len(), |index| {
            raw.set("raw_measured", 0, &variants[index].program.as_raw_fd());
            reset.as_fd()
        });
        self.print(report, &variants, &figures);
        self.goals(report, &figures);
    }

    /// Gives both sides the policy.
    fn configure(&self, raw: &Raw, tier: &Running) {
        if self.class != ENCAPS {
            return;
        }
        for (policies, source) in [
            (raw.map("raw_policies"), raw.map("raw_source")),
            (
                tier.map("srv6", "srv6_policies"),
                tier.map("srv6", "srv6_source"),
            ),
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

    fn print(&self, report: &mut Report, variants: &[Variant<'_>], figures: &[Figure]) {
        report.line(&format!("\n### {}\n", self.title));
        report.table(&["", "ns", "spread", "ratio", "without the measurement"]);
        let (base, raw) = (figures[0].median, figures[RAW].median);
        for (variant, figure) in variants.iter().zip(figures) {
            let Figure { median, spread } = *figure;
            let (ratio, net) = (median / raw, (median - base) / (raw - base));
            let numbers = [(median, 0), (spread, 1), (ratio, 2), (net, 2)];
            let [median, spread, ratio, net] =
                numbers.map(|(value, digits)| format!("{value:.digits$}"));
            report.row(&[variant.name, &median, &spread, &ratio, &net]);
        }
    }

    /// The goals that the two whole workloads have.
    fn goals(&self, report: &mut Report, figures: &[Figure]) {
        if self.hop_limit != ROUTED || self.segments != 1 {
            return;
        }
        let name = self.title.split(':').next().unwrap_or_default();
        let ratio = |a: usize, b: usize| figures[a].median / figures[b].median;
        for (what, most, reached) in [
            ("VM beside tail calls by hand", 1.05, ratio(VM, RAW)),
            ("native beside tail calls by hand", 0.90, ratio(NATIVE, RAW)),
            (
                "native beside one program by hand",
                1.03,
                ratio(NATIVE, INLINED),
            ),
        ] {
            report.goal(&format!("{name}: {what}"), most, reached, "");
        }
    }
}

fn variant<'a>(name: &'static str, program: &'a Program) -> Variant<'a> {
    let program = program.as_fd();
    Variant { name, program }
}

fn packet() -> Vec<u8> {
    udp6(SOURCE, DESTINATION, &[0; 16])
}
