//! Execution of bytecode in the VM's host machine.

use crate::world::{CHAINS, Ending, PROGRAMS, Run, TIME, World};
use eclatc::codegen::{ChainCode, generate};
use eclatc::ir::{self, BinaryOp, Condition, UnaryOp};
use hike_abi::{Action, CONTINUE, Fault, HikeCall};
use hike_isa::Slot;
use hike_vm::host::{Host, NoPrograms, Outcome, Programs};
use hike_vm::{Target, quicken};
use proptest::prelude::*;

/// Runs the first of the chains.
pub fn run(codes: &[ChainCode], args: &[u64]) -> Run {
    let mut host = load(codes);
    let World { mut packet, .. } = World::new();
    let mut programs = Answers::default();
    let outcome = host.run(1, args, &mut packet, &mut programs);
    let World { calls, .. } = programs.0;
    Run {
        calls,
        packet,
        ending: match outcome {
            Outcome::Returned(value) => Ending::Returned(value),
            Outcome::Verdict(_) => Ending::Finished,
            Outcome::Fault {
                fault: Fault::Packet,
                ..
            } => Ending::Fault,
            Outcome::Fault {
                fault: Fault::Budget | Fault::Program | Fault::Frames,
                ..
            } => Ending::Exhausted,
            Outcome::Fault { fault, chain, pc } => panic!("{fault:?} in chain {chain} at {pc}"),
        },
    }
}

fn load(codes: &[ChainCode]) -> Host {
    let mut host = Host::default();
    host.time_ns = TIME;
    for (index, code) in codes.iter().enumerate() {
        let slots: Vec<Slot> = code
            .insns
            .iter()
            .flat_map(|placed| placed.insn.encode().slots().to_vec())
            .collect();
        let quick = quicken(&slots, |slot| target(code, slot)).expect("bytecode the VM takes");
        host.insert(index as u32 + 1, &quick);
    }
    host
}

fn target(code: &ChainCode, slot: usize) -> Option<Target> {
    let placed = code
        .insns
        .iter()
        .find(|placed| placed.slot as usize == slot)?;
    let callee = placed.callee.as_ref()?;
    let program = PROGRAMS.iter().position(|(name, ..)| **name == *callee.0);
    let chain = CHAINS.iter().position(|name| **name == *callee.0);
    program
        .map(|index| Target::Program(index as u32))
        .or(chain.map(|index| Target::Chain(index as u32 + 1)))
}

/// Programs that answer as the world does, and leave nothing in the argument registers.
#[derive(Default)]
struct Answers(World);

impl Programs for Answers {
    fn call(&mut self, id: u32, call: &mut HikeCall, _: &mut Vec<u8>) -> Option<i32> {
        let (_, arguments, ends_chain) = PROGRAMS.get(id as usize)?;
        let args = &call.args[..*arguments];
        call.ret = self.0.answer(id as usize, args);
        call.args = [0xdead_beef; 5];
        match ends_chain {
            true => Some(Action::Drop as i32),
            false => Some(CONTINUE),
        }
    }
}

/// Every operation of the IR on these values, folded and executed.
pub fn check_operations(left: u64, right: u64) -> Result<(), TestCaseError> {
    for op in BinaryOp::ALL {
        let text = format!("v2 = {op} v0, v1");
        prop_assert_eq!(
            execute(&text, left, right),
            op.compute(left, right),
            "{}",
            op
        );
        let text = format!("v2 = {op} v0, {}", right as i64);
        prop_assert_eq!(
            execute(&text, left, right),
            op.compute(left, right),
            "{}",
            op
        );
    }
    for op in UnaryOp::ALL {
        let text = format!("v2 = {op} v0");
        prop_assert_eq!(execute(&text, left, right), op.compute(left), "{}", op);
    }
    for condition in Condition::ALL {
        let expected = u64::from(condition.holds(left, right));
        prop_assert_eq!(
            decide(*condition, left, right, "v1"),
            expected,
            "{}",
            condition
        );
        let constant = (right as i64).to_string();
        prop_assert_eq!(
            decide(*condition, left, right, &constant),
            expected,
            "{}",
            condition
        );
    }
    Ok(())
}

fn execute(inst: &str, left: u64, right: u64) -> u64 {
    returned(&format!("b0(v0, v1):\n {inst}\n return v2\n"), left, right)
}

fn decide(condition: Condition, left: u64, right: u64, other: &str) -> u64 {
    let body = format!(
        "b0(v0, v1):\n branch {condition} v0, {other}, b1, b2\nb1:\n return 1\nb2:\n return 0\n"
    );
    returned(&body, left, right)
}

fn returned(body: &str, left: u64, right: u64) -> u64 {
    let text = format!("chain chains.t.main {{\n{body}}}\n");
    let mut module = ir::parse::module(&text).expect("IR");
    let plain = run_alone(&module, left, right);
    ir::passes::optimize(&mut module);
    assert_eq!(plain, run_alone(&module, left, right), "{text}\n{module}");
    plain
}

fn run_alone(module: &ir::Module, left: u64, right: u64) -> u64 {
    let codes = generate(module).expect("a short chain");
    match load(&codes).run(1, &[left, right], &mut Vec::new(), &mut NoPrograms) {
        Outcome::Returned(value) => value,
        other => panic!("{other:?}"),
    }
}
