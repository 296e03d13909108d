//! The same scripts in both tiers, packets through the loader as after an install.

use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use std::process::Command;

use hike_format::{Bundle, Symbol};
use hike_loader::kernel::{Kernel, Linux};
use hike_loader::plan::{self, Host, Options, Tier};
use hike_loader::run::{Session, choose_loader};
use hike_loader::sys::program::test_run_repeated;
use hike_tests::packet::udp6;
use hike_tests::tools::{repository, run, tool};

/// Rounds over both tiers.
const ROUNDS: usize = 15;
/// Runs in a round.
const REPEAT: u32 = 100_000;

/// Scripts; every one starts a chain for packets to `fc01::2`.
const SCRIPTS: [&str; 3] = ["mmlf", "ddos_tb_2_lev", "sub_chains"];
/// The tiers, the one that ratios refer to first.
const TIERS: [Tier; 2] = [Tier::Vm, Tier::Native];

/// Prints what a packet costs in each tier.
pub fn table() {
    println!("| script | VM, ns | native, ns | native / VM |");
    println!("|---|---:|---:|---:|");
    let folder = tempfile::tempdir().expect("a folder");
    for script in SCRIPTS {
        let bundle = build(folder.path(), script);
        let loader = choose_loader(bundle.manifest(), None).expect("a loader");
        let sessions = TIERS.map(|tier| session(&bundle, &loader, tier));
        let programs = sessions
            .iter()
            .map(|it| it.loaded.programs[&loader].as_fd());
        let programs: Vec<_> = programs.collect();
        let [source, destination] = ["fc01::1", "fc01::2"];
        let [source, destination] = [source, destination].map(|it| it.parse().expect("an address"));
        let figures = side_by_side(&programs, &udp6(source, destination, &[0; 16]));
        let [vm, native] = [figures[0], figures[1]];
        println!("| {script} | {vm:.0} | {native:.0} | {:.2} |", native / vm);
    }
    println!();
}

fn build(folder: &Path, script: &str) -> Bundle {
    let path = folder.join(format!("{script}.hike"));
    let source = format!("fixtures/scripts/{script}.eclat");
    let mut eclatc = Command::new(tool("eclatc"));
    eclatc.current_dir(repository()).args(["build", &source]);
    run(eclatc.args(["-L", "packages", "-o"]).arg(&path));
    let bytes = std::fs::read(&path).expect("the bundle");
    Bundle::read(&bytes).expect("a bundle")
}

fn session(bundle: &Bundle, loader: &Symbol, tier: Tier) -> Session {
    let host = Host {
        interfaces: Linux.interfaces().expect("the interfaces"),
        ..Host::default()
    };
    let options = Options {
        tier,
        ..Options::default()
    };
    let plan = plan::run(bundle, &options, &host).expect("a plan");
    Session::start(&plan, loader.clone()).expect("the bundle in the kernel")
}

/// Medians of interleaved rounds, in nanoseconds.
fn side_by_side(programs: &[BorrowedFd<'_>], packet: &[u8]) -> Vec<f64> {
    let mut times = vec![Vec::with_capacity(ROUNDS); programs.len()];
    for _ in 0..ROUNDS {
        for (program, times) in programs.iter().zip(&mut times) {
            times.push(test_run_repeated(*program, packet, REPEAT).expect("a test run"));
        }
    }
    let median = |times: &mut Vec<u32>| {
        times.sort_unstable();
        f64::from(times[ROUNDS / 2])
    };
    times.iter_mut().map(median).collect()
}
