//! Random chains, executed three ways that must agree: as typed trees, as IR before and
//! after the passes, and as bytecode in the VM.

mod generate;
mod graph;
mod machine;
mod tree;
mod world;

use eclatc::hir::Script;
use eclatc::{codegen, ir, lower};
use proptest::prelude::*;
use world::{Ending, Run, World};

/// Arguments of the first chain.
const ARGUMENTS: [u64; 3] = [7, 0xffff_ffff_0000_0001, 0x8000_0000_8000_0080];

fn check(script: &Script) -> Result<(), TestCaseError> {
    let expected = tree::run(script, &ARGUMENTS);
    let lowered = lower::lower(script);
    prop_assert_eq!(
        ir::verify::module(&lowered),
        Ok(()),
        "{}\n{}",
        script,
        lowered
    );
    same(
        "lowered IR",
        script,
        &lowered,
        graph::run(&lowered, &ARGUMENTS),
        &expected,
    )?;
    compare_machine("lowered IR", script, &lowered, &expected)?;
    let mut optimized = lowered;
    ir::passes::optimize(&mut optimized);
    same(
        "optimized IR",
        script,
        &optimized,
        graph::run(&optimized, &ARGUMENTS),
        &expected,
    )?;
    compare_machine("optimized IR", script, &optimized, &expected)
}

fn same(
    what: &str,
    script: &Script,
    module: &ir::Module,
    found: Run,
    expected: &Run,
) -> Result<(), TestCaseError> {
    prop_assert!(
        found == *expected,
        "{what} does otherwise\nexpected {expected:?}\nfound    {found:?}\n{script}\n{module}"
    );
    Ok(())
}

/// Runs the bytecode, unless the chain needs more than the VM has.
fn compare_machine(
    what: &str,
    script: &Script,
    module: &ir::Module,
    expected: &Run,
) -> Result<(), TestCaseError> {
    let Ok(codes) = codegen::generate(module) else {
        return Ok(());
    };
    let found = machine::run(&codes, &ARGUMENTS);
    if found.ending == Ending::Exhausted || expected.ending == Ending::Exhausted {
        return Ok(());
    }
    same(
        &format!("bytecode of the {what}"),
        script,
        module,
        found,
        expected,
    )
}

proptest! {
    #[test]
    fn all_stages_agree(seed: u64, size in 1u32..40) {
        check(&generate::script(seed, size))?;
    }

    #[test]
    fn the_text_form_reads_back(seed: u64, size in 1u32..40) {
        let mut module = lower::lower(&generate::script(seed, size));
        prop_assert_eq!(ir::parse::module(&module.to_string()), Ok(module.clone()));
        ir::passes::optimize(&mut module);
        prop_assert_eq!(ir::parse::module(&module.to_string()), Ok(module));
    }

    #[test]
    fn no_text_stops_the_parser(text in "[ -~\n]{0,200}") {
        let _ = ir::parse::module(&text);
    }

    #[test]
    fn folding_agrees_with_the_machine(left: u64, right: u64) {
        machine::check_operations(left, right)?;
        machine::check_operations(left, right & 0xff)?;
        machine::check_operations(left, 0)?;
        machine::check_operations(1 << 63, u64::MAX)?;
    }
}

/// The passes reach a point where they change nothing, and stay there.
#[test]
fn optimizing_twice_changes_nothing() {
    for seed in 0..200 {
        let mut module = lower::lower(&generate::script(seed, 20));
        ir::passes::optimize(&mut module);
        let once = module.to_string();
        ir::passes::optimize(&mut module);
        assert_eq!(once, module.to_string(), "seed {seed}");
    }
}

#[test]
fn the_world_answers_the_same_question_alike() {
    let mut world = World::default();
    assert_eq!(world.answer(1, &[2]), world.answer(1, &[2]));
    assert_ne!(world.answer(1, &[2]), world.answer(1, &[3]));
}
