//! Removes block parameters that get the same argument from everywhere.

use super::{Change, Workspace};
use crate::ir::{Block, BlockId, Function, Operand};
use smallvec::{Array, SmallVec};

/// Removes such parameters, until none is left.
pub fn run(function: &mut Function, workspace: &mut Workspace) -> Change {
    let mut changed = false;
    while remove_once(function, workspace) {
        changed = true;
    }
    Change::if_any(changed)
}

fn remove_once(function: &mut Function, workspace: &mut Workspace) -> bool {
    if function
        .blocks
        .iter()
        .skip(1)
        .all(|it| it.params.is_empty())
    {
        return false;
    }
    let Workspace {
        arguments,
        known_as,
        dropped,
        ..
    } = workspace;
    arguments.collect(function);
    if !arguments.seen.iter().any(|it| matches!(it, Seen::One(_))) {
        return false;
    }
    known_as.reset(function);
    dropped.reset(function);
    for id in function.block_ids().skip(1) {
        for (index, &param) in function.block(id).params.iter().enumerate() {
            let only = arguments.only(id, index);
            let only = only.map(|argument| known_as.resolve(argument));
            if let Some(argument) = only.filter(|argument| *argument != Operand::Value(param)) {
                known_as.replace(param, argument);
                dropped.add(id, index);
            }
        }
    }
    known_as.apply(function);
    dropped.remove_from(function)
}

/// Numbers for the parameters of all blocks, one after the other.
#[derive(Default)]
struct Numbers {
    /// For each block, the number of its first parameter.
    starts: Vec<u32>,
}

impl Numbers {
    /// Makes it that of a function; gives how many parameters there are.
    fn reset(&mut self, function: &Function) -> usize {
        let mut next = 0;
        self.starts.clear();
        self.starts.extend(function.blocks.iter().map(|block| {
            let start = next;
            next += block.params.len() as u32;
            start
        }));
        next as usize
    }

    fn of(&self, block: BlockId, index: usize) -> usize {
        self.starts[block.index()] as usize + index
    }
}

/// For each parameter of each block, the one argument it gets.
#[derive(Default)]
pub struct Arguments {
    numbers: Numbers,
    seen: Vec<Seen>,
}

#[derive(Clone, Copy)]
enum Seen {
    Nothing,
    One(Operand),
    Several,
}

impl Arguments {
    fn collect(&mut self, function: &Function) {
        let count = self.numbers.reset(function);
        self.seen.clear();
        self.seen.resize(count, Seen::Nothing);
        for block in &function.blocks {
            for target in block.end.targets() {
                let params = &function.block(target.block).params;
                for (index, &argument) in target.args.iter().enumerate() {
                    if argument != Operand::Value(params[index]) {
                        self.add(target.block, index, argument);
                    }
                }
            }
        }
    }

    fn add(&mut self, block: BlockId, index: usize, argument: Operand) {
        let seen = &mut self.seen[self.numbers.of(block, index)];
        *seen = match *seen {
            Seen::Nothing => Seen::One(argument),
            Seen::One(before) if before == argument => Seen::One(argument),
            _ => Seen::Several,
        };
    }

    fn only(&self, block: BlockId, index: usize) -> Option<Operand> {
        match self.seen[self.numbers.of(block, index)] {
            Seen::One(argument) => Some(argument),
            _ => None,
        }
    }
}

/// Parameters to be removed, with the arguments they get.
#[derive(Default)]
pub struct Dropped {
    numbers: Numbers,
    is_dropped: Vec<bool>,
    is_empty: bool,
}

impl Dropped {
    /// Makes it one of no parameter.
    pub fn reset(&mut self, function: &Function) {
        let count = self.numbers.reset(function);
        self.is_dropped.clear();
        self.is_dropped.resize(count, false);
        self.is_empty = true;
    }

    /// Adds a parameter of a block.
    pub fn add(&mut self, block: BlockId, index: usize) {
        self.is_dropped[self.numbers.of(block, index)] = true;
        self.is_empty = false;
    }

    /// Removes them; says whether there was one.
    pub fn remove_from(&self, function: &mut Function) -> bool {
        if self.is_empty {
            return false;
        }
        for (id, block) in (0..).map(BlockId).zip(&mut function.blocks) {
            let Block { params, end, .. } = block;
            self.retain(id, params);
            for target in end.targets_mut() {
                self.retain(target.block, &mut target.args);
            }
        }
        true
    }

    fn retain<A: Array>(&self, block: BlockId, list: &mut SmallVec<A>) {
        let mut index = 0;
        list.retain(|_| {
            index += 1;
            !self.is_dropped[self.numbers.of(block, index - 1)]
        });
    }
}
