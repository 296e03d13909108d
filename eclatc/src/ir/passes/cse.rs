//! Common subexpressions: what a dominating block has computed is not computed again.

use super::Workspace;
use super::known::Computation;
use crate::ir::rewrite::{map_end, map_op};
use crate::ir::shape::Shape;
use crate::ir::{BlockId, Function, Inst, Operand, ValueId};
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Where something was computed, and the value that has its result.
pub type Computed = HashMap<Computation, (BlockId, ValueId), FixedState>;

/// Removes computations whose result exists.
pub fn run(function: &mut Function, workspace: &mut Workspace) -> bool {
    let Workspace {
        shape,
        known_as,
        computed,
        ..
    } = workspace;
    shape.update(function);
    shape.find_dominators();
    known_as.reset(function);
    computed.clear();
    for &id in shape.order() {
        let block = function.block_mut(id);
        block.insts.retain_mut(|inst| {
            if !known_as.is_empty() {
                map_op(&mut inst.op, &mut |operand| known_as.resolve(operand));
            }
            let known = find(inst, id, shape, computed);
            if let (Some(result), Some(known)) = (inst.result, known) {
                known_as.replace(result, Operand::Value(known));
            }
            known.is_none()
        });
        if !known_as.is_empty() {
            map_end(&mut block.end, &mut |operand| known_as.resolve(operand));
        }
    }
    known_as.apply(function);
    !known_as.is_empty()
}

/// The value that already has the result of `inst`; if there is none, remembers `inst`.
fn find(inst: &Inst, block: BlockId, shape: &Shape, computed: &mut Computed) -> Option<ValueId> {
    let (result, computation) = (inst.result?, Computation::of(&inst.op)?);
    match computed.entry(computation) {
        Entry::Occupied(mut entry) => {
            let (home, known) = *entry.get();
            if shape.dominates(home, block) {
                return Some(known);
            }
            entry.insert((block, result));
        }
        Entry::Vacant(entry) => {
            entry.insert((block, result));
        }
    }
    None
}
