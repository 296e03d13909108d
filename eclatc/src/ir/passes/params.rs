//! Removes block parameters that get the same argument from everywhere.

use crate::ir::rewrite::Substitution;
use crate::ir::{BlockId, Function, Operand};

/// Removes such parameters, until none is left.
pub fn run(function: &mut Function) -> bool {
    let mut changed = false;
    while remove_once(function) {
        changed = true;
    }
    changed
}

fn remove_once(function: &mut Function) -> bool {
    let arguments = Arguments::collect(function);
    let mut known_as = Substitution::new(function);
    let mut dropped = vec![Vec::new(); function.blocks.len()];
    for id in function.block_ids().skip(1) {
        for (index, &param) in function.block(id).params.iter().enumerate() {
            let only = arguments.only(id, index);
            let only = only.map(|argument| known_as.resolve(argument));
            if let Some(argument) = only.filter(|argument| *argument != Operand::Value(param)) {
                known_as.replace(param, argument);
                dropped[id.index()].push(index);
            }
        }
    }
    known_as.apply(function);
    remove_params(function, &dropped)
}

/// For each parameter of each block, the one argument it gets.
struct Arguments {
    seen: Vec<Vec<Seen>>,
}

#[derive(Clone, Copy)]
enum Seen {
    Nothing,
    One(Operand),
    Several,
}

impl Arguments {
    fn collect(function: &Function) -> Self {
        let blocks = function.blocks.iter();
        let mut this = Self {
            seen: blocks
                .map(|block| vec![Seen::Nothing; block.params.len()])
                .collect(),
        };
        for block in &function.blocks {
            for target in block.end.targets() {
                let params = &function.block(target.block).params;
                for (index, &argument) in target.args.iter().enumerate() {
                    if argument != Operand::Value(params[index]) {
                        this.add(target.block, index, argument);
                    }
                }
            }
        }
        this
    }

    fn add(&mut self, block: BlockId, index: usize, argument: Operand) {
        let seen = &mut self.seen[block.index()][index];
        *seen = match *seen {
            Seen::Nothing => Seen::One(argument),
            Seen::One(before) if before == argument => Seen::One(argument),
            _ => Seen::Several,
        };
    }

    fn only(&self, block: BlockId, index: usize) -> Option<Operand> {
        match self.seen[block.index()][index] {
            Seen::One(argument) => Some(argument),
            _ => None,
        }
    }
}

/// Removes parameters by block and index, with the arguments they get.
pub fn remove_params(function: &mut Function, dropped: &[Vec<usize>]) -> bool {
    if dropped.iter().all(Vec::is_empty) {
        return false;
    }
    for (block, dropped) in function.blocks.iter_mut().zip(dropped) {
        remove_indices(&mut block.params, dropped);
    }
    for block in &mut function.blocks {
        for target in block.end.targets_mut() {
            remove_indices(&mut target.args, &dropped[target.block.index()]);
        }
    }
    true
}

fn remove_indices<T>(list: &mut Vec<T>, dropped: &[usize]) {
    let mut index = 0;
    list.retain(|_| {
        index += 1;
        !dropped.contains(&(index - 1))
    });
}
