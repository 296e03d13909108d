//! Every bytecode case, and random chains, in the kernel's VM with either executor: it must
//! agree with the host's.

use hike_loader::vm::Executor;
use hike_tests::bytecode::{check_cases, run_on_host};
use hike_tests::kernel_vm::KernelVm;
use hike_tests::random::{Random, chains, quickened, seeds};
use hike_tests::require_kernel;

/// A VM with each executor that the kernel has the means for.
fn vms() -> impl Iterator<Item = KernelVm> {
    Executor::ALL
        .into_iter()
        .filter_map(KernelVm::with_executor)
}

#[test]
fn cases_run_in_the_kernel() {
    if !require_kernel() {
        return;
    }
    for vm in vms() {
        check_cases(|case| vm.run(&case.chains, &case.packet));
    }
}

#[test]
fn random_chains_agree_with_the_host() {
    if !require_kernel() {
        return;
    }
    let packet: Vec<u8> = (0..64).map(|index| index * 3).collect();
    for vm in vms() {
        for seed in seeds(5000) {
            let chains = quickened(&chains(&mut Random::new(seed)));
            let host = run_on_host(&chains, &packet);
            let kernel = vm.run(&chains, &packet);
            assert_eq!(
                kernel, host,
                "seed {seed}: the kernel's VM and the host's differ\n{chains:?}"
            );
        }
    }
}
