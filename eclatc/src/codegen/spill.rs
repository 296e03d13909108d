//! Moves a value to the stack: it is read before each use and written after each definition.

use super::interference::Graph;
use super::machine::{Code, Inst, Label, Placed, Reg, Source, StackSlot};
use crate::bitset::Table;
use crate::source::Span;
use std::collections::BTreeSet;

/// The cost of registers that must not be moved to memory.
const NO_SPILL: u64 = u64::MAX / 4;

/// Registers that live from a read of the stack to a use, or from a definition to a write.
#[derive(Default)]
pub struct Unspillable(BTreeSet<Reg>);

/// What it costs to have each node of a graph in memory.
#[derive(Default)]
pub struct Costs(Vec<u64>);

impl Costs {
    /// Counts the reads and writes of all registers that a node stands for; those in loops
    /// count more.
    pub fn compute<T: Table>(
        &mut self,
        code: &Code<'_>,
        graph: &Graph<T>,
        unspillable: &Unspillable,
    ) -> &Self {
        self.0.clear();
        self.0.resize(graph.regs(), 0);
        for label in code.labels() {
            let block = code.block(label);
            let weight = 10u64.pow(block.depth.min(6));
            let mut count = |reg: Reg| self.0[reg.index()] += weight;
            block.end.uses().for_each(&mut count);
            for (inst, _) in code.insts(label) {
                inst.for_each_use(&mut count);
                inst.for_each_def(&mut count);
            }
        }
        for reg in &unspillable.0 {
            self.0[reg.index()] = NO_SPILL;
        }
        for reg in (0..graph.regs() as u32).map(Reg) {
            let node = graph.find(reg);
            if node != reg {
                let sum = self.0[node.index()].saturating_add(self.0[reg.index()]);
                self.0[node.index()] = sum;
            }
        }
        self
    }

    /// The cost of a node by the number of neighbours that it is in the way of.
    pub fn price(&self, node: Reg, degree: usize) -> u64 {
        self.0[node.index()].saturating_mul(1000) / (degree.max(1) as u64)
    }

    /// Whether a node may be moved to memory.
    pub fn may_spill(&self, node: Reg) -> bool {
        self.0[node.index()] < NO_SPILL
    }
}

/// Moves every register that `node` stands for to one place on the stack.
pub fn spill<T: Table>(
    code: &mut Code<'_>,
    graph: &Graph<T>,
    node: Reg,
    unspillable: &mut Unspillable,
) {
    let slot = code.new_slot();
    let insts = std::mem::take(&mut code.insts);
    let mut rewriter = Rewriter {
        insts: Vec::with_capacity(insts.len() + insts.len() / 4),
        code,
        is_spilled: |reg| graph.contains(reg) && graph.find(reg) == node,
        slot,
        unspillable,
    };
    for label in rewriter.code.labels() {
        let start = rewriter.insts.len();
        for (inst, span) in &insts[rewriter.code.block(label).range.clone()] {
            rewriter.inst(*inst, *span);
        }
        rewriter.end(label);
        rewriter.code.block_mut(label).range = start..rewriter.insts.len();
    }
    let insts = rewriter.insts;
    code.insts = insts;
}

struct Rewriter<'a, 'f, F> {
    code: &'a mut Code<'f>,
    is_spilled: F,
    slot: StackSlot,
    unspillable: &'a mut Unspillable,
    insts: Vec<Placed<'f>>,
}

impl<'f, F: Fn(Reg) -> bool> Rewriter<'_, 'f, F> {
    fn inst(&mut self, inst: Inst<'f>, span: Span) {
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

    fn through_register(&mut self, mut inst: Inst<'f>, span: Span) {
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

    fn end(&mut self, label: Label) {
        let block = self.code.block(label);
        let (mut end, span) = (block.end, block.end_span);
        if end.uses().any(&self.is_spilled) {
            let dst = self.temporary();
            let slot = self.slot;
            self.insts.push((Inst::Load { dst, slot }, span));
            end.map_regs(&mut |reg| if (self.is_spilled)(reg) { dst } else { reg });
            self.code.block_mut(label).end = end;
        }
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
