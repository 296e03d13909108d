//! What branches have shown: behind `x == 3` the value is 3, and a comparison that follows
//! from one on the way, or contradicts it, is decided.

use super::{Change, Workspace};
use crate::ir::rewrite::map_operands;
use crate::ir::shape::Shape;
use crate::ir::{Block, BlockId, Condition, Function, Operand, Target, Terminator, ValueId};
use interval::implied;

mod interval;

/// Blocks on the way to a block that are looked at; of longer ways the last part counts.
pub const MAX_BLOCKS: usize = 64;

/// Puts constants in place of values that have been compared, and decides branches.
pub fn run(function: &mut Function, workspace: &mut Workspace) -> Change {
    let Workspace { shape, facts, .. } = workspace;
    shape.update(function);
    shape.find_predecessors();
    if !facts.collect(function, shape) {
        return Change::None;
    }
    shape.find_dominators();
    let mut changed = false;
    for &id in shape.order() {
        let block = function.block_mut(id);
        let found = facts.find(shape, id);
        let is_branch = matches!(block.end, Terminator::Branch { .. });
        let matters = found.constants || (found.any && is_branch);
        if !matters {
            continue;
        }
        facts.look(shape, id);
        let here = &facts.here;
        if found.constants {
            changed |= put_constants(block, here);
        }
        if let Some(target) = decided(here, &mut block.end) {
            block.end = Terminator::Jump(target);
            changed = true;
        }
    }
    Change::if_any(changed)
}

/// Puts constants in place of values that are known to be equal to them.
fn put_constants(block: &mut Block, facts: &[Fact]) -> bool {
    let mut changed = false;
    map_operands(block, &mut |operand| {
        let by = operand.value().and_then(|value| constant(facts, value));
        changed |= by.is_some();
        by.unwrap_or(operand)
    });
    changed
}

/// A comparison that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact {
    condition: Condition,
    left: Operand,
    right: Operand,
}

/// The facts that hold in each block: its own, and those of the blocks that dominate it.
#[derive(Default)]
pub struct Facts {
    own: Vec<Option<Fact>>,
    /// For each block, what kinds of facts hold in it.
    kinds: Vec<Kinds>,
    /// The facts that hold in one block, the last one first.
    here: Vec<Fact>,
}

/// What kinds of facts hold in a block.
#[derive(Clone, Copy, Default)]
struct Kinds {
    any: bool,
    /// One says that a value is a constant.
    constants: bool,
}

impl Facts {
    /// Collects each block's own; says whether there is one.
    fn collect(&mut self, function: &Function, shape: &Shape) -> bool {
        self.own.clear();
        self.own
            .extend(function.block_ids().map(|id| match shape.predecessors(id) {
                [only] => shown(&function.block(*only).end, id),
                _ => None,
            }));
        self.kinds.clear();
        self.kinds.resize(self.own.len(), Kinds::default());
        self.own.iter().any(Option::is_some)
    }

    /// Finds what kinds of facts hold in a block, when that is known of its dominator.
    fn find(&mut self, shape: &Shape, id: BlockId) -> Kinds {
        let parent = shape.parent(id);
        let mut kinds = parent.map_or_else(Kinds::default, |it| self.kinds[it.index()]);
        if let Some(own) = &self.own[id.index()] {
            kinds.any = true;
            kinds.constants |= own.condition == Condition::Eq;
        }
        self.kinds[id.index()] = kinds;
        kinds
    }

    /// Looks up the facts that hold in a block.
    fn look(&mut self, shape: &Shape, id: BlockId) {
        let above = std::iter::successors(Some(id), |id| shape.parent(*id));
        let facts = above.take(MAX_BLOCKS).filter_map(|id| self.own[id.index()]);
        self.here.clear();
        self.here.extend(facts);
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
fn decided(facts: &[Fact], end: &mut Terminator) -> Option<Target> {
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
    let target = match facts.iter().find_map(|fact| follows(*fact, test))? {
        true => then,
        false => otherwise,
    };
    Some(std::mem::replace(target, Target::bare(BlockId::ENTRY)))
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
