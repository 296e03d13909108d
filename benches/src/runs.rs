//! The workloads in test runs: what a packet takes in the program alone.
//!
//! A program in front makes the packet again what it was before each run; what that costs
//! is the first row, and the last column leaves it out.

use std::os::fd::{AsFd, AsRawFd};

use hike_abi::Action;
use hike_loader::sys::program::test_run;

use crate::measure::{Figure, interleaved};
use crate::raw::{Program, Raw};
use crate::report::Report;
use crate::router::Router;
use crate::workload::{self, INLINED, NATIVE, RAW, ROUTED, VM, Variant, Workload, packet};

/// Reports a table a workload.
pub fn tables(report: &mut Report) {
    report.heading("Workloads");
    let router = Router::new();
    router.measure(|| workload::ALL.iter().for_each(|it| table(it, report)));
}

fn table(workload: &Workload, report: &mut Report) {
    let mut ways = workload.start();
    let reset = ways.raw.load("raw_reset", Some(workload.hop_limit));
    let empty = ways.raw.load("raw_empty", None);
    check(workload, &ways.raw, &reset, &ways.variants());
    let mut variants = vec![Variant::new("nothing: the measurement itself", &empty)];
    variants.extend(ways.variants());
    let figures = interleaved(&packet(), variants.len(), |index| {
        choose(&ways.raw, &variants[index]);
        reset.as_fd()
    });
    print(workload, report, &variants, &figures);
    goals(workload, report, &figures[1..]);
}

/// Makes a variant the one that is measured.
fn choose(raw: &Raw, variant: &Variant<'_>) {
    raw.set("raw_measured", 0, &variant.program.as_raw_fd());
}

/// All variants must do the same.
fn check(workload: &Workload, raw: &Raw, reset: &Program, variants: &[Variant<'_>]) {
    let runs = variants.iter().map(|variant| {
        choose(raw, variant);
        let run = test_run(reset.as_fd(), &packet()).expect("a test run");
        assert_eq!(
            Action::from_number(run.action),
            Some(workload.expected),
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

fn print(workload: &Workload, report: &mut Report, variants: &[Variant<'_>], figures: &[Figure]) {
    report.line(&format!("\n### {}\n", workload.title));
    report.table(&["", "ns", "spread", "ratio", "without the measurement"]);
    let (base, raw) = (figures[0].median, figures[1 + RAW].median);
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
fn goals(workload: &Workload, report: &mut Report, figures: &[Figure]) {
    if workload.hop_limit != ROUTED || workload.segments != 1 {
        return;
    }
    let name = workload.name();
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
