//! Scripts mean what the manual says: cases and random scripts in three engines, and two more
//! where the kernel can be used.

use std::path::PathBuf;

use eclatc::budget::{Count, Extent, budgets};
use hike_ld::fuse::FuseError;
use hike_tests::kernel_vm::KernelVm;
use hike_tests::meaning::case::Expectation;
use hike_tests::meaning::compile::{Compiled, Refused, compile, symbol};
use hike_tests::meaning::generate::{FIRST, Options, script};
use hike_tests::meaning::world::Run;
use hike_tests::meaning::{case, source, typed_tree, vm};
use hike_tests::native_vm::{NativeVm, Refused as NotNative};
use hike_tests::require_kernel;
use hike_tests::tools::repository;
use hike_vm::Target;

/// Seeds of random scripts; `HIKE_SEEDS=100000` tries more.
fn seeds(usual: u64) -> std::ops::Range<u64> {
    let wanted = std::env::var("HIKE_SEEDS").ok();
    0..wanted.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// What the engines make of a chain that takes no arguments but the packet's.
fn engines(
    text: &str,
    compiled: &Compiled,
    chain: &str,
    packet: &[u8],
) -> [(&'static str, Run); 3] {
    let args = vm::arguments(packet);
    [
        ("the manual", source::run(text, chain, &args, packet)),
        ("the typed tree", typed_tree(compiled, chain, &args, packet)),
        ("the VM", vm::on_host(&compiled.quick(chain), packet)),
    ]
}

/// Every case: its text, the compiled script, and what must come of each chain.
fn cases() -> Vec<(String, Compiled, Vec<Expectation>)> {
    let scripts = case::scripts(&repository().join("tests/eclatc/meaning"));
    let read = |(path, text): (PathBuf, String)| {
        let path = path.display();
        let compiled = compile(&text).unwrap_or_else(|why| panic!("{path}: {why:?}"));
        let expected = case::expectations(&text).unwrap_or_else(|why| panic!("{path}: {why}"));
        assert!(!expected.is_empty(), "{path} expects nothing");
        (text, compiled, expected)
    };
    scripts.into_iter().map(read).collect()
}

/// What is wrong with a run, if anything.
fn difference(expected: &Expectation, engine: &str, found: &Run) -> Option<String> {
    let (chain, run) = (&expected.chain, &expected.run);
    (found != run).then(|| format!("{chain}: {engine}\n  expected {run:?}\n  found    {found:?}"))
}

#[test]
fn cases_mean_what_they_say() {
    let mut wrong = Vec::new();
    for (text, compiled, expectations) in cases() {
        for expected in &expectations {
            let runs = engines(&text, &compiled, &expected.chain, &case::packet());
            let differences = runs.iter();
            wrong.extend(differences.filter_map(|(name, run)| difference(expected, name, run)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn cases_mean_the_same_in_the_kernel() {
    if !require_kernel() {
        return;
    }
    let kernel = KernelVm::with_programs(&vm::KERNEL_PROGRAMS);
    let mut wrong = Vec::new();
    for (_, compiled, expectations) in cases() {
        // The kernel has one of the programs that cases call.
        let possible = expectations.iter().filter(|it| it.run.calls.is_empty());
        for expected in possible {
            let chains = compiled.quick(&expected.chain);
            let run = vm::in_kernel(&kernel, &chains, &case::packet());
            wrong.extend(difference(expected, "the kernel", &run));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn cases_mean_the_same_in_the_native_tier() {
    if !require_kernel() {
        return;
    }
    let native = NativeVm::with_programs(&vm::KERNEL_PROGRAMS);
    let mut wrong = Vec::new();
    for (_, compiled, expectations) in cases() {
        // Programs are part of what is fused, and only one of those that cases call is real.
        let possible = expectations
            .iter()
            .filter(|it| calls_real_programs(&compiled, &it.chain));
        for expected in possible {
            match vm::in_native(&native, &compiled, &expected.chain, &case::packet()) {
                Ok(run) => wrong.extend(difference(expected, "the native tier", &run)),
                Err(why) => wrong.push(format!("{}: {why:?}", expected.chain)),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a chain, and those it comes to, call no programs but those in the kernel.
fn calls_real_programs(compiled: &Compiled, chain: &str) -> bool {
    let chains = compiled.bytecode(chain);
    let mut calls = chains.values().flat_map(|code| code.calls.values());
    calls.all(|target| match target {
        Target::Program(id) => (*id as usize) < vm::KERNEL_PROGRAMS.len(),
        Target::Chain(_) => true,
    })
}

/// The packet of random scripts.
fn packet(seed: u64) -> Vec<u8> {
    (0..64u64)
        .map(|index| ((index * seed.wrapping_mul(37)) >> 3) as u8)
        .collect()
}

/// Compiles a random script; most are small enough.
fn compile_random(seed: u64, programs: bool) -> (String, Option<Compiled>) {
    let size = 2 + (seed % 8) as u32;
    let text = script(seed, Options { size, programs });
    match compile(&text) {
        Ok(compiled) => (text, Some(compiled)),
        Err(Refused::TooBig(_)) => (text, None),
        Err(Refused::Wrong(problems)) => panic!("seed {seed}: {problems:#?}\n{text}"),
    }
}

#[test]
fn random_scripts_mean_the_same_everywhere() {
    let (mut compared, mut total) = (0, 0);
    for seed in seeds(1000) {
        total += 1;
        let (text, Some(compiled)) = compile_random(seed, true) else {
            continue;
        };
        let [(_, manual), rest @ ..] = engines(&text, &compiled, FIRST, &packet(seed));
        if !manual.is_whole() || rest.iter().any(|(_, run)| !run.is_whole()) {
            continue;
        }
        compared += 1;
        for (engine, run) in rest {
            assert_eq!(
                run, manual,
                "seed {seed}: {engine} does not do as the manual says\n{text}"
            );
        }
    }
    eprintln!("{compared} of {total} random scripts compared");
    assert!(
        compared * 10 > total * 7,
        "only {compared} of {total} could be compared"
    );
}

#[test]
fn random_scripts_mean_the_same_in_the_kernel() {
    if !require_kernel() {
        return;
    }
    let kernel = KernelVm::with_programs(&vm::KERNEL_PROGRAMS);
    let (mut compared, mut total) = (0, 0);
    for seed in seeds(1000) {
        total += 1;
        let (text, Some(compiled)) = compile_random(seed, false) else {
            continue;
        };
        let packet = packet(seed);
        let chains = compiled.quick(FIRST);
        let host = vm::on_host(&chains, &packet);
        let run = vm::in_kernel(&kernel, &chains, &packet);
        let host = Run {
            calls: Vec::new(),
            ..host
        };
        if !run.is_whole() || !host.is_whole() {
            continue;
        }
        compared += 1;
        assert_eq!(
            run, host,
            "seed {seed}: the kernel does otherwise than the host\n{text}"
        );
    }
    eprintln!("{compared} of {total} random scripts compared");
    assert!(
        compared * 10 > total * 7,
        "only {compared} of {total} could be compared"
    );
}

/// Verifiers refuse some loops that the VM stops by its budget; such scripts run in the VM.
#[test]
fn random_scripts_mean_the_same_in_the_native_tier() {
    if !require_kernel() {
        return;
    }
    let native = NativeVm::with_programs(&vm::KERNEL_PROGRAMS);
    let (mut compared, mut total) = (0, 0);
    for seed in seeds(200) {
        total += 1;
        let (text, Some(compiled)) = compile_random(seed, false) else {
            continue;
        };
        let packet = packet(seed);
        let run = match vm::in_native(&native, &compiled, FIRST, &packet) {
            Ok(run) => run,
            // Nor is every script small enough to be one program.
            Err(NotNative::Kernel(_) | NotNative::Fuse(FuseError::TooLarge(_))) => continue,
            Err(NotNative::Fuse(why)) => panic!("seed {seed}: {why}\n{text}"),
        };
        let host = vm::on_host(&compiled.quick(FIRST), &packet);
        if !run.is_whole() || !host.is_whole() {
            continue;
        }
        compared += 1;
        let calls = Vec::new();
        assert_eq!(
            run,
            Run { calls, ..host },
            "seed {seed}: the native tier does otherwise than the host\n{text}"
        );
    }
    eprintln!("{compared} of {total} random scripts compared");
    assert!(
        compared * 10 > total * 6,
        "only {compared} of {total} could be compared"
    );
}

/// What is proved of a chain holds: no run takes less than its least or more than its most.
#[test]
fn budgets_hold_for_random_scripts() {
    let (mut bounded, mut total) = (0, 0);
    for seed in seeds(500) {
        let (text, Some(compiled)) = compile_random(seed, true) else {
            continue;
        };
        let budgets = budgets(&compiled.module, &compiled.codes);
        let name = symbol(FIRST);
        let budget = budgets.iter().find(|it| *it.symbol.0 == *name);
        let Extent { least, most } = budget.expect("the first chain").instructions;
        let (run, executed) = vm::counted_on_host(&compiled.quick(FIRST), &packet(seed));
        let executed = Count::new(executed.into());
        total += 1;
        bounded += u64::from(most.known().is_some());
        assert!(
            executed <= most,
            "seed {seed}: {executed} of {most}\n{text}"
        );
        if run.is_whole() {
            assert!(
                least <= executed,
                "seed {seed}: {executed} of {least}\n{text}"
            );
        }
    }
    eprintln!("{bounded} of {total} random scripts have a bound");
    assert!(
        bounded * 2 > total,
        "only {bounded} of {total} have a bound"
    );
}
