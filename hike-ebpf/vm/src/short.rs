//! The short interpreter, which every program ends with.
//!
//! It goes a few steps and knows only what most chains mostly consist of: program calls, 64-bit
//! arithmetic and jumps, accesses whose place is known, the outermost return. What it knows decides
//! how much the verifier has to walk for each program. It counts nothing: a packet makes a limited number of program
//! calls, so it makes a limited number of such steps.

use crate::quick::{Slot, flag};
use crate::step::{EXIT, JMP, branch, program_call};
use crate::{Flow, Machine, direct, frequent, jump};

/// Instructions the short interpreter executes at most.
pub const SHORT_STEPS: u32 = 4;

/// Executes instructions up to a program call, the outermost return, or one that is not
/// simple; then, and after [`SHORT_STEPS`], it is [`Flow::Escape`], and [`step`](crate::step())
/// goes on. The number is that of the instructions before the last one.
#[inline(always)]
pub fn run_short<M: Machine>(machine: &mut M, pc: &mut u32) -> (Flow, u32) {
    let mut steps = 0;
    while steps < SHORT_STEPS {
        match step_simple(machine, pc) {
            Flow::Next => steps += 1,
            flow => return (flow, steps),
        }
    }
    (Flow::Escape, steps)
}

/// Executes the slot at `pc` if it is simple.
#[inline(always)]
fn step_simple<M: Machine>(machine: &mut M, pc: &mut u32) -> Flow {
    let slot = Slot(machine.fetch(*pc));
    if M::has::<{ flag::CALL }>(slot) {
        *pc = pc.wrapping_add(1);
        return Flow::Program(program_call(machine, slot));
    }
    let flow = if frequent::execute(machine, pc, slot) {
        Flow::Next
    } else if M::has::<{ flag::DIRECT }>(slot) {
        direct::execute(machine, slot)
    } else if slot.opcode() == EXIT && machine.state().depth == 0 {
        return Flow::End;
    } else if slot.opcode() & 7 == JMP {
        branch(machine, pc, slot, jump::holds64)
    } else {
        Flow::Escape
    };
    match flow {
        Flow::Next => {
            *pc = pc.wrapping_add(1);
            Flow::Next
        }
        // A fault too is found once more, by the executor, which says where it was.
        _ => Flow::Escape,
    }
}
