//! Inlining: a small chain, and one that is called once, takes the place of its calls.
//!
//! Callees come first, so that what is put in has been made short and has had its own calls
//! replaced. Chains that can come back to themselves stay apart. The chain itself stays as
//! well: maps and other scripts may name it.

use super::Workspace;
use crate::ir::{
    Block, BlockId, Callee, Function, Inst, Module, Op, Operand, Symbol, Target, Terminator,
    ValueId, rewrite::map_operands,
};
use hike_abi::limits::CHAIN_INSNS;
use order::{call_counts, callees_first};
use pressure::pressure;
use std::collections::BTreeMap;

mod order;
mod pressure;

/// Slots up to which a chain is always put in: about what a call and its way in and out take.
const SMALL: usize = 8;
/// Slots up to which a chain is put in that is called in one place only. A larger one never is.
pub const ONCE: usize = 40;
/// Slots up to which a chain may grow: well below what the VM takes.
const LARGEST: usize = CHAIN_INSNS / 2;
/// Values that may be needed at one time in both chains together: well below what registers
/// and a frame's stack hold.
const MOST_VALUES: usize = 14;

/// Replaces calls in every chain, and makes the chains that have changed short again.
pub fn run(module: &mut Module) {
    if module.functions.iter().all(|it| calls(it).next().is_none()) {
        return;
    }
    let mut workspace = Workspace::default();
    let counts = call_counts(module);
    let mut candidates: BTreeMap<Symbol, Candidate> = BTreeMap::new();
    for (index, recursive) in callees_first(module) {
        let function = &mut module.functions[index];
        if put_in(function, &candidates) {
            super::check("inline", function);
            super::optimize_function(function, &mut workspace);
        }
        let size = size(function);
        let once = counts.get(&function.symbol) == Some(&1);
        if !recursive && size <= if once { ONCE } else { SMALL } {
            let candidate = Candidate {
                size,
                pressure: pressure(function),
                function: function.clone(),
            };
            candidates.insert(function.symbol.clone(), candidate);
        }
    }
}

/// A chain that may take the place of its calls.
struct Candidate {
    function: Function,
    size: usize,
    pressure: usize,
}

/// Puts candidates in place of their calls; says whether there was one.
fn put_in(function: &mut Function, candidates: &BTreeMap<Symbol, Candidate>) -> bool {
    if !calls(function).any(|symbol| candidates.contains_key(symbol)) {
        return false;
    }
    let mut room = LARGEST.saturating_sub(size(function));
    if room == 0 {
        return false;
    }
    let spare = MOST_VALUES.saturating_sub(pressure(function));
    let before = function.blocks.len();
    let mut at = 0;
    // Blocks that are put in hold no calls to be replaced, those behind them may.
    while at < function.blocks.len() {
        let found = first_call(function.block(BlockId(at as u32)), |symbol| {
            let candidate = candidates.get(symbol)?;
            (candidate.size <= room && candidate.pressure <= spare).then_some(candidate)
        });
        if let Some((inst, candidate)) = found {
            room -= candidate.size;
            splice(function, BlockId(at as u32), inst, &candidate.function);
        }
        at += 1;
    }
    function.blocks.len() > before
}

/// The chains that a function calls, once for each call.
pub fn calls(function: &Function) -> impl Iterator<Item = &Symbol> {
    let insts = function.blocks.iter().flat_map(|block| &block.insts);
    insts.filter_map(called)
}

fn called(inst: &Inst) -> Option<&Symbol> {
    match &inst.op {
        Op::Call(Callee::Chain(symbol), _) => Some(symbol),
        _ => None,
    }
}

fn first_call<'c>(
    block: &Block,
    candidate: impl Fn(&Symbol) -> Option<&'c Candidate>,
) -> Option<(usize, &'c Candidate)> {
    let mut insts = block.insts.iter().enumerate();
    insts.find_map(|(index, inst)| Some((index, candidate(called(inst)?)?)))
}

/// Splits a block at a call and puts the callee's blocks between the parts.
fn splice(function: &mut Function, id: BlockId, at: usize, callee: &Function) {
    let first = function.blocks.len() as u32;
    let behind = BlockId(first + callee.blocks.len() as u32);
    let block = function.block_mut(id);
    let rest = block.insts.split_off(at + 1);
    let call = block.insts.pop();
    let (result, args) = match call {
        Some(Inst {
            result,
            op: Op::Call(_, args),
            ..
        }) => (result, args),
        _ => unreachable!("the place of a call"),
    };
    let entry = Target {
        block: BlockId(first),
        args,
    };
    let end = std::mem::replace(&mut block.end, Terminator::Jump(entry));
    let continuation = Block {
        params: result.into_iter().collect(),
        insts: rest,
        end,
        end_span: block.end_span,
    };
    let values = function.values;
    function.values += callee.values;
    let copies = callee.blocks.iter().cloned();
    function.blocks.extend(copies.map(|copy| {
        let copy = moved(copy, first, values);
        returning_to(copy, behind, result.is_some())
    }));
    function.blocks.push(continuation);
}

/// A block of the callee with the numbers it has in the caller.
fn moved(mut block: Block, blocks: u32, values: u32) -> Block {
    let shift = |value: ValueId| ValueId(value.0 + values);
    block
        .params
        .iter_mut()
        .for_each(|param| *param = shift(*param));
    let results = block
        .insts
        .iter_mut()
        .filter_map(|inst| inst.result.as_mut());
    results.for_each(|result| *result = shift(*result));
    map_operands(&mut block, &mut |operand| match operand {
        Operand::Value(value) => shift(value).into(),
        constant => constant,
    });
    for target in block.end.targets_mut() {
        target.block.0 += blocks;
    }
    block
}

/// The same block, which goes on behind the call where it returned.
fn returning_to(mut block: Block, behind: BlockId, wanted: bool) -> Block {
    if let Terminator::Return(value) = block.end {
        block.end = Terminator::Jump(Target {
            block: behind,
            args: wanted.then_some(value).into_iter().collect(),
        });
    }
    block
}

/// About how many slots a function takes.
pub fn size(function: &Function) -> usize {
    let of_block = |block: &Block| {
        let insts = block.insts.iter().map(|inst| match &inst.op {
            Op::Call(_, args) => 1 + args.len(),
            _ => 1,
        });
        insts.sum::<usize>() + end_size(&block.end)
    };
    function.blocks.iter().map(of_block).sum()
}

fn end_size(end: &Terminator) -> usize {
    match end {
        Terminator::Jump(target) => target.args.len(),
        Terminator::Branch { .. } => 1,
        Terminator::Return(Operand::Const(_)) => 2,
        Terminator::Return(_) => 1,
        Terminator::Finish(_, args) => 1 + args.len(),
    }
}
