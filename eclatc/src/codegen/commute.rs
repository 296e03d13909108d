//! Exchanges the sides of commutative operations where that saves a move.
//!
//! The machine overwrites the left side. If the left one is needed afterwards and the right
//! one is not, it is better to overwrite the right one.

use super::machine::{Inst, Placed, Reg, Source};
use crate::bitset::Bits;
use hike_isa::AluOp;

/// `d = a; d op= b`, the last two of these instructions, becomes `d = b; d op= a` if `a` is
/// live afterwards and `b` is not. What is live before them stays the same.
pub fn exchange<B: Bits + ?Sized>(insts: &mut [Placed<'_>], live: &B) {
    if let [.., (first, _), (second, _)] = insts
        && let Inst::Alu {
            op,
            dst,
            src: Source::Reg(right),
            ..
        } = second
        && let Inst::Move {
            dst: copy,
            src: left,
        } = first
        && *copy == *dst
        && is_commutative(*op)
        && live.has(left.0)
        && !live.has(right.0)
    {
        std::mem::swap::<Reg>(left, right);
    }
}

fn is_commutative(op: AluOp) -> bool {
    matches!(
        op,
        AluOp::Add | AluOp::Mul | AluOp::And | AluOp::Or | AluOp::Xor
    )
}
