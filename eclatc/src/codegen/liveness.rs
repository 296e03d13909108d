//! Liveness: which registers, or places on the stack, are read later.

use super::bitset::BitSet;
use super::machine::{Code, End, Inst, Label};

/// What is looked at: registers or places on the stack, by number.
pub trait Subject {
    /// Every number is below this.
    fn bound(code: &Code) -> u32;
    /// What an instruction reads and what it writes.
    fn of_inst(inst: &Inst) -> (Vec<u32>, Vec<u32>);
    /// What the end of a block reads.
    fn of_end(end: End) -> Vec<u32>;
}

/// Registers.
pub enum Registers {}

impl Subject for Registers {
    fn bound(code: &Code) -> u32 {
        code.regs
    }

    fn of_inst(inst: &Inst) -> (Vec<u32>, Vec<u32>) {
        let numbers = |regs: Vec<super::machine::Reg>| regs.into_iter().map(|reg| reg.0).collect();
        (numbers(inst.uses()), numbers(inst.defs()))
    }

    fn of_end(end: End) -> Vec<u32> {
        end.uses().into_iter().map(|reg| reg.0).collect()
    }
}

/// Places on the stack.
pub enum StackSlots {}

impl Subject for StackSlots {
    fn bound(code: &Code) -> u32 {
        code.slots
    }

    fn of_inst(inst: &Inst) -> (Vec<u32>, Vec<u32>) {
        match inst {
            Inst::Load { slot, .. } => (vec![slot.0], Vec::new()),
            Inst::Store { slot, .. } => (Vec::new(), vec![slot.0]),
            _ => (Vec::new(), Vec::new()),
        }
    }

    fn of_end(_: End) -> Vec<u32> {
        Vec::new()
    }
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
            for label in code.labels().collect::<Vec<_>>().into_iter().rev() {
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
    for number in S::of_end(block.end) {
        live.insert(number);
    }
    for (inst, _) in block.insts.iter().rev() {
        visit(inst, live);
        let (uses, defs) = S::of_inst(inst);
        defs.into_iter().for_each(|number| live.remove(number));
        uses.into_iter().for_each(|number| live.insert(number));
    }
}
