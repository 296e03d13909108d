//! Liveness: which registers, or places on the stack, are read later.

use super::machine::{Code, End, Inst, Label};
use crate::bitset::{self, Bits, Matrix};

/// What is looked at: registers or places on the stack, by number.
pub trait Subject {
    /// Every number is below this.
    fn bound(code: &Code) -> u32;
    /// Calls `visit` with what an instruction reads.
    fn read(inst: &Inst, visit: impl FnMut(u32));
    /// Calls `visit` with what an instruction writes.
    fn written(inst: &Inst, visit: impl FnMut(u32));
    /// Calls `visit` with what the end of a block reads.
    fn read_by_end(end: End, visit: impl FnMut(u32));
}

/// Registers.
pub enum Registers {}

impl Subject for Registers {
    fn bound(code: &Code) -> u32 {
        code.regs
    }

    fn read(inst: &Inst, mut visit: impl FnMut(u32)) {
        inst.for_each_use(|reg| visit(reg.0));
    }

    fn written(inst: &Inst, mut visit: impl FnMut(u32)) {
        inst.for_each_def(|reg| visit(reg.0));
    }

    fn read_by_end(end: End, visit: impl FnMut(u32)) {
        end.uses().map(|reg| reg.0).for_each(visit);
    }
}

/// Places on the stack.
pub enum StackSlots {}

impl Subject for StackSlots {
    fn bound(code: &Code) -> u32 {
        code.slots
    }

    fn read(inst: &Inst, mut visit: impl FnMut(u32)) {
        if let Inst::Load { slot, .. } = inst {
            visit(slot.0);
        }
    }

    fn written(inst: &Inst, mut visit: impl FnMut(u32)) {
        if let Inst::Store { slot, .. } = inst {
            visit(slot.0);
        }
    }

    fn read_by_end(_: End, _: impl FnMut(u32)) {}
}

/// What is live at the start of each block. It can be computed again, for other code.
#[derive(Default)]
pub struct Liveness {
    live_in: Matrix,
    /// For each block, what it writes before it reads it.
    hidden: Matrix,
    /// A set under construction.
    live: Vec<u64>,
    bound: u32,
}

impl Liveness {
    /// Computes it for all blocks.
    pub fn compute<S: Subject>(&mut self, code: &Code) {
        self.bound = S::bound(code);
        self.live_in.reset(code.blocks.len(), self.bound);
        self.hidden.reset(code.blocks.len(), self.bound);
        for label in code.labels() {
            let read = self.live_in.row_mut(label.index());
            let hidden = self.hidden.row_mut(label.index());
            let block = code.block(label);
            S::read_by_end(block.end, |number| read.include(number));
            for (inst, _) in block.insts.iter().rev() {
                S::written(inst, |number| {
                    read.exclude(number);
                    hidden.include(number);
                });
                S::read(inst, |number| read.include(number));
            }
        }
        let mut changed = true;
        while changed {
            changed = false;
            for label in code.labels().rev() {
                changed |= self.update(code, label);
            }
        }
    }

    /// Adds what is live at the end of a block to what is live at its start, unless the block
    /// writes it; says whether something was new.
    fn update(&mut self, code: &Code, label: Label) -> bool {
        bitset::clear(&mut self.live, self.bound);
        for next in code.block(label).end.successors() {
            self.live.union(self.live_in.row(next.index()));
        }
        let hidden = self.hidden.row(label.index());
        for (word, hidden) in self.live.iter_mut().zip(hidden) {
            *word &= !hidden;
        }
        self.live_in.row_mut(label.index()).union(&self.live)
    }

    /// Makes `live` what is live where a block ends, before what the end itself reads.
    pub fn at_end(&self, code: &Code, label: Label, live: &mut Vec<u64>) {
        bitset::clear(live, self.bound);
        for next in code.block(label).end.successors() {
            live.union(self.live_in.row(next.index()));
        }
    }

    /// What is live where a block starts.
    pub fn at_start(&self, label: Label) -> &[u64] {
        self.live_in.row(label.index())
    }
}

/// Walks through a block from its end. `live` is first what is live after the block, and in
/// the end what is live before it; `visit` sees each instruction with what is live after it.
pub fn walk_back<S: Subject>(
    code: &Code,
    label: Label,
    live: &mut [u64],
    mut visit: impl FnMut(&Inst, &[u64]),
) {
    let block = code.block(label);
    S::read_by_end(block.end, |number| live.include(number));
    for (inst, _) in block.insts.iter().rev() {
        visit(inst, live);
        S::written(inst, |number| live.exclude(number));
        S::read(inst, |number| live.include(number));
    }
}
