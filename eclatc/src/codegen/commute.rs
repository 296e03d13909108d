//! Exchanges the sides of commutative operations where that saves a move.
//!
//! The machine overwrites the left side. If the left one is needed afterwards and the right
//! one is not, it is better to overwrite the right one.

use super::liveness::{Liveness, Registers, Subject};
use super::machine::{Code, Inst, Label, Reg, Source};
use crate::bitset::Bits;
use crate::source::Span;
use hike_isa::AluOp;

/// Exchanges sides all over a chain. What is live where blocks start stays the same.
pub fn commute(code: &mut Code, liveness: &Liveness, live: &mut Vec<u64>) {
    for label in code.labels() {
        liveness.at_end(code, label, live);
        commute_block(code, label, live);
    }
}

/// Walks through a block from its end; `live` is what is live after it.
fn commute_block(code: &mut Code, label: Label, live: &mut [u64]) {
    let block = code.block_mut(label);
    Registers::read_by_end(block.end, |number| live.include(number));
    for index in (0..block.insts.len()).rev() {
        exchange(&mut block.insts, index, live);
        Registers::written(&block.insts[index].0, |number| live.exclude(number));
        Registers::read(&block.insts[index].0, |number| live.include(number));
    }
}

/// `d = a; d op= b` becomes `d = b; d op= a` if `a` is live afterwards and `b` is not.
fn exchange(insts: &mut [(Inst, Span)], index: usize, live: &[u64]) {
    let Some([(first, _), (second, _)]) = insts.get_mut(index.wrapping_sub(1)..=index) else {
        return;
    };
    if let (
        Inst::Move {
            dst: copy,
            src: left,
        },
        Inst::Alu {
            op,
            dst,
            src: Source::Reg(right),
            ..
        },
    ) = (first, second)
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
