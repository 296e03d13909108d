//! Control flow: unreachable blocks, jumps to jumps and to decided branches, straight lines.

use super::implied::MAX_BLOCKS;
use super::simplify::decide;
use super::{Change, Workspace};
use crate::ir::analysis::{count_uses, for_each_use_of_end};
use crate::ir::rewrite::{Substitution, drop_unreachable};
use crate::ir::shape::Shape;
use crate::ir::{Block, BlockId, Function, Operand, Target, Terminator, ValueId};

/// Threads jumps, drops what cannot be reached any more, and joins straight lines.
pub fn run(function: &mut Function, workspace: &mut Workspace) -> Change {
    workspace.shape.update(function);
    let is_plain = workspace.shape.is_forward() && function.blocks.len() <= MAX_BLOCKS;
    let threaded = thread_jumps(function, &mut workspace.ways);
    if threaded.happened() {
        workspace.shape.doubt();
    }
    let dropped = match drop_unreachable(function, &mut workspace.shape) {
        true => Change::Jumps,
        false => Change::None,
    };
    let joined = join_lines(function, workspace);
    if joined.happened() {
        workspace.shape.doubt();
        drop_unreachable(function, &mut workspace.shape);
    }
    match threaded.and(dropped).and(joined) {
        change if !is_plain => Change::if_any(change.happened()),
        Change::Jumps if workspace.ways.some_are_read => Change::SomeJumps,
        change => change,
    }
}

/// Steps a jump is followed; a longer way is left to the next round.
const MAX_STEPS: usize = 64;

fn thread_jumps(function: &mut Function, ways: &mut Ways) -> Change {
    if !ways.find(function) {
        return Change::None;
    }
    let mut change = Change::None;
    for id in function.block_ids() {
        if !function.block(id).successors().any(|next| ways.has(next)) {
            continue;
        }
        // All of the block's targets are followed before any of them is changed.
        let follow = |target: &Target| thread(function, ways, target);
        let new = match &function.block(id).end {
            Terminator::Jump(target) => [follow(target), None],
            Terminator::Branch {
                then, otherwise, ..
            } => [follow(then), follow(otherwise)],
            Terminator::Return(_) | Terminator::Finish(..) => continue,
        };
        let end = &mut function.block_mut(id).end;
        for (target, threaded) in end.targets_mut().zip(new) {
            if let Some(threaded) = threaded {
                *target = threaded.to;
                change = change.and(threaded.change);
            }
        }
        if change.happened() && has_one_way(end) {
            change = Change::Anything;
        }
    }
    change
}

/// Whether both sides of a branch are the same.
fn has_one_way(end: &Terminator) -> bool {
    matches!(end, Terminator::Branch { then, otherwise, .. } if then == otherwise)
}

/// A jump that need not go through an empty block.
struct Threaded {
    to: Target,
    /// Anything when a branch on the way is decided.
    change: Change,
}

/// Where a jump leads in the end, if that is another place.
fn thread(function: &Function, ways: &Ways, target: &Target) -> Option<Threaded> {
    let mut last = through(function, ways, target)?;
    for _ in 1..MAX_STEPS {
        match through(function, ways, &last.to) {
            Some(next) => {
                last = Threaded {
                    change: last.change.and(next.change),
                    to: next.to,
                }
            }
            None => break,
        }
    }
    Some(last)
}

/// For each block, whether jumps to it may be threaded.
#[derive(Default)]
pub struct Ways {
    is_way: Vec<bool>,
    /// Whether there are empty blocks that could be passed if their parameters were not read
    /// elsewhere.
    some_are_read: bool,
    /// How often each value is read.
    counts: Vec<u32>,
}

impl Ways {
    /// Finds the empty blocks that a jump may pass; says whether there is one. Only their own
    /// terminators read their parameters, so that a jump need not go through them.
    fn find(&mut self, function: &Function) -> bool {
        let Self {
            is_way,
            some_are_read,
            counts,
        } = self;
        *some_are_read = false;
        is_way.clear();
        is_way.extend(function.blocks.iter().map(may_be_passed));
        if !is_way.contains(&true) {
            return false;
        }
        counts.clear();
        for (is_way, block) in is_way.iter_mut().zip(&function.blocks) {
            if *is_way && !block.params.is_empty() {
                if counts.is_empty() {
                    count_uses(function, counts);
                }
                *is_way = reads_all(block, counts);
                *some_are_read |= !*is_way;
            }
        }
        true
    }

    fn has(&self, block: BlockId) -> bool {
        self.is_way[block.index()]
    }
}

/// Whether a block is empty and goes on at a place that can be known before.
fn may_be_passed(block: &Block) -> bool {
    let is_param = |operand: Operand| operand.value().is_some_and(|it| block.params.contains(&it));
    block.insts.is_empty()
        && match &block.end {
            Terminator::Jump(_) => true,
            Terminator::Branch {
                condition,
                left,
                right,
                ..
            } => is_param(*left) || is_param(*right) || decide(*condition, *left, *right).is_some(),
            Terminator::Return(_) | Terminator::Finish(..) => false,
        }
}

/// Whether nothing else than a block's terminator reads its parameters.
fn reads_all(block: &Block, counts: &[u32]) -> bool {
    block.params.iter().all(|param| {
        let mut own = 0;
        for_each_use_of_end(&block.end, |value| own += u32::from(value == *param));
        counts[param.index()] == own
    })
}

/// Where a jump to an empty block goes on, when that is known.
fn through(function: &Function, ways: &Ways, target: &Target) -> Option<Threaded> {
    if !ways.has(target.block) {
        return None;
    }
    let block = function.block(target.block);
    let given = |operand: Operand| argument(block, &target.args, operand);
    let (next, change) = match &block.end {
        Terminator::Jump(next) => (next, Change::Jumps),
        Terminator::Branch {
            condition,
            left,
            right,
            then,
            otherwise,
        } => match decide(*condition, given(*left), given(*right))? {
            true => (then, Change::Anything),
            false => (otherwise, Change::Anything),
        },
        _ => return None,
    };
    if next.block == target.block {
        return None;
    }
    let args = next.args.iter().map(|operand| given(*operand)).collect();
    let to = Target {
        block: next.block,
        args,
    };
    Some(Threaded { to, change })
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
fn join_lines(function: &mut Function, workspace: &mut Workspace) -> Change {
    let Workspace {
        shape, known_as, ..
    } = workspace;
    shape.update(function);
    shape.find_predecessors();
    let mut change = Change::None;
    for id in function.block_ids() {
        while let Some(next) = only_successor(function, shape, id) {
            if !change.happened() {
                known_as.reset(function);
                change = Change::Jumps;
            }
            join(function, id, next, known_as);
        }
    }
    if change.happened() && !known_as.is_empty() {
        known_as.apply(function);
        change = Change::Anything;
    }
    change
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
    match block.insts.is_empty() {
        true => block.insts = tail.insts,
        false => block.insts.extend(tail.insts),
    }
    block.end_span = tail.end_span;
    let jump = std::mem::replace(&mut block.end, tail.end);
    if let Terminator::Jump(target) = jump {
        for (param, argument) in tail.params.into_iter().zip(target.args) {
            known_as.replace(param, argument);
        }
    }
}
