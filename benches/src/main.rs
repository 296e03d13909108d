//! What chains cost on this machine, beside programs by hand, and what the tools take.
//!
//! Variants are measured interleaved, round by round, on one CPU; a figure is the median
//! of the rounds, its spread half the distance between the quartiles. Absolute times mean
//! little on a shared machine, differences and ratios within one run mean more.

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

use std::path::PathBuf;

use clap::Parser;
use clap::builder::PossibleValuesParser;

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

/// Measures what chains cost on this machine, and prints tables.
#[derive(Parser)]
struct Cli {
    /// Measures this alone
    #[arg(long, value_name = "TABLE", value_parser = PossibleValuesParser::new(TABLES.map(|it| it.0)))]
    only: Option<String>,
    /// Also writes what it prints to `figures.md` in this folder, and plots beside it
    folder: Option<PathBuf>,
}

fn main() {
    let cli = Cli::parse();
    if !hike_tests::require_kernel() {
        std::process::exit(3);
    }
    let mut report = Report::default();
    report.heading("The machine");
    report.line(&host::describe());
    for (name, table) in TABLES {
        if cli.only.as_ref().is_none_or(|only| only == name) {
            table(&mut report);
        }
    }
    report.goals();
    if let Some(folder) = cli.folder {
        report.write(&folder).expect("the folder");
    }
}
