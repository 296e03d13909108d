//! What holds of every function between any two passes.

use super::analysis::{Dominators, for_each_use_of_end, predecessors};
use super::{Block, BlockId, Callee, Function, Module, Op, Terminator, ValueId};
use hike_abi::limits::ARGUMENTS;
use std::fmt;

/// A function that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// The block it is broken in.
    pub block: BlockId,
    /// The rule.
    pub broken: Broken,
}

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The function has no block.
    Empty,
    /// Something jumps to the entry.
    JumpToEntry,
    /// A target that is no block.
    NoSuchBlock(BlockId),
    /// The number of arguments for a block is not that of its parameters.
    Arguments(BlockId),
    /// A value is defined twice, or its number is not below [`Function::values`].
    Definition(ValueId),
    /// A value is read where its definition does not reach.
    Use(ValueId),
    /// An instruction that is no call has no result.
    NoResult,
    /// More arguments than registers for them, or a helper that ends the chain.
    Call(String),
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.block)?;
        match &self.broken {
            Broken::Empty => f.write_str("a function without blocks"),
            Broken::JumpToEntry => f.write_str("jumps to the entry"),
            Broken::NoSuchBlock(to) => write!(f, "jumps to {to}, which does not exist"),
            Broken::Arguments(to) => write!(f, "wrong number of arguments for {to}"),
            Broken::Definition(value) => write!(f, "second or unnumbered definition of {value}"),
            Broken::Use(value) => write!(f, "{value} is read where it is not defined"),
            Broken::NoResult => f.write_str("an instruction without result that is no call"),
            Broken::Call(callee) => write!(f, "call of {callee} that no instruction can make"),
        }
    }
}

impl std::error::Error for VerifyError {}

/// Checks every function of a module.
///
/// # Errors
/// The first broken rule.
pub fn module(module: &Module) -> Result<(), VerifyError> {
    module.functions.iter().try_for_each(function)
}

/// Checks one function.
///
/// # Errors
/// The first broken rule.
pub fn function(function: &Function) -> Result<(), VerifyError> {
    if function.blocks.is_empty() {
        return Err(fail(BlockId::ENTRY, Broken::Empty));
    }
    check_targets(function)?;
    check_instructions(function)?;
    let definitions = Definitions::collect(function)?;
    check_uses(function, &definitions)
}

fn fail(block: BlockId, broken: Broken) -> VerifyError {
    VerifyError { block, broken }
}

fn check_targets(function: &Function) -> Result<(), VerifyError> {
    for id in function.block_ids() {
        for target in function.block(id).end.targets() {
            let Some(block) = function.blocks.get(target.block.index()) else {
                return Err(fail(id, Broken::NoSuchBlock(target.block)));
            };
            if block.params.len() != target.args.len() {
                return Err(fail(id, Broken::Arguments(target.block)));
            }
        }
    }
    match predecessors(function)[0].first() {
        Some(pred) => Err(fail(*pred, Broken::JumpToEntry)),
        None => Ok(()),
    }
}

fn check_instructions(function: &Function) -> Result<(), VerifyError> {
    for id in function.block_ids() {
        let block = function.block(id);
        for inst in &block.insts {
            match &inst.op {
                Op::Call(callee, args) => check_call(id, callee, args.len())?,
                _ if inst.result.is_none() => return Err(fail(id, Broken::NoResult)),
                _ => {}
            }
        }
        if let Terminator::Finish(callee, args) = &block.end {
            let args = match callee {
                Callee::Program(_) => args.len(),
                Callee::Chain(_) | Callee::Helper(_) => usize::MAX,
            };
            check_call(id, callee, args)?;
        }
    }
    Ok(())
}

fn check_call(block: BlockId, callee: &Callee, args: usize) -> Result<(), VerifyError> {
    if args <= ARGUMENTS {
        return Ok(());
    }
    Err(fail(block, Broken::Call(callee.to_string())))
}

/// Where each value is defined: its block, and its place there (0 for parameters).
struct Definitions {
    places: Vec<Option<(BlockId, usize)>>,
}

impl Definitions {
    fn collect(function: &Function) -> Result<Self, VerifyError> {
        let mut this = Self {
            places: vec![None; function.values as usize],
        };
        for id in function.block_ids() {
            let block = function.block(id);
            for param in &block.params {
                this.define(*param, id, 0)?;
            }
            for (index, inst) in block.insts.iter().enumerate() {
                if let Some(result) = inst.result {
                    this.define(result, id, index + 1)?;
                }
            }
        }
        Ok(this)
    }

    fn define(&mut self, value: ValueId, block: BlockId, at: usize) -> Result<(), VerifyError> {
        match self.places.get_mut(value.index()) {
            Some(place @ None) => *place = Some((block, at)),
            _ => return Err(fail(block, Broken::Definition(value))),
        }
        Ok(())
    }

    /// Whether `value` can be read at place `at` of `block`.
    fn reaches(&self, dominators: &Dominators, value: ValueId, block: BlockId, at: usize) -> bool {
        let Some(Some((home, defined))) = self.places.get(value.index()) else {
            return false;
        };
        match *home == block {
            true => *defined < at,
            false => dominators.dominates(*home, block) && dominators.is_reachable(*home),
        }
    }
}

fn check_uses(function: &Function, definitions: &Definitions) -> Result<(), VerifyError> {
    let dominators = Dominators::new(function);
    for &id in &dominators.order {
        let block = function.block(id);
        for (index, inst) in block.insts.iter().enumerate() {
            for value in inst.op.operands().filter_map(|op| op.value()) {
                if !definitions.reaches(&dominators, value, id, index + 1) {
                    return Err(fail(id, Broken::Use(value)));
                }
            }
        }
        check_end(block, id, |value| {
            definitions.reaches(&dominators, value, id, usize::MAX)
        })?;
    }
    Ok(())
}

fn check_end(
    block: &Block,
    id: BlockId,
    reaches: impl Fn(ValueId) -> bool,
) -> Result<(), VerifyError> {
    let mut unreached = None;
    for_each_use_of_end(&block.end, |value| {
        if !reaches(value) {
            unreached = unreached.or(Some(value));
        }
    });
    match unreached {
        Some(value) => Err(fail(id, Broken::Use(value))),
        None => Ok(()),
    }
}
