//! Arithmetic and comparisons of constants.

use hike_isa::{AluOp, JumpOp, Slot};

use super::effect::{is_wide, operation};

/// The result of arithmetic, where it is simple.
pub fn arithmetic(slot: Slot, a: u64, b: u64) -> Option<u64> {
    let wide = is_wide(slot);
    let [a, b] = if wide { [a, b] } else { [a, b].map(low) };
    let bits = if wide { 64 } else { 32 };
    let shift = u32::try_from(b).ok().filter(|count| *count < bits);
    let code = operation(slot);
    let is = |op: AluOp| code == op.code();
    let result = if is(AluOp::Add) {
        a.wrapping_add(b)
    } else if is(AluOp::Sub) {
        a.wrapping_sub(b)
    } else if is(AluOp::And) {
        a & b
    } else if is(AluOp::Or) {
        a | b
    } else if is(AluOp::Xor) {
        a ^ b
    } else if is(AluOp::ShiftLeft) {
        a << shift?
    } else if is(AluOp::ShiftRight) {
        a >> shift?
    } else {
        return None;
    };
    Some(if wide { result } else { low(result) })
}

/// Whether arithmetic may have this constant in place of a register: the verifier refuses
/// some of divisions and shifts.
pub fn takes_constant(slot: Slot) -> bool {
    let simple = [AluOp::Add, AluOp::Sub, AluOp::And, AluOp::Or, AluOp::Xor];
    simple.iter().any(|op| op.code() == operation(slot))
}

/// Whether a branch jumps.
pub fn branch(slot: Slot, a: u64, b: u64) -> Option<bool> {
    let wide = is_wide(slot);
    let [a, b] = if wide { [a, b] } else { [a, b].map(low) };
    let signed = |value: u64| match wide {
        true => value.cast_signed(),
        false => i64::from((value as u32).cast_signed()),
    };
    let (x, y) = (signed(a), signed(b));
    let ops = JumpOp::ALL.iter();
    let mut op = ops.filter(|op| op.code() == operation(slot));
    Some(match op.next()? {
        JumpOp::Eq => a == b,
        JumpOp::Ne => a != b,
        JumpOp::Gt => a > b,
        JumpOp::Ge => a >= b,
        JumpOp::Lt => a < b,
        JumpOp::Le => a <= b,
        JumpOp::Set => a & b != 0,
        JumpOp::SignedGt => x > y,
        JumpOp::SignedGe => x >= y,
        JumpOp::SignedLt => x < y,
        JumpOp::SignedLe => x <= y,
    })
}

/// The lower half.
pub const fn low(value: u64) -> u64 {
    value & 0xffff_ffff
}

/// A value as the immediate that is extended to it.
pub fn immediate(value: u64) -> Option<i32> {
    i32::try_from(value.cast_signed()).ok()
}
