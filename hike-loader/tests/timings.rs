//! Where the time of an installation goes, with a kernel in memory and by the tool.

mod common;

use std::process::Command;
use std::time::Duration;

use hike_format::script::Device;
use hike_loader::apply;
use hike_loader::kernel::fake::Fake;
use hike_loader::kernel::{Kernel, Measured};
use hike_loader::plan::{self, Host, Options};
use hike_loader::registry::{Layout, Registry};
use hike_loader::timings::{Phase, Timings};

use common::{Loader, bundle, counting};

/// Installs a bundle of two programs and a loader, timed from its reading on.
fn install(kernel: &mut Fake, name: &'static str, device: &str) -> Timings {
    let layout = Layout::new("/bpf/hike");
    let mut timings = Timings::start();
    let loader = Loader::ip6_sc(Device::Name(device.to_owned()));
    let bundle = timings.measure(Phase::Bundle, || bundle(&counting(name, vec![loader])));
    let host = timings.measure(Phase::Host, || Host {
        registry: Registry::read(kernel, &layout).unwrap(),
        interfaces: kernel.interfaces().unwrap(),
    });
    let options = Options::default();
    let plan = timings.measure(Phase::Plan, || {
        plan::install(&bundle, &options, &host).unwrap()
    });
    let mut measured = Measured::new(kernel, &mut timings);
    apply::install(&mut measured, &layout, &plan).unwrap();
    timings
}

fn names(timings: &Timings, phase: Phase) -> Vec<&str> {
    let programs = timings.programs(phase);
    programs.map(|program| program.name.as_str()).collect()
}

const PROGRAMS: [&str; 3] = [
    "programs.hike_default.hike_pass",
    "programs.hike_default.monitor",
    "loaders.basic.ip6_sc",
];

#[test]
fn every_phase_is_named_once_and_they_fit_into_the_total() {
    let timings = install(&mut Fake::with_interfaces(&["eth0"]), "tested", "eth0");
    let phases: Vec<Phase> = timings.phases().map(|(phase, _)| phase).collect();
    assert_eq!(phases, Phase::ALL);
    let sum: Duration = timings.phases().map(|(_, time)| time).sum();
    assert!(sum <= timings.total());
    for (phase, time) in timings.phases() {
        let programs = timings.programs(phase).map(|program| program.time);
        assert!(programs.sum::<Duration>() <= time, "{}", phase.name());
    }
}

#[test]
fn the_executor_is_a_part_of_a_vm_that_is_set_up() {
    let mut kernel = Fake::with_interfaces(&["eth0", "eth1"]);
    let first = install(&mut kernel, "first", "eth0");
    assert_eq!(names(&first, Phase::Vm), ["executor"]);
    assert_eq!(names(&first, Phase::Programs), PROGRAMS);
    let second = install(&mut kernel, "second", "eth1");
    assert_eq!(names(&second, Phase::Vm), [""; 0]);
    assert_eq!(names(&second, Phase::Programs), PROGRAMS);
}

#[test]
fn a_program_that_is_refused_took_its_time() {
    let mut kernel = Fake::with_interfaces(&["eth0"]);
    kernel.refused = Some("executor".to_owned());
    let timings = install(&mut kernel, "tested", "eth0");
    let executors = timings.programs(Phase::Vm);
    let found: Vec<_> = executors
        .map(|it| (it.name.as_str(), it.verified_instructions.is_some()))
        .collect();
    assert_eq!(found, [("executor", false), ("executor_loop", true)]);
}

#[test]
fn the_kernel_is_asked_the_same_with_and_without() {
    let measured = {
        let mut kernel = Fake::with_interfaces(&["eth0"]);
        install(&mut kernel, "tested", "eth0");
        (kernel.state(), kernel.steps)
    };
    let mut kernel = Fake::with_interfaces(&["eth0"]);
    let layout = Layout::new("/bpf/hike");
    let loader = Loader::ip6_sc(Device::Name("eth0".to_owned()));
    let host = Host {
        registry: Registry::read(&mut kernel, &layout).unwrap(),
        interfaces: kernel.interfaces().unwrap(),
    };
    let bundle = bundle(&counting("tested", vec![loader]));
    let plan = plan::install(&bundle, &Options::default(), &host).unwrap();
    apply::install(&mut kernel, &layout, &plan).unwrap();
    assert_eq!(measured, (kernel.state(), kernel.steps));
}

/// What a dry run prints about a bundle that is attached to nothing.
fn dry_run(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tested.hike");
    let bytes = bundle(&counting("tested", Vec::new())).write().unwrap();
    std::fs::write(&path, bytes).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_hike-loader"));
    command.arg("install").arg(&path).arg("--dry-run");
    let output = command.args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_dry_run_tells_of_the_part_without_the_kernel() {
    let plain = dry_run(&[]);
    let timed = dry_run(&["--timings"]);
    let table = timed.strip_prefix(&plain).expect("the plan first");
    let lines: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    let names: Vec<&str> = lines.iter().map(|line| line[0]).collect();
    assert_eq!(names, ["PHASE", "bundle", "host", "plan", "total"]);
    for line in &lines[1..] {
        let (_, decimals) = line[1].split_once('.').expect("a decimal");
        assert_eq!((line.len(), decimals.len()), (2, 1), "{line:?}");
    }
}

#[test]
fn a_dry_run_in_json_has_the_plan_as_text() {
    let json = |arguments: &[&str]| -> serde_json::Value {
        serde_json::from_str(&dry_run(arguments)).unwrap()
    };
    let plain = json(&["--json"]);
    assert_eq!(plain["plan"], dry_run(&[]));
    assert_eq!(plain.get("timings"), None);
    let timings = &json(&["--json", "--timings"])["timings"];
    let phases = timings["phases"].as_array().unwrap().iter();
    let names: Vec<&str> = phases
        .clone()
        .filter_map(|it| it["phase"].as_str())
        .collect();
    assert_eq!(names, ["bundle", "host", "plan"]);
    let sum: f64 = phases.filter_map(|it| it["ms"].as_f64()).sum();
    // Each is rounded to a thousandth.
    assert!(sum <= timings["total_ms"].as_f64().unwrap() + 0.002);
}
