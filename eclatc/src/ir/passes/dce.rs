//! Removes instructions, call results and block parameters that nobody reads.

use super::params::remove_params;
use crate::ir::{BlockId, Function, Op, Operand, ValueId};

/// Removes everything dead, cycles of block parameters included.
pub fn run(function: &mut Function) -> bool {
    let live = Liveness::new(function).run(function);
    let mut changed = false;
    for block in &mut function.blocks {
        block.insts.retain_mut(|inst| {
            let dead = inst.result.is_some_and(|result| !live[result.index()]);
            let removed = dead && inst.op.is_pure();
            if dead && !removed {
                inst.result = None;
            }
            changed |= dead;
            !removed
        });
    }
    remove_dead_params(function, &live) || changed
}

fn remove_dead_params(function: &mut Function, live: &[bool]) -> bool {
    let mut dropped: Vec<Vec<usize>> = Vec::with_capacity(function.blocks.len());
    for block in &function.blocks {
        let params = block.params.iter().enumerate();
        let dead = params.filter(|(_, param)| !live[param.index()]);
        dropped.push(dead.map(|(index, _)| index).collect());
    }
    // The parameters of the entry are the chain's.
    dropped[0].clear();
    remove_params(function, &dropped)
}

/// Where a value comes from.
#[derive(Clone, Copy)]
enum Source {
    Param(BlockId, usize),
    Inst(BlockId, usize),
}

/// Marks what calls, branches and ends of chains read, and what that is computed from.
struct Liveness {
    sources: Vec<Option<Source>>,
    live: Vec<bool>,
    work: Vec<ValueId>,
}

impl Liveness {
    fn new(function: &Function) -> Self {
        let mut sources = vec![None; function.values as usize];
        for id in function.block_ids() {
            let block = function.block(id);
            for (index, param) in block.params.iter().enumerate() {
                sources[param.index()] = Some(Source::Param(id, index));
            }
            for (index, inst) in block.insts.iter().enumerate() {
                if let Some(result) = inst.result {
                    sources[result.index()] = Some(Source::Inst(id, index));
                }
            }
        }
        Self {
            live: vec![false; sources.len()],
            sources,
            work: Vec::new(),
        }
    }

    fn run(mut self, function: &Function) -> Vec<bool> {
        for block in &function.blocks {
            for inst in block.insts.iter().filter(|inst| !inst.op.is_pure()) {
                self.mark(inst.op.operands());
            }
            self.mark(block.end.operands());
        }
        let args = Arguments::collect(function);
        while let Some(value) = self.work.pop() {
            match self.sources[value.index()] {
                Some(Source::Param(block, index)) => self.mark(args.of(block, index)),
                Some(Source::Inst(block, index)) => {
                    let op: &Op = &function.block(block).insts[index].op;
                    self.mark(op.operands());
                }
                None => {}
            }
        }
        self.live
    }

    fn mark(&mut self, operands: impl Iterator<Item = Operand>) {
        for value in operands.filter_map(Operand::value) {
            if !std::mem::replace(&mut self.live[value.index()], true) {
                self.work.push(value);
            }
        }
    }
}

/// For each block, the argument lists it gets.
struct Arguments<'a> {
    lists: Vec<Vec<&'a [Operand]>>,
}

impl<'a> Arguments<'a> {
    fn collect(function: &'a Function) -> Self {
        let mut lists = vec![Vec::new(); function.blocks.len()];
        for block in &function.blocks {
            for target in block.end.targets() {
                lists[target.block.index()].push(target.args.as_slice());
            }
        }
        Self { lists }
    }

    fn of(&self, block: BlockId, index: usize) -> impl Iterator<Item = Operand> + '_ {
        let lists = self.lists[block.index()].iter();
        lists.map(move |args| args[index])
    }
}
