//! Control flow: unreachable blocks, jumps to jumps and to decided branches, straight lines.

use super::simplify::decide;
use crate::ir::analysis::{for_each_use_of_end, predecessors, use_counts};
use crate::ir::rewrite::{Substitution, drop_unreachable};
use crate::ir::{Block, BlockId, Function, Operand, Target, Terminator, ValueId};

/// Threads jumps, drops what cannot be reached any more, and joins straight lines.
pub fn run(function: &mut Function) -> bool {
    let threaded = thread_jumps(function);
    let dropped = drop_unreachable(function);
    let joined = join_lines(function);
    if joined {
        drop_unreachable(function);
    }
    threaded | dropped | joined
}

/// Steps a jump is followed; a longer way is left to the next round.
const MAX_STEPS: usize = 64;

fn thread_jumps(function: &mut Function) -> bool {
    let local = blocks_with_local_params(function);
    let mut changed = false;
    for id in function.block_ids() {
        let mut end = function.block(id).end.clone();
        for target in end.targets_mut() {
            for _ in 0..MAX_STEPS {
                let Some(next) = through(function, &local, target) else {
                    break;
                };
                *target = next;
                changed = true;
            }
        }
        function.block_mut(id).end = end;
    }
    changed
}

/// For each block, whether only its own terminator reads its parameters, so that a jump
/// need not go through it.
fn blocks_with_local_params(function: &Function) -> Vec<bool> {
    let counts = use_counts(function);
    let is_local = |block: &Block| {
        let mut own = vec![0; block.params.len()];
        for_each_use_of_end(&block.end, |value| {
            if let Some(index) = block.params.iter().position(|param| *param == value) {
                own[index] += 1;
            }
        });
        let mut params = block.params.iter().zip(own);
        params.all(|(param, own)| counts[param.index()] == own)
    };
    function.blocks.iter().map(is_local).collect()
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
fn join_lines(function: &mut Function) -> bool {
    let preds = predecessors(function);
    let mut known_as = Substitution::new(function);
    let mut changed = false;
    for id in function.block_ids() {
        while let Some(next) = only_successor(function, &preds, id) {
            join(function, id, next, &mut known_as);
            changed = true;
        }
    }
    known_as.apply(function);
    changed
}

fn only_successor(function: &Function, preds: &[Vec<BlockId>], id: BlockId) -> Option<BlockId> {
    let Terminator::Jump(target) = &function.block(id).end else {
        return None;
    };
    let alone = preds[target.block.index()].len() == 1 && target.block != id;
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
