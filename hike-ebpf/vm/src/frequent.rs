//! What chains mostly consist of besides calls: comparisons of a result with a constant and 64-bit
//! arithmetic.
//!
//! Quickening gives such slots a flag. What to do is found by tests of single bits, up to four one
//! after the other; they are branches that a processor foresees, and nothing has to be computed
//! for them.

use crate::Machine;
use crate::quick::{Slot, flag};

/// Executes a frequent slot; does nothing and gives false when it is none. A jump adds its distance
/// to `pc`, the caller adds the one slot, before or after.
#[inline(always)]
pub(crate) fn execute<M: Machine>(machine: &mut M, pc: &mut u32, slot: Slot) -> bool {
    if M::has::<{ flag::EQUAL }>(slot) {
        let equal = machine.reg(slot.dst()) == slot.imm64();
        if equal != M::has::<{ flag::DIFFERENT }>(slot) {
            *pc = pc.wrapping_add(slot.off() as u32);
        }
        return true;
    }
    if M::has::<{ flag::ARITHMETIC }>(slot) {
        let b = if M::has::<{ flag::SOURCE_REG }>(slot) {
            machine.reg(slot.src())
        } else {
            slot.imm64()
        };
        let a = machine.reg(slot.dst());
        machine.set_reg(slot.dst(), arithmetic::<M>(slot, a, b));
        return true;
    }
    false
}

/// Arithmetic with one of the codes that have the flag.
#[inline(always)]
fn arithmetic<M: Machine>(slot: Slot, a: u64, b: u64) -> u64 {
    const LOWEST: u64 = flag::CODE[0];
    if M::has::<{ flag::CODE[3] }>(slot) {
        return if M::has::<LOWEST>(slot) { b } else { a ^ b };
    }
    if !M::has::<{ flag::CODE[2] }>(slot) {
        return if M::has::<LOWEST>(slot) {
            a.wrapping_sub(b)
        } else {
            a.wrapping_add(b)
        };
    }
    if M::has::<{ flag::CODE[1] }>(slot) {
        if M::has::<LOWEST>(slot) {
            a >> (b & 63)
        } else {
            a << (b & 63)
        }
    } else if M::has::<LOWEST>(slot) {
        a & b
    } else {
        a | b
    }
}
