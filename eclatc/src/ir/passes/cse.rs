//! Common subexpressions: what a dominating block has computed is not computed again.

use crate::ir::analysis::Dominators;
use crate::ir::rewrite::{Substitution, map_end, map_op};
use crate::ir::{BinaryOp, BlockId, Function, Inst, Op, Operand, UnaryOp, ValueId};
use std::collections::BTreeMap;

/// Removes computations whose result exists.
pub fn run(function: &mut Function) -> bool {
    let dominators = Dominators::new(function);
    let mut known_as = Substitution::new(function);
    let mut computed = BTreeMap::new();
    let mut changed = false;
    for &id in &dominators.order {
        let block = function.block_mut(id);
        block.insts.retain_mut(|inst| {
            map_op(&mut inst.op, &mut |operand| known_as.resolve(operand));
            let known = find(inst, id, &dominators, &mut computed);
            if let (Some(result), Some(known)) = (inst.result, known) {
                known_as.replace(result, Operand::Value(known));
                changed = true;
            }
            known.is_none()
        });
        map_end(&mut block.end, &mut |operand| known_as.resolve(operand));
    }
    known_as.apply(function);
    changed
}

/// The value that already has the result of `inst`; if there is none, remembers `inst`.
fn find(
    inst: &Inst,
    block: BlockId,
    dominators: &Dominators,
    computed: &mut BTreeMap<Key, (BlockId, ValueId)>,
) -> Option<ValueId> {
    let (result, key) = (inst.result?, key(&inst.op)?);
    match computed.get(&key) {
        Some((home, known)) if dominators.dominates(*home, block) => Some(*known),
        _ => {
            computed.insert(key, (block, result));
            None
        }
    }
}

/// A computation whose result depends on nothing else.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Unary(UnaryOp, Operand),
    Binary(BinaryOp, Operand, Operand),
}

fn key(op: &Op) -> Option<Key> {
    match *op {
        Op::Unary(op, value) => Some(Key::Unary(op, value)),
        Op::Binary(op, left, right) => Some(Key::Binary(op, left, right)),
        Op::Const(_) | Op::Call(..) => None,
    }
}
