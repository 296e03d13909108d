//! Moves a value to the stack: it is read before each use and written after each definition.

use super::interference::Graph;
use super::machine::{Code, End, Inst, Reg, Source, StackSlot};
use crate::source::Span;
use std::collections::BTreeSet;

/// The cost of registers that must not be moved to memory.
pub const NO_SPILL: u64 = u64::MAX / 4;

/// Registers that live from a read of the stack to a use, or from a definition to a write.
#[derive(Default)]
pub struct Unspillable(BTreeSet<Reg>);

impl Unspillable {
    /// Makes them too expensive to be moved to memory.
    pub fn apply(&self, costs: &mut [u64]) {
        self.0.iter().for_each(|reg| costs[reg.index()] = NO_SPILL);
    }
}

/// Moves every register that `node` stands for to one place on the stack.
pub fn spill(code: &mut Code, graph: &Graph, node: Reg, unspillable: &mut Unspillable) {
    let slot = code.new_slot();
    for index in 0..code.blocks.len() {
        let insts = std::mem::take(&mut code.blocks[index].insts);
        let mut rewriter = Rewriter {
            code,
            is_spilled: |reg| graph.contains(reg) && graph.find(reg) == node,
            slot,
            unspillable,
            insts: Vec::with_capacity(insts.len()),
        };
        for (inst, span) in insts {
            rewriter.inst(inst, span);
        }
        let insts = rewriter.end(index);
        code.blocks[index].insts = insts;
    }
}

struct Rewriter<'a, F> {
    code: &'a mut Code,
    is_spilled: F,
    slot: StackSlot,
    unspillable: &'a mut Unspillable,
    insts: Vec<(Inst, Span)>,
}

impl<F: Fn(Reg) -> bool> Rewriter<'_, F> {
    fn inst(&mut self, inst: Inst, span: Span) {
        let slot = self.slot;
        match inst {
            // Both sides are the same place.
            Inst::Move { dst, src } if self.both(dst, src) => {}
            Inst::Move { dst, src } if (self.is_spilled)(dst) => {
                let src = Source::Reg(src);
                self.insts.push((Inst::Store { slot, src }, span));
            }
            Inst::Move { dst, src } if (self.is_spilled)(src) => {
                self.insts.push((Inst::Load { dst, slot }, span));
            }
            Inst::Const { dst, value } if (self.is_spilled)(dst) && fits(value) => {
                let src = Source::Imm(value as i32);
                self.insts.push((Inst::Store { slot, src }, span));
            }
            other => self.through_register(other, span),
        }
    }

    fn both(&self, dst: Reg, src: Reg) -> bool {
        (self.is_spilled)(dst) && (self.is_spilled)(src)
    }

    fn through_register(&mut self, mut inst: Inst, span: Span) {
        let (mut reads, mut writes) = (false, false);
        inst.for_each_use(|reg| reads |= (self.is_spilled)(reg));
        inst.for_each_def(|reg| writes |= (self.is_spilled)(reg));
        if !reads && !writes {
            self.insts.push((inst, span));
            return;
        }
        let temporary = self.temporary();
        inst.map_regs(&mut |reg| match (self.is_spilled)(reg) {
            true => temporary,
            false => reg,
        });
        let slot = self.slot;
        if reads {
            let dst = temporary;
            self.insts.push((Inst::Load { dst, slot }, span));
        }
        self.insts.push((inst, span));
        if writes {
            let src = Source::Reg(temporary);
            self.insts.push((Inst::Store { slot, src }, span));
        }
    }

    fn end(mut self, index: usize) -> Vec<(Inst, Span)> {
        let (mut end, span): (End, Span) = {
            let block = &self.code.blocks[index];
            (block.end, block.end_span)
        };
        if end.uses().any(&self.is_spilled) {
            let dst = self.temporary();
            let slot = self.slot;
            self.insts.push((Inst::Load { dst, slot }, span));
            end.map_regs(&mut |reg| if (self.is_spilled)(reg) { dst } else { reg });
            self.code.blocks[index].end = end;
        }
        self.insts
    }

    fn temporary(&mut self) -> Reg {
        let fresh = self.code.new_reg();
        self.unspillable.0.insert(fresh);
        fresh
    }
}

fn fits(value: u64) -> bool {
    i32::try_from(value as i64).is_ok()
}
