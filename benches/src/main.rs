//! What the VM costs on this machine: time a call and an instruction, and what loading
//! each object takes. Prints Markdown tables.
//!
//! Variants are measured interleaved, round by round, on one CPU; a figure is the median
//! of the rounds, its spread half the distance between the quartiles. Absolute times mean
//! little on a shared machine, differences and ratios within one run mean more.

mod chain;
mod host;
mod length;
mod load;
mod measure;
mod raw;
mod router;
mod tiers;
mod workload;

fn main() {
    if !hike_tests::require_kernel() {
        std::process::exit(3);
    }
    host::describe();
    workload::tables();
    length::table();
    chain::table();
    tiers::table();
    load::table();
}
