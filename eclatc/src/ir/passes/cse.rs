//! Common subexpressions: what a dominating block has computed is not computed again.

use super::known::Computation;
use super::{Change, Workspace};
use crate::ir::rewrite::{map_end, map_op};
use crate::ir::shape::Shape;
use crate::ir::{BlockId, Function, Inst, Operand, ValueId};
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// What was computed.
#[derive(Default)]
pub struct Computed {
    /// As long as it is little, a list is the quickest way to find it.
    few: Vec<(Computation, Home)>,
    many: HashMap<Computation, Home, FixedState>,
}

/// Where something was computed, and the value that has its result.
type Home = (BlockId, ValueId);

/// Computations up to which there is a list.
const FEW: usize = 16;

impl Computed {
    fn clear(&mut self) {
        self.few.clear();
        self.many.clear();
    }

    /// Where something was computed; if it was nowhere, remembers that it was here.
    fn find_or_add(&mut self, computation: Computation, here: Home) -> Option<&mut Home> {
        if let Some(at) = self.few.iter().position(|(it, _)| *it == computation) {
            return Some(&mut self.few[at].1);
        }
        if self.few.len() < FEW {
            self.few.push((computation, here));
            return None;
        }
        match self.many.entry(computation) {
            Entry::Occupied(entry) => Some(entry.into_mut()),
            Entry::Vacant(entry) => {
                entry.insert(here);
                None
            }
        }
    }
}

/// Removes computations whose result exists.
pub fn run(function: &mut Function, workspace: &mut Workspace) -> Change {
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
    Change::if_any(!known_as.is_empty())
}

/// The value that already has the result of `inst`; if there is none, remembers `inst`.
fn find(inst: &Inst, block: BlockId, shape: &Shape, computed: &mut Computed) -> Option<ValueId> {
    let (result, computation) = (inst.result?, Computation::of(&inst.op)?);
    let home = computed.find_or_add(computation, (block, result))?;
    if shape.dominates(home.0, block) {
        return Some(home.1);
    }
    *home = (block, result);
    None
}
