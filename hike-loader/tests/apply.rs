//! Installing with a kernel in memory that fails, or dies, at every step.

mod common;

use hike_format::script::Device;
use hike_loader::kernel::Kernel;
use hike_loader::kernel::fake::Fake;
use hike_loader::plan::{self, Host, Options, Plan};
use hike_loader::registry::{Layout, Registry};
use hike_loader::{apply, remove};

use common::{Loader, bundle, counting};

fn layout() -> Layout {
    Layout::new("/bpf/hike")
}

fn device(name: &str) -> Device {
    Device::Name(name.to_owned())
}

fn plan(name: &'static str, devices: &[&str], kernel: &mut Fake) -> Plan {
    let loaders = match devices {
        [one] => vec![Loader::ip6_sc(device(one))],
        [one, two, ..] => vec![
            Loader::ip6_sc(device(one)),
            Loader {
                symbol: "loaders.hike_default.ip6_simple_classifier",
                map: "ipv6_simple_classifier_map",
                device: device(two),
            },
        ],
        [] => Vec::new(),
    };
    let host = Host {
        registry: Registry::read(kernel, &layout()).unwrap(),
        interfaces: kernel.interfaces().unwrap(),
    };
    plan::install(
        &bundle(&counting(name, loaders)),
        &Options::default(),
        &host,
    )
    .unwrap()
}

fn host() -> Fake {
    Fake::with_interfaces(&["eth0", "eth1", "eth2"])
}

/// A host with one bundle.
fn host_with_one() -> Fake {
    let mut kernel = host();
    let plan = plan("first", &["eth2"], &mut kernel);
    apply::install(&mut kernel, &layout(), &plan).unwrap();
    kernel
}

/// Lets every step of an installation fail, one after the other.
fn fail_everywhere(new_host: impl Fn() -> Fake) {
    for step in 0.. {
        let mut kernel = new_host();
        let plan = plan("tested", &["eth0", "eth1"], &mut kernel);
        let before = kernel.state();
        kernel.steps.clear();
        kernel.fail_at = Some(step);
        let result = apply::install(&mut kernel, &layout(), &plan);
        if kernel.steps.len() <= step {
            assert!(result.is_ok());
            assert!(step > 50, "only {step} steps");
            return;
        }
        let error = result.expect_err("the failure is reported");
        assert!(error.not_undone.is_empty(), "{:?}", error.not_undone);
        assert_eq!(kernel.state(), before, "after step {}", kernel.steps[step]);
    }
}

#[test]
fn a_failure_at_any_step_leaves_an_empty_host_empty() {
    fail_everywhere(host);
}

#[test]
fn a_failure_at_any_step_leaves_another_bundle_alone() {
    fail_everywhere(host_with_one);
}

/// Kills the process at every step of an action; the next command must clean up.
fn die_everywhere(
    new_host: impl Fn() -> Fake,
    action: impl Fn(&mut Fake),
    allowed: &[Vec<String>],
) {
    for step in 0.. {
        let mut kernel = new_host();
        kernel.steps.clear();
        kernel.dead_from = Some(step);
        action(&mut kernel);
        let complete = kernel.steps.len() <= step;
        let died_at = kernel.steps.get(step).cloned();
        kernel.dead_from = None;
        remove::leftovers(&mut kernel, &layout()).unwrap();
        let state = kernel.state();
        assert!(allowed.contains(&state), "died at {died_at:?}: {state:#?}");
        if complete {
            return;
        }
    }
}

#[test]
fn the_next_command_removes_what_a_killed_installation_left() {
    let before = host_with_one().state();
    let mut done = host_with_one();
    let tested = plan("tested", &["eth0", "eth1"], &mut done);
    apply::install(&mut done, &layout(), &tested).unwrap();
    let install = |kernel: &mut Fake| {
        let _ = apply::install(kernel, &layout(), &tested);
    };
    die_everywhere(host_with_one, install, &[before, done.state()]);
}

#[test]
fn the_next_command_removes_what_a_killed_first_installation_left() {
    let mut done = host();
    let tested = plan("tested", &["eth0"], &mut done);
    apply::install(&mut done, &layout(), &tested).unwrap();
    let install = |kernel: &mut Fake| {
        let _ = apply::install(kernel, &layout(), &tested);
    };
    die_everywhere(host, install, &[Vec::new(), done.state()]);
}

