//! Every bytecode case, and random chains, in the kernel's VM: it must agree with the
//! host's.

use std::path::Path;

use hike_tests::bytecode::{cases, run_on_host};
use hike_tests::kernel_vm::KernelVm;
use hike_tests::random::{Random, chains};
use hike_tests::require_kernel;

#[test]
fn cases_run_in_the_kernel() {
    if !require_kernel() {
        return;
    }
    let vm = KernelVm::new();
    let mut wrong = Vec::new();
    for case in cases(&Path::new(env!("CARGO_MANIFEST_DIR")).join("bytecode")) {
        let observed = vm.run(&case.chains, &case.packet);
        if observed != case.expected {
            let path = case.path.display();
            wrong.push(format!(
                "{path}\n  expected {}\n  observed {observed}",
                case.expected
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn random_chains_agree_with_the_host() {
    if !require_kernel() {
        return;
    }
    let vm = KernelVm::new();
    let packet: Vec<u8> = (0..64).map(|index| index * 3).collect();
    for seed in 0..5000 {
        let chains = chains(&mut Random::new(seed));
        let host = run_on_host(&chains, &packet);
        let kernel = vm.run(&chains, &packet);
        assert_eq!(
            kernel, host,
            "seed {seed}: the kernel's VM and the host's differ\n{chains:?}"
        );
    }
}
