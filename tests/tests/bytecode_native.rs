//! Every bytecode case in the native tier: result, fault and packet as in the VM.

use hike_abi::Fault;
use hike_format::native::Guard;
use hike_loader::kernel::{Kernel, Linux};
use hike_tests::bytecode::{Case, End, Observed, cases, run_on_host};
use hike_tests::native_vm::{NativeVm, Refused};
use hike_tests::random::{Random, chains, quickened, seeds};
use hike_tests::require_kernel;
use hike_tests::tools::repository;
use hike_vm::Target;

/// Whether every chain that the case calls is there: a bundle cannot be linked otherwise.
fn is_whole(case: &Case) -> bool {
    let calls = case
        .bytecode
        .values()
        .flat_map(|chain| chain.calls.values());
    calls.into_iter().all(|target| match target {
        Target::Chain(id) => case.bytecode.contains_key(id),
        Target::Program(_) => false,
    })
}

/// Fused chains count instructions by block, so the place of a fault of the budget is not
/// the VM's, and what the last block would have done is not done.
fn agrees(observed: &Observed, expected: &Observed) -> bool {
    let is_budget = |end: &End| {
        matches!(
            end,
            End::Fault {
                fault: Fault::Budget,
                ..
            }
        )
    };
    observed == expected || is_budget(&observed.end) && is_budget(&expected.end)
}

/// Both forms of a program with loops; kernels before 6.9 know only one.
fn forms() -> Vec<Guard> {
    let mut forms = vec![Guard::Counter];
    forms.extend(Linux.has_may_goto().then_some(Guard::Kernel));
    forms
}

#[test]
fn every_case_ends_as_it_says_in_the_native_tier() {
    if !require_kernel() {
        return;
    }
    forms().into_iter().for_each(every_case);
}

fn every_case(guard: Guard) {
    let native = NativeVm::new();
    let mut wrong = Vec::new();
    let mut ran = 0;
    for case in cases(&repository().join("tests/bytecode")) {
        if !is_whole(&case) {
            continue;
        }
        let name = case.path.file_stem().unwrap_or_default().to_string_lossy();
        match native.run(&case.bytecode, &case.chains, &case.packet, guard) {
            Ok(observed) if agrees(&observed, &case.expected) => ran += 1,
            Ok(observed) => wrong.push(format!("{name}: {observed}, not {}", case.expected)),
            Err(Refused::Fuse(error)) => wrong.push(format!("{name}: {error}")),
            Err(Refused::Kernel(error)) => {
                let log = error.verifier_log().unwrap_or_default();
                let end = log.len().saturating_sub(1500);
                wrong.push(format!(
                    "{name}: {error}\n{}",
                    log.get(end..).unwrap_or(log)
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(ran > 100, "only {ran} cases ran");
}

/// Chains that never leave their loops are refused by verifiers rather than faulting in
/// the VM: such a bundle runs in the VM. With a counter the verifier walks through all
/// rounds, which takes it long and is too much for it more often.
#[test]
fn random_chains_agree_with_the_host() {
    if !require_kernel() {
        return;
    }
    forms().into_iter().for_each(random_chains);
}

fn random_chains(guard: Guard) {
    let native = NativeVm::new();
    let packet: Vec<u8> = (0..64).map(|index| index * 3).collect();
    let (mut ran, mut refused) = (0, 0);
    let (usual, at_most) = match guard {
        Guard::Kernel => (300, 20),
        Guard::Counter => (20, 2),
    };
    for seed in seeds(usual) {
        let chains = chains(&mut Random::new(seed));
        let quick = quickened(&chains);
        let host = run_on_host(&quick, &packet);
        match native.run(&chains, &quick, &packet, guard) {
            Ok(observed) => {
                ran += 1;
                assert!(
                    agrees(&observed, &host),
                    "seed {seed}: native {observed}, host {host}\n{chains:?}"
                );
            }
            Err(Refused::Kernel(_)) => refused += 1,
            Err(Refused::Fuse(error)) => panic!("seed {seed}: {error}"),
        }
    }
    // One is nothing to go by where only a few ran.
    assert!(
        refused <= 1 || refused * at_most < ran,
        "{guard:?}: {refused} refused, {ran} ran"
    );
}
