//! The short interpreter, which every program ends with.
//!
//! It goes a few steps and knows only what most chains mostly consist of: program calls, 64-bit
//! arithmetic and jumps, the outermost return. What it knows decides how much the verifier has
//! to walk for each program. It counts nothing: a packet makes a limited number of program
//! calls, so it makes a limited number of such steps.

use crate::quick::Slot;
use crate::step::{ALU64, EXIT, JMP, arithmetic, branch, program_call};
use crate::{Flow, Machine, alu, jump};

/// 64-bit comparisons with a constant, `==` and `!=`.
const IF_EQUAL: u8 = 0x15;
const IF_DIFFERENT: u8 = 0x55;

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
    if slot.is_program_call() {
        *pc += 1;
        return Flow::Program(program_call(machine, slot));
    }
    match slot.opcode() {
        // What a chain does with most results, ahead of the rest.
        IF_EQUAL => {
            if machine.reg(slot.dst()) == slot.imm64() {
                *pc = pc.wrapping_add(slot.off() as u32);
            }
            *pc = pc.wrapping_add(1);
            return Flow::Next;
        }
        IF_DIFFERENT => {
            if machine.reg(slot.dst()) != slot.imm64() {
                *pc = pc.wrapping_add(slot.off() as u32);
            }
            *pc = pc.wrapping_add(1);
            return Flow::Next;
        }
        _ => {}
    }
    match slot.opcode() & 7 {
        ALU64 => match arithmetic(machine, slot, alu::simple64) {
            Flow::Next => {}
            _ => return Flow::Escape,
        },
        JMP if slot.opcode() == EXIT => {
            return if machine.state().depth == 0 {
                Flow::End
            } else {
                Flow::Escape
            };
        }
        JMP => match branch(machine, pc, slot, jump::holds64) {
            Flow::Next => {}
            _ => return Flow::Escape,
        },
        _ => return Flow::Escape,
    }
    *pc = pc.wrapping_add(1);
    Flow::Next
}
