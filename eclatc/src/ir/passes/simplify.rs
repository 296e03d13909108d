//! Constant folding and propagation, algebra, cheaper operations, decided branches.

use super::known::{Computation, Known, mask};
use super::{Change, Workspace};
use crate::ir::rewrite::{Substitution, map_end, map_op};
use crate::ir::{BinaryOp, Function, Inst, Op, Operand, Terminator, UnaryOp};

mod branch;

pub use branch::decide;

/// Simplifies every instruction and terminator once.
pub fn run(function: &mut Function, workspace: &mut Workspace) -> Change {
    let Workspace {
        shape,
        known,
        known_as,
        ..
    } = workspace;
    shape.update(function);
    shape.find_predecessors();
    known.reset(function);
    known_as.reset(function);
    let (mut changed, mut decided) = (false, false);
    for &id in shape.order() {
        known.enter(function, shape, id);
        let block = function.block_mut(id);
        block.insts.retain_mut(|inst| {
            let (kept, is_new) = simplify_inst(inst, known, known_as);
            changed |= !kept || is_new;
            kept
        });
        let branched = matches!(block.end, Terminator::Branch { .. });
        changed |= substitute_in_end(&mut block.end, known_as);
        changed |= branch::simplify(&mut block.end, known);
        decided |= branched && matches!(block.end, Terminator::Jump(_));
    }
    // Where control only goes on, every use came after its definition.
    if !shape.is_forward() {
        known_as.apply(function);
    }
    match changed && shape.is_forward() && !decided {
        true => Change::Operations,
        false => Change::if_any(changed),
    }
}

fn substitute_in_end(end: &mut Terminator, known_as: &Substitution) -> bool {
    let mut changed = false;
    if !known_as.is_empty() {
        map_end(end, &mut |operand| {
            let by = known_as.resolve(operand);
            changed |= by != operand;
            by
        });
    }
    changed
}

/// Whether the instruction is still needed, and whether it is another one.
fn simplify_inst(inst: &mut Inst, known: &mut Known, known_as: &mut Substitution) -> (bool, bool) {
    let mut changed = false;
    if !known_as.is_empty() {
        map_op(&mut inst.op, &mut |operand| {
            let by = known_as.resolve(operand);
            changed |= by != operand;
            by
        });
    }
    let Some(result) = inst.result else {
        return (true, changed);
    };
    // A rule may open the way for another one, so until none applies.
    loop {
        match rewritten(&inst.op, known) {
            Some(Rewrite::Same(operand)) => {
                known_as.replace(result, operand);
                return (false, true);
            }
            Some(Rewrite::As(op)) => {
                inst.op = op;
                changed = true;
            }
            None => break,
        }
    }
    known.define(result, &inst.op);
    (true, changed)
}

/// What an instruction can be replaced by.
enum Rewrite {
    /// Another instruction, always closer to the canonical form.
    As(Op),
    /// A constant or a value that exists.
    Same(Operand),
}

fn constant(value: u64) -> Option<Rewrite> {
    Some(Rewrite::Same(Operand::Const(value)))
}

fn same(operand: Operand) -> Option<Rewrite> {
    Some(Rewrite::Same(operand))
}

fn binary(op: BinaryOp, left: Operand, right: impl Into<Operand>) -> Option<Rewrite> {
    Some(Rewrite::As(Op::Binary(op, left, right.into())))
}

fn rewritten(op: &Op, known: &Known) -> Option<Rewrite> {
    match *op {
        Op::Const(value) => constant(value),
        Op::Unary(op, Operand::Const(value)) => constant(op.compute(value)),
        Op::Unary(op, value) => unary(op, value, known),
        Op::Binary(op, Operand::Const(left), Operand::Const(right)) => {
            constant(op.compute(left, right))
        }
        Op::Binary(op, left, Operand::Const(right)) => with_constant(op, left, right, known),
        Op::Binary(op, left, right) => with_value(op, left, right),
        Op::Call(..) => None,
    }
}

fn unary(op: UnaryOp, value: Operand, known: &Known) -> Option<Rewrite> {
    let Some(bits) = op.kept_bits() else {
        return complement(op, value, known);
    };
    let kept = if op.is_signed() { bits - 1 } else { bits };
    if known.limit(value) <= mask(kept) {
        return same(value);
    }
    if op.is_signed()
        && let Some(Computation::Unary(inner, _)) = known.op(value)
        && inner.is_signed()
        && inner.kept_bits() <= Some(bits)
    {
        return same(value);
    }
    if let Some(wider) = low_bits_of(value, bits, known) {
        return Some(Rewrite::As(Op::Unary(op, wider)));
    }
    match op {
        UnaryOp::Zext8 | UnaryOp::Zext16 => binary(BinaryOp::And, value, mask(bits)),
        _ => None,
    }
}

fn complement(op: UnaryOp, value: Operand, known: &Known) -> Option<Rewrite> {
    match (op, known.op(value)) {
        (UnaryOp::Neg, Some(Computation::Unary(UnaryOp::Neg, inner))) => same(inner),
        (UnaryOp::Not, _) => binary(BinaryOp::Xor, value, u64::MAX),
        _ => None,
    }
}

