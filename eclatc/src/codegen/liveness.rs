//! Liveness: which registers, or places on the stack, are read later.

use super::machine::{Code, End, Inst, Label};
use crate::bitset::BitSet;

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

    fn read(inst: &Inst, visit: impl FnMut(u32)) {
        inst.uses().map(|reg| reg.0).for_each(visit);
    }

    fn written(inst: &Inst, visit: impl FnMut(u32)) {
        inst.defs().map(|reg| reg.0).for_each(visit);
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

/// What is live at the start of each block.
pub struct Liveness {
    live_in: Vec<BitSet>,
    bound: u32,
}

impl Liveness {
    /// Computes it for all blocks.
    pub fn new<S: Subject>(code: &Code) -> Self {
        let bound = S::bound(code);
        let mut this = Self {
            live_in: vec![BitSet::new(bound); code.blocks.len()],
            bound,
        };
        let mut changed = true;
        while changed {
            changed = false;
            for label in code.labels().rev() {
                let mut live = this.at_end(code, label);
                walk_back::<S>(code, label, &mut live, |_, _| {});
                changed |= this.live_in[label.index()].union(&live);
            }
        }
        this
    }

    /// What is live where a block ends, before what the end itself reads.
    pub fn at_end(&self, code: &Code, label: Label) -> BitSet {
        let mut live = BitSet::new(self.bound);
        for next in code.block(label).end.successors() {
            live.union(&self.live_in[next.index()]);
        }
        live
    }

    /// What is live where a block starts.
    pub fn at_start(&self, label: Label) -> &BitSet {
        &self.live_in[label.index()]
    }
}

/// Walks through a block from its end. `live` is first what is live after the block, and in
/// the end what is live before it; `visit` sees each instruction with what is live after it.
pub fn walk_back<S: Subject>(
    code: &Code,
    label: Label,
    live: &mut BitSet,
    mut visit: impl FnMut(&Inst, &BitSet),
) {
    let block = code.block(label);
    S::read_by_end(block.end, |number| live.insert(number));
    for (inst, _) in block.insts.iter().rev() {
        visit(inst, live);
        S::written(inst, |number| live.remove(number));
        S::read(inst, |number| live.insert(number));
    }
}
