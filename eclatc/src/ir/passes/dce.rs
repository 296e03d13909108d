//! Removes instructions, call results and block parameters that nobody reads.

use super::params::Dropped;
use super::{Change, Workspace};
use crate::ir::analysis::{for_each_own_use, for_each_use_of};
use crate::ir::shape::Shape;
use crate::ir::{BlockId, Function, Inst, Operand, ValueId};

/// Removes everything dead, cycles of block parameters included.
pub fn run(function: &mut Function, workspace: &mut Workspace) -> Change {
    let Workspace {
        shape,
        liveness,
        dropped,
        ..
    } = workspace;
    shape.update(function);
    match shape.is_forward() {
        true => liveness.sweep(function),
        false => {
            shape.find_predecessors();
            liveness.follow(function, shape);
        }
    }
    let live = &liveness.live;
    let change = remove_dead_insts(function, live);
    if remove_dead_params(function, live, dropped) {
        return Change::Anything;
    }
    match shape.is_forward() {
        true => change,
        false => Change::if_any(change.happened()),
    }
}

fn remove_dead_insts(function: &mut Function, live: &[bool]) -> Change {
    let mut change = Change::None;
    let is_dead = |inst: &Inst| inst.result.is_some_and(|result| !live[result.index()]);
    for block in &mut function.blocks {
        if !block.insts.iter().any(is_dead) {
            continue;
        }
        let mut removed = false;
        block.insts.retain_mut(|inst| {
            let dead = is_dead(inst);
            if dead {
                inst.result = None;
            }
            let kept = !dead || !inst.op.is_pure();
            removed |= !kept;
            kept
        });
        change = match removed || change == Change::Dead {
            true => Change::Dead,
            false => Change::Results,
        };
    }
    change
}

fn remove_dead_params(function: &mut Function, live: &[bool], dropped: &mut Dropped) -> bool {
    // The parameters of the entry are the chain's.
    let mut params = function.blocks.iter().skip(1).flat_map(|it| &it.params);
    if params.all(|param| live[param.index()]) {
        return false;
    }
    dropped.reset(function);
    for id in function.block_ids().skip(1) {
        for (index, param) in function.block(id).params.iter().enumerate() {
            if !live[param.index()] {
                dropped.add(id, index);
            }
        }
    }
    dropped.remove_from(function)
}

/// Where a value comes from.
#[derive(Clone, Copy)]
enum Source {
    Param(BlockId, usize),
    Inst(BlockId, usize),
}

/// Marks what calls, branches and ends of chains read, and what that is computed from.
#[derive(Default)]
pub struct Liveness {
    sources: Vec<Option<Source>>,
    live: Vec<bool>,
    work: Vec<ValueId>,
}

impl Liveness {
    /// Marks from the last block to the first, where control only goes on: whoever reads a
    /// value comes before it then.
    fn sweep(&mut self, function: &Function) {
        let live = &mut self.live;
        live.clear();
        live.resize(function.values as usize, false);
        for block in function.blocks.iter().rev() {
            for_each_own_use(&block.end, |value| live[value.index()] = true);
            for target in block.end.targets() {
                let params = &function.block(target.block).params;
                for (param, arg) in params.iter().zip(&target.args) {
                    if let Some(value) = arg.value().filter(|_| live[param.index()]) {
                        live[value.index()] = true;
                    }
                }
            }
            for inst in block.insts.iter().rev() {
                let is_read = inst.result.is_some_and(|result| live[result.index()]);
                if is_read || !inst.op.is_pure() {
                    for_each_use_of(&inst.op, |value| live[value.index()] = true);
                }
            }
        }
    }

    /// Marks by following every value that is found to be read to where it comes from.
    fn follow(&mut self, function: &Function, shape: &Shape) {
        self.find_sources(function);
        self.live.clear();
        self.live.resize(function.values as usize, false);
        for block in &function.blocks {
            for inst in block.insts.iter().filter(|inst| !inst.op.is_pure()) {
                self.mark(inst.op.operands());
            }
            self.mark(block.end.operands());
        }
        while let Some(value) = self.work.pop() {
            match self.sources[value.index()] {
                Some(Source::Param(block, index)) => {
                    for pred in shape.predecessors(block) {
                        let targets = function.block(*pred).end.targets();
                        let here = targets.filter(|target| target.block == block);
                        self.mark(here.map(|target| target.args[index]));
                    }
                }
                Some(Source::Inst(block, index)) => {
                    self.mark(function.block(block).insts[index].op.operands());
                }
                None => {}
            }
        }
    }

    fn find_sources(&mut self, function: &Function) {
        self.sources.clear();
        self.sources.resize(function.values as usize, None);
        for id in function.block_ids() {
            let block = function.block(id);
            for (index, param) in block.params.iter().enumerate() {
                self.sources[param.index()] = Some(Source::Param(id, index));
            }
            for (index, inst) in block.insts.iter().enumerate() {
                if let Some(result) = inst.result {
                    self.sources[result.index()] = Some(Source::Inst(id, index));
                }
            }
        }
    }

    fn mark(&mut self, operands: impl Iterator<Item = Operand>) {
        for value in operands.filter_map(Operand::value) {
            if !std::mem::replace(&mut self.live[value.index()], true) {
                self.work.push(value);
            }
        }
    }
}
