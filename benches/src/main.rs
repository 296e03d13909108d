//! What chains cost on this machine, beside programs by hand, and what the tools take.
//!
//! Variants are measured interleaved, round by round, on one CPU; a figure is the median
//! of the rounds, its spread half the distance between the quartiles. Absolute times mean
//! little on a shared machine, differences and ratios within one run mean more.
//!
//! `hike-bench FOLDER` writes what it prints to `FOLDER/figures.md`, and plots beside it.

mod chain;
mod host;
mod length;
mod load;
mod measure;
mod plot;
mod raw;
mod report;
mod router;
mod tiers;
mod tools;
mod workload;

use std::path::Path;

use report::Report;

fn main() {
    if !hike_tests::require_kernel() {
        std::process::exit(3);
    }
    let mut report = Report::default();
    report.heading("The machine");
    report.line(&host::describe());
    // Whole processes first: what follows binds this one, and its children, to one CPU.
    tools::table(&mut report);
    workload::tables(&mut report);
    length::table(&mut report);
    chain::table(&mut report);
    tiers::table(&mut report);
    load::table(&mut report);
    report.goals();
    if let Some(folder) = std::env::args_os().nth(1) {
        report.write(Path::new(&folder)).expect("the folder");
    }
}
