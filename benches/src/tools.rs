//! What the tools take, whole processes: a compilation, and an install on a host that has
//! the VM already.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use hike_tests::net::{Namespace, join};
use hike_tests::tools::{run, tool};

use crate::report::Report;
use crate::tiers::build_command;

/// Runs of each tool.
const RUNS: usize = 15;
const SCRIPT: &str = "ddos_tb_2_lev";
const OTHER: &str = "mmlf";
const DEVICE: &str = "out0";
/// A folder of pins of our own.
const ROOT: &str = "/sys/fs/bpf/hike-bench";

/// Reports what compiling and installing the DDoS script takes.
///
/// # Panics
/// When a tool fails.
pub fn table(report: &mut Report) {
    report.heading("The tools, whole processes");
    report.table(&["what", "ms"]);
    let folder = tempfile::tempdir().expect("a folder");
    let bundle = folder.path().join("ddos_tb_2_lev.hike");
    let build = median(|| time(&mut build_command(SCRIPT, &bundle)));
    let other = folder.path().join("mmlf.hike");
    run(&mut build_command(OTHER, &other));
    let host = Namespace::new("hike-bench-tools");
    let peer = Namespace::new("hike-bench-peer");
    join((&host, DEVICE, 2), (&peer, "end0", 2));
    host.ip("link set lo up");
    // Keeps the VM on the host while the other bundle comes and goes.
    run(&mut install(&host, &other, "lo"));
    let install = median(|| {
        let taken = time(&mut install(&host, &bundle, DEVICE));
        run(&mut loader(&host, &["uninstall", SCRIPT]));
        taken
    });
    run(&mut loader(&host, &["uninstall", OTHER]));
    report.row(&[
        "compiling and linking the DDoS script",
        &format!("{build:.1}"),
    ]);
    report.row(&["installing it, VM on the host", &format!("{install:.1}")]);
    report.goal("`eclatc build` of the DDoS script", 10.0, build, "ms");
    report.goal(
        "`hike-loader install` of the DDoS script",
        100.0,
        install,
        "ms",
    );
}

fn loader(host: &Namespace, arguments: &[&str]) -> Command {
    let mut command = host.command(tool("hike-loader"));
    command.args(["--root", ROOT]).args(arguments);
    command
}

fn install(host: &Namespace, bundle: &Path, device: &str) -> Command {
    let mut command = loader(host, &["install", "--tier", "vm", "--dev", device]);
    command.arg(bundle);
    command
}

fn time(command: &mut Command) -> f64 {
    let start = Instant::now();
    run(command);
    start.elapsed().as_secs_f64() * 1e3
}

fn median(mut measure: impl FnMut() -> f64) -> f64 {
    let mut times: Vec<f64> = (0..RUNS).map(|_| measure()).collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}