#[test]
fn the_next_command_finishes_a_killed_uninstallation() {
    let installed = || {
        let mut kernel = host_with_one();
        let plan = plan("tested", &["eth0"], &mut kernel);
        apply::install(&mut kernel, &layout(), &plan).unwrap();
        kernel
    };
    let mut before = installed();
    let registry = Registry::read(&mut before, &layout()).unwrap();
    let record = registry.get("tested").unwrap();
    let uninstall = |kernel: &mut Fake| {
        let _ = remove::bundle(kernel, &layout(), record);
    };
    let after = host_with_one().state();
    die_everywhere(installed, uninstall, &[before.state(), after]);
}

#[test]
fn the_last_bundle_takes_the_vm_with_it() {
    let mut kernel = host_with_one();
    let second = plan("second", &["eth0"], &mut kernel);
    apply::install(&mut kernel, &layout(), &second).unwrap();
    assert_eq!(kernel.attached(), [1, 3]);
    for name in ["first", "second"] {
        assert!(!kernel.state().is_empty());
        let registry = Registry::read(&mut kernel, &layout()).unwrap();
        remove::bundle(&mut kernel, &layout(), registry.get(name).unwrap()).unwrap();
    }
    assert!(kernel.state().is_empty(), "{:#?}", kernel.state());
}

#[test]
fn runtime_ids_are_the_lowest_free_ones() {
    let mut kernel = host_with_one();
    let ids = |plan: &Plan| {
        let programs: Vec<u32> = plan.programs.iter().map(|program| program.id.0).collect();
        let chains: Vec<u32> = plan.chains.iter().map(|chain| chain.id.0).collect();
        (programs, chains)
    };
    let second = plan("second", &["eth0"], &mut kernel);
    assert_eq!(ids(&second), (vec![2, 3], vec![2]));
    apply::install(&mut kernel, &layout(), &second).unwrap();
    let registry = Registry::read(&mut kernel, &layout()).unwrap();
    remove::bundle(&mut kernel, &layout(), registry.get("first").unwrap()).unwrap();
    let third = plan("third", &["eth1"], &mut kernel);
    assert_eq!(ids(&third), (vec![0, 1], vec![1]));
}

#[test]
fn an_executor_that_the_verifier_refuses_has_a_replacement() {
    let mut kernel = host();
    kernel.refused = Some("executor".to_owned());
    let plan = plan("tested", &["eth0"], &mut kernel);
    apply::install(&mut kernel, &layout(), &plan).unwrap();
    let loaded = |name: &str| kernel.steps.contains(&format!("load program {name}"));
    assert!(loaded("executor") && loaded("executor_loop"));
    assert_eq!(kernel.attached(), [1]);
}

#[test]
fn attachment_is_the_last_thing_that_happens() {
    let mut kernel = host();
    let plan = plan("tested", &["eth0", "eth1"], &mut kernel);
    kernel.steps.clear();
    apply::install(&mut kernel, &layout(), &plan).unwrap();
    let attach = kernel
        .steps
        .iter()
        .position(|step| step.starts_with("attach"));
    let rename = kernel
        .steps
        .iter()
        .rposition(|step| step.starts_with("rename"));
    assert!(rename < attach);
    let after = &kernel.steps[attach.unwrap()..];
    let expected = |step: &String| step.starts_with("attach") || step.starts_with("pin");
    assert!(after.iter().all(expected), "{after:#?}");
}

/// Its code is not touched: this version does not know where it is.
#[test]
fn a_bundle_of_another_version_of_the_vm_can_be_taken_off() {
    let mut kernel = host();
    let clean = kernel.state();
    let mut plan = plan("older", &["eth0"], &mut kernel);
    plan.vm_abi -= 1;
    apply::install(&mut kernel, &layout(), &plan).unwrap();
    let registry = Registry::read(&mut kernel, &layout()).unwrap();
    kernel.steps.clear();
    remove::bundle(&mut kernel, &layout(), registry.get("older").unwrap()).unwrap();
    let written = kernel.steps.iter().filter(|step| step.starts_with("write"));
    assert_eq!(written.count(), 0, "{:?}", kernel.steps);
    assert_eq!(kernel.state(), clean);
}
