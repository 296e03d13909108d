//! What branches have shown: behind `x == 3` the value is 3, and a comparison that follows
//! from one on the way, or contradicts it, is decided.

use crate::ir::analysis::{Dominators, predecessors};
use crate::ir::rewrite::{map_end, map_op};
use crate::ir::{BlockId, Condition, Function, Operand, Target, Terminator, ValueId};
use interval::implied;

mod interval;

/// Blocks on the way to a block that are looked at; of longer ways the last part counts.
const MAX_BLOCKS: usize = 64;

/// Puts constants in place of values that have been compared, and decides branches.
pub fn run(function: &mut Function) -> bool {
    let facts = Facts::collect(function);
    let mut changed = false;
    for id in function.block_ids() {
        let here: Vec<Fact> = facts.at(id).collect();
        if here.is_empty() {
            continue;
        }
        let known = |operand: Operand| match operand {
            Operand::Value(value) => constant(&here, value).unwrap_or(operand),
            constant => constant,
        };
        let mut replace = |operand| {
            let by = known(operand);
            changed |= by != operand;
            by
        };
        let block = function.block_mut(id);
        for inst in &mut block.insts {
            map_op(&mut inst.op, &mut replace);
        }
        map_end(&mut block.end, &mut replace);
        if let Some(target) = decided(&here, &block.end) {
            block.end = Terminator::Jump(target);
            changed = true;
        }
    }
    changed
}

/// A comparison that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fact {
    condition: Condition,
    left: Operand,
    right: Operand,
}

/// The facts that hold in each block: its own, and those of the blocks that dominate it.
struct Facts {
    own: Vec<Option<Fact>>,
    dominators: Dominators,
}

impl Facts {
    fn collect(function: &Function) -> Self {
        let preds = predecessors(function);
        let of_block = |id: BlockId| match preds[id.index()].as_slice() {
            [only] => shown(&function.block(*only).end, id),
            _ => None,
        };
        Self {
            own: function.block_ids().map(of_block).collect(),
            dominators: Dominators::new(function),
        }
    }

    /// The facts that hold in a block, the last one first.
    fn at(&self, id: BlockId) -> impl Iterator<Item = Fact> + '_ {
        let is_reached = self.dominators.is_reachable(id).then_some(id);
        let above = std::iter::successors(is_reached, |id| self.dominators.parent(*id));
        above.take(MAX_BLOCKS).filter_map(|id| self.own[id.index()])
    }
}

/// The constant that a value is, by these facts.
fn constant(facts: &[Fact], value: ValueId) -> Option<Operand> {
    let is_value = |fact: &&Fact| {
        let constant = fact.right.constant();
        let is_short = constant.is_some_and(|it| i32::try_from(it as i64).is_ok());
        fact.condition == Condition::Eq && fact.left == Operand::Value(value) && is_short
    };
    facts.iter().find(is_value).map(|fact| fact.right)
}

/// Where a branch certainly goes, by these facts.
fn decided(facts: &[Fact], end: &Terminator) -> Option<Target> {
    let Terminator::Branch {
        condition,
        left,
        right,
        then,
        otherwise,
    } = end
    else {
        return None;
    };
    let test = Fact {
        condition: *condition,
        left: *left,
        right: *right,
    };
    match facts.iter().find_map(|fact| follows(*fact, test))? {
        true => Some(then.clone()),
        false => Some(otherwise.clone()),
    }
}

/// What is known in a block that only this branch leads to.
fn shown(end: &Terminator, to: BlockId) -> Option<Fact> {
    let Terminator::Branch {
        condition,
        left,
        right,
        then,
        ..
    } = end
    else {
        return None;
    };
    let condition = match then.block == to {
        true => Some(*condition),
        false => condition.negated(),
    };
    Some(Fact {
        condition: condition?,
        left: *left,
        right: *right,
    })
}

/// Whether a test holds, if a fact says so.
fn follows(fact: Fact, test: Fact) -> Option<bool> {
    if fact.left != test.left {
        return None;
    }
    match (fact.right, test.right) {
        (Operand::Const(fact_right), Operand::Const(test_right)) => {
            implied((fact.condition, fact_right), (test.condition, test_right))
        }
        _ if fact.right != test.right => None,
        _ if fact.condition == test.condition => Some(true),
        _ => (fact.condition.negated() == Some(test.condition)).then_some(false),
    }
}