/// What has the same low bits as `value` and is computed before it.
fn low_bits_of(value: Operand, bits: u32, known: &Known) -> Option<Operand> {
    match known.op(value)? {
        Computation::Unary(inner, from) if inner.kept_bits() >= Some(bits) => Some(from),
        Computation::Binary(BinaryOp::And, from, Operand::Const(kept))
            if kept & mask(bits) == mask(bits) =>
        {
            Some(from)
        }
        _ => None,
    }
}

/// Rules for a constant on the right side.
fn with_constant(op: BinaryOp, left: Operand, right: u64, known: &Known) -> Option<Rewrite> {
    identity(op, left, right)
        .or_else(|| cheaper(op, left, right))
        .or_else(|| masked(op, left, right, known))
        .or_else(|| combined(op, left, right, known))
}

/// Results that are the left side or a constant.
fn identity(op: BinaryOp, left: Operand, right: u64) -> Option<Rewrite> {
    use BinaryOp::{Add, And, Ashr, Lshr, Mul, Or, Sdiv, Shl, Smod, Sub, Udiv, Umod, Xor};
    match (op, right) {
        (Add | Sub | Or | Xor, 0) | (Mul | Udiv | Sdiv, 1) | (And, u64::MAX) => same(left),
        (Shl | Lshr | Ashr, _) if right & 63 == 0 => same(left),
        (Umod | Smod, 0) => same(left),
        (Mul | And | Udiv | Sdiv, 0) | (Umod, 1) | (Smod, 1 | u64::MAX) => constant(0),
        (Or, u64::MAX) => constant(u64::MAX),
        _ => None,
    }
}

/// Operations that do the same and are cheaper, or the one form of several equal ones.
fn cheaper(op: BinaryOp, left: Operand, right: u64) -> Option<Rewrite> {
    use BinaryOp::{Add, And, Ashr, Lshr, Mul, Sdiv, Shl, Sub, Udiv, Umod};
    let log = u64::from(right.trailing_zeros());
    match op {
        Sub => binary(Add, left, right.wrapping_neg()),
        Mul | Sdiv if right == u64::MAX => Some(Rewrite::As(Op::Unary(UnaryOp::Neg, left))),
        Mul if right.is_power_of_two() => binary(Shl, left, log),
        Udiv if right.is_power_of_two() => binary(Lshr, left, log),
        Umod if right.is_power_of_two() => binary(And, left, right - 1),
        And if right == mask(32) => Some(Rewrite::As(Op::Unary(UnaryOp::Zext32, left))),
        Shl | Lshr | Ashr if right > 63 => binary(op, left, right & 63),
        _ => None,
    }
}

/// Masks that keep every bit there is, or cover a mask or extension before them.
fn masked(op: BinaryOp, left: Operand, right: u64, known: &Known) -> Option<Rewrite> {
    if op == BinaryOp::Lshr && known.limit(left) >> (right & 63) == 0 {
        return constant(0);
    }
    if op != BinaryOp::And {
        return None;
    }
    let all = mask(64 - known.limit(left).leading_zeros());
    if right & all == all {
        return same(left);
    }
    if right & all == 0 {
        return constant(0);
    }
    match known.op(left) {
        Some(Computation::Unary(inner, from)) if right <= mask(inner.kept_bits()?) => {
            binary(op, from, right)
        }
        _ => None,
    }
}

/// One operation for two of the same kind with constants.
fn combined(op: BinaryOp, left: Operand, right: u64, known: &Known) -> Option<Rewrite> {
    use BinaryOp::{Add, And, Ashr, Lshr, Mul, Or, Shl, Xor};
    let Some(Computation::Binary(inner, from, Operand::Const(first))) = known.op(left) else {
        return None;
    };
    if inner != op {
        return None;
    }
    match op {
        Add | And | Or | Xor | Mul => binary(op, from, op.compute(first, right)),
        Shl | Lshr if first + right > 63 => constant(0),
        Shl | Lshr => binary(op, from, first + right),
        Ashr => binary(op, from, (first + right).min(63)),
        _ => None,
    }
}

/// Rules for a value on the right side.
fn with_value(op: BinaryOp, left: Operand, right: Operand) -> Option<Rewrite> {
    use BinaryOp::{And, Ashr, Lshr, Or, Sdiv, Shl, Smod, Sub, Udiv, Umod, Xor};
    match (op, left) {
        (Sub | Xor | Umod | Smod, _) if left == right => constant(0),
        (And | Or, _) if left == right => same(left),
        (Udiv | Sdiv | Umod | Smod | Shl | Lshr, Operand::Const(0)) => constant(0),
        (Ashr, Operand::Const(0 | u64::MAX)) => same(left),
        // Constants to the right, else in the order of their numbers, for `cse`.
        _ if op.is_commutative() && left > right => binary(op, right, left),
        _ => None,
    }
}
