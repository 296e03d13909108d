//! Control flow: unreachable blocks, jumps to jumps and to decided branches, straight lines.

use super::Workspace;
use super::simplify::decide;
use crate::ir::analysis::{count_uses, for_each_use_of_end};
use crate::ir::rewrite::{Substitution, drop_unreachable};
use crate::ir::shape::Shape;
use crate::ir::{Block, BlockId, Function, Operand, Target, Terminator, ValueId};
use smallvec::SmallVec;

/// Threads jumps, drops what cannot be reached any more, and joins straight lines.
pub fn run(function: &mut Function, workspace: &mut Workspace) -> bool {
    let threaded = thread_jumps(function, &mut workspace.local);
    let dropped = drop_unreachable(function, &mut workspace.shape);
    let joined = join_lines(function, workspace);
    if joined {
        drop_unreachable(function, &mut workspace.shape);
    }
    threaded | dropped | joined
}

/// Steps a jump is followed; a longer way is left to the next round.
const MAX_STEPS: usize = 64;

fn thread_jumps(function: &mut Function, local: &mut LocalParams) -> bool {
    let is_on_the_way = |block: &Block| {
        let jumps = matches!(block.end, Terminator::Jump(_) | Terminator::Branch { .. });
        jumps && block.insts.is_empty()
    };
    if !function.blocks.iter().any(is_on_the_way) {
        return false;
    }
    local.find(function);
    let mut changed = false;
    for id in function.block_ids() {
        // All of the block's targets are followed before any of them is changed.
        let threaded = |target: &Target| thread(function, &local.is_local, target);
        let new: SmallVec<[_; 2]> = function.block(id).end.targets().map(threaded).collect();
        let end = &mut function.block_mut(id).end;
        for (target, new) in end.targets_mut().zip(new) {
            if let Some(new) = new {
                *target = new;
                changed = true;
            }
        }
    }
    changed
}

/// Where a jump leads in the end, if that is another place.
fn thread(function: &Function, local: &[bool], target: &Target) -> Option<Target> {
    let mut last = through(function, local, target)?;
    for _ in 1..MAX_STEPS {
        match through(function, local, &last) {
            Some(next) => last = next,
            None => break,
        }
    }
    Some(last)
}

/// For each block, whether only its own terminator reads its parameters, so that a jump
/// need not go through it.
#[derive(Default)]
pub struct LocalParams {
    is_local: Vec<bool>,
    /// How often each value is read.
    counts: Vec<u32>,
}

impl LocalParams {
    fn find(&mut self, function: &Function) {
        let counts = &mut self.counts;
        count_uses(function, counts);
        let is_local = |block: &Block| {
            let mut params = block.params.iter();
            params.all(|param| {
                let mut own = 0;
                for_each_use_of_end(&block.end, |value| own += u32::from(value == *param));
                counts[param.index()] == own
            })
        };
        self.is_local.clear();
        self.is_local.extend(function.blocks.iter().map(is_local));
    }
}

/// Where a jump to an empty block goes on, when that is known.
fn through(function: &Function, local: &[bool], target: &Target) -> Option<Target> {
    let block = function.block(target.block);
    if !block.insts.is_empty() || !local[target.block.index()] {
        return None;
    }
    let given = |operand: Operand| argument(block, &target.args, operand);
    let next = match &block.end {
        Terminator::Jump(next) => next,
        Terminator::Branch {
            condition,
            left,
            right,
            then,
            otherwise,
        } => match decide(*condition, given(*left), given(*right))? {
            true => then,
            false => otherwise,
        },
        _ => return None,
    };
    if next.block == target.block {
        return None;
    }
    Some(Target {
        block: next.block,
        args: next.args.iter().map(|operand| given(*operand)).collect(),
    })
}

/// An operand within `block`, seen from a jump with these arguments.
fn argument(block: &Block, args: &[Operand], operand: Operand) -> Operand {
    let position = |value: ValueId| block.params.iter().position(|param| *param == value);
    match operand.value().and_then(position) {
        Some(index) => args[index],
        None => operand,
    }
}

/// Appends every block to its only predecessor, if that does nothing but jump there.
fn join_lines(function: &mut Function, workspace: &mut Workspace) -> bool {
    let Workspace {
        shape, known_as, ..
    } = workspace;
    shape.update(function);
    let mut changed = false;
    for id in function.block_ids() {
        while let Some(next) = only_successor(function, shape, id) {
            if !std::mem::replace(&mut changed, true) {
                known_as.reset(function);
            }
            join(function, id, next, known_as);
        }
    }
    if changed {
        known_as.apply(function);
    }
    changed
}

fn only_successor(function: &Function, shape: &Shape, id: BlockId) -> Option<BlockId> {
    let Terminator::Jump(target) = &function.block(id).end else {
        return None;
    };
    let alone = shape.predecessors(target.block).len() == 1 && target.block != id;
    alone.then_some(target.block)
}

/// Moves the content of `next` to the end of `id`. What is left of `next` ends the chain and
/// cannot be reached.
fn join(function: &mut Function, id: BlockId, next: BlockId, known_as: &mut Substitution) {
    let span = function.block(next).end_span;
    let emptied = Block::new(Terminator::Return(Operand::Const(0)), span);
    let tail = std::mem::replace(function.block_mut(next), emptied);
    let block = function.block_mut(id);
    block.insts.extend(tail.insts);
    block.end_span = tail.end_span;
    let jump = std::mem::replace(&mut block.end, tail.end);
    if let Terminator::Jump(target) = jump {
        for (param, argument) in tail.params.into_iter().zip(target.args) {
            known_as.replace(param, argument);
        }
    }
}
