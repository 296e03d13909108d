//! Liveness: which registers, or places on the stack, are read later.

use super::machine::{Code, End, Inst, Label};
use crate::bitset::{Bits, Table};
use std::borrow::BorrowMut;

/// What is looked at: registers or places on the stack, by number.
pub trait Subject {
    /// Every number is below this.
    fn bound(code: &Code<'_>) -> u32;
    /// Calls `visit` with what an instruction reads.
    fn read(inst: &Inst<'_>, visit: impl FnMut(u32));
    /// Calls `visit` with what an instruction writes.
    fn written(inst: &Inst<'_>, visit: impl FnMut(u32));
    /// Calls `visit` with what the end of a block reads.
    fn read_by_end(end: End, visit: impl FnMut(u32));
}

/// Registers.
pub enum Registers {}

impl Subject for Registers {
    fn bound(code: &Code<'_>) -> u32 {
        code.regs
    }

    fn read(inst: &Inst<'_>, mut visit: impl FnMut(u32)) {
        inst.for_each_use(|reg| visit(reg.0));
    }

    fn written(inst: &Inst<'_>, mut visit: impl FnMut(u32)) {
        inst.for_each_def(|reg| visit(reg.0));
    }

    fn read_by_end(end: End, visit: impl FnMut(u32)) {
        end.uses().map(|reg| reg.0).for_each(visit);
    }
}

/// Places on the stack.
pub enum StackSlots {}

impl Subject for StackSlots {
    fn bound(code: &Code<'_>) -> u32 {
        code.slots
    }

    fn read(inst: &Inst<'_>, mut visit: impl FnMut(u32)) {
        if let Inst::Load { slot, .. } = inst {
            visit(slot.0);
        }
    }

    fn written(inst: &Inst<'_>, mut visit: impl FnMut(u32)) {
        if let Inst::Store { slot, .. } = inst {
            visit(slot.0);
        }
    }

    fn read_by_end(_: End, _: impl FnMut(u32)) {}
}

/// What is live at the start of each block. It can be computed again, for other code.
#[derive(Default)]
pub struct Liveness<T: Table> {
    live_in: T,
    /// For each block, what it writes before it reads it.
    hidden: T,
    /// A set under construction.
    live: T::Single,
    bound: u32,
}

impl<T: Table> Liveness<T> {
    /// Computes it for all blocks.
    pub fn compute<S: Subject>(&mut self, code: &Code<'_>) {
        self.reset::<S>(code);
        self.hidden.reset(code.blocks.len(), self.bound);
        for label in code.labels() {
            let read = self.live_in.row_mut(label.index());
            let hidden = self.hidden.row_mut(label.index());
            S::read_by_end(code.block(label).end, |number| read.include(number));
            for (inst, _) in code.insts(label).iter().rev() {
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
            code.for_each_backward(|label| changed |= self.update(code, label));
            changed &= !code.is_forward;
        }
    }

    /// Forgets it. In code without loops, [`at_end`](Self::at_end) is right of a block when
    /// [`set_start`](Self::set_start) was called for all blocks that it leads to.
    pub fn reset<S: Subject>(&mut self, code: &Code<'_>) {
        self.bound = S::bound(code);
        self.live_in.reset(code.blocks.len(), self.bound);
    }

    /// Adds what is live at the end of a block to what is live at its start, unless the block
    /// writes it; says whether something was new.
    fn update(&mut self, code: &Code<'_>, label: Label) -> bool {
        let mut live = std::mem::take(&mut self.live);
        self.at_end(code, label, &mut live);
        let set = live.borrow_mut();
        set.subtract(self.hidden.row(label.index()));
        let changed = self.live_in.row_mut(label.index()).union(set);
        self.live = live;
        changed
    }

    /// Makes `live` what is live where a block ends, before what the end itself reads.
    pub fn at_end(&self, code: &Code<'_>, label: Label, live: &mut T::Single) {
        T::clear(live, self.bound);
        for next in code.block(label).end.successors() {
            live.borrow_mut().union(self.live_in.row(next.index()));
        }
    }

    /// What is live where a block starts.
    pub fn at_start(&self, label: Label) -> &T::Set {
        self.live_in.row(label.index())
    }

    /// Says what is live where a block starts.
    pub fn set_start(&mut self, label: Label, live: &T::Set) {
        self.live_in.row_mut(label.index()).assign(live);
    }
}

/// Walks through a block from its end. `live` is first what is live after the block, and in
/// the end what is live before it; `visit` sees each instruction with what is live after it.
pub fn walk_back<S: Subject, B: Bits + ?Sized>(
    code: &Code<'_>,
    label: Label,
    live: &mut B,
    mut visit: impl FnMut(&Inst<'_>, &B),
) {
    S::read_by_end(code.block(label).end, |number| live.include(number));
    for (inst, _) in code.insts(label).iter().rev() {
        visit(inst, live);
        S::written(inst, |number| live.exclude(number));
        S::read(inst, |number| live.include(number));
    }
}
