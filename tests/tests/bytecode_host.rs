//! Every bytecode case in the host's interpreter.

use hike_tests::bytecode::{End, check_cases, run_on_host};
use hike_tests::random::{Random, quickened};

#[test]
fn cases_run_on_the_host() {
    check_cases(|case| run_on_host(&case.chains, &case.packet));
}

/// The generator of the comparison with the kernel makes chains that get somewhere.
#[test]
fn random_chains_mostly_return() {
    let (mut returned, total) = (0, 500);
    for seed in 0..total {
        let chains = quickened(&hike_tests::random::chains(&mut Random::new(seed)));
        let observed = run_on_host(&chains, &[0x5a; 64]);
        returned += u64::from(matches!(observed.end, End::Returned(_)));
    }
    assert!(returned * 3 > total, "only {returned} of {total} returned");
}
