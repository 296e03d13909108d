//! What chains cost on this machine, beside programs by hand, and what the tools take.
//!
//! Variants are measured interleaved, round by round, on one CPU; a figure is the median
//! of the rounds, its spread half the distance between the quartiles. Absolute times mean
//! little on a shared machine, differences and ratios within one run mean more.
//!
//! `hike-bench FOLDER` writes what it prints to `FOLDER/figures.md`, and plots beside it;
//! `hike-bench --only TABLE` prints one of [`TABLES`].

mod chain;
mod host;
mod length;
mod load;
mod measure;
mod plot;
mod raw;
mod report;
mod router;
mod runs;
mod tiers;
mod tools;
mod traffic;
mod workload;

use std::path::Path;

use report::Report;

/// Measures something and reports it.
type Table = fn(&mut Report);

/// What is measured, by name. Whole processes first: what follows binds this one, and its
/// children, to one CPU.
const TABLES: [(&str, Table); 7] = [
    ("tools", tools::table),
    ("workloads", runs::tables),
    ("traffic", traffic::tables),
    ("length", length::table),
    ("chain", chain::table),
    ("tiers", tiers::table),
    ("load", load::table),
];

fn main() {
    if !hike_tests::require_kernel() {
        std::process::exit(3);
    }
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let only = match arguments.first().map(String::as_str) {
        Some("--only") => arguments.drain(..).nth(1),
        _ => None,
    };
    let mut report = Report::default();
    report.heading("The machine");
    report.line(&host::describe());
    for (name, table) in TABLES {
        if only.as_ref().is_none_or(|only| only == name) {
            table(&mut report);
        }
    }
    report.goals();
    if let Some(folder) = arguments.first() {
        report.write(Path::new(folder)).expect("the folder");
    }
}
