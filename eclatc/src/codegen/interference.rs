//! The interference graph: which registers are needed at the same time.

use super::commute;
use super::liveness::{Liveness, Registers, Subject};
use super::machine::{Code, Inst, Reg};
use crate::bitset::{Bits, Table};
use std::borrow::BorrowMut;

/// The machine registers as the first bits of a set.
const PHYSICAL: u64 = (1 << Reg::PHYSICAL) - 1;

/// Those that calls do not preserve.
const CLOBBERED: u64 = (1 << Reg::CLOBBERED) - 1;

/// Registers as nodes; nodes can be merged.
#[derive(Default)]
pub struct Graph<T: Table> {
    /// For each node, what it interferes with. Machine registers interfere with one another
    /// without edges.
    edges: T,
    /// For each node, the node it was merged into, or itself.
    merged: Vec<Reg>,
    /// A set under construction.
    set: T::Single,
}

impl<T: Table> Graph<T> {
    /// Makes it the graph of some code and finds out on the way what is live; of code with
    /// loops, that must be known. Says whether there is a graph: nowhere more than `limit`
    /// registers are needed at once. If `may_exchange`, sides are exchanged in the code where
    /// that saves a move.
    pub fn build(
        &mut self,
        code: &mut Code<'_>,
        liveness: &mut Liveness<T>,
        limit: usize,
        may_exchange: bool,
    ) -> bool {
        self.reset(code.regs);
        let mut live = std::mem::take(&mut self.set);
        let mut all = std::mem::take(&mut code.insts);
        let may_exceed = code.regs as usize > limit;
        let exceeds = |live: &T::Set| may_exceed && live.count() > limit;
        let mut fits = true;
        code.for_each_backward(|label| {
            liveness.at_end(code, label, &mut live);
            let live = live.borrow_mut();
            fits &= !exceeds(live);
            let block = code.block(label);
            Registers::read_by_end(block.end, |number| live.include(number));
            let insts = &mut all[block.range.clone()];
            for count in (1..=insts.len()).rev() {
                if may_exchange {
                    commute::exchange(&mut insts[..count], live);
                }
                fits &= !exceeds(live);
                if fits {
                    self.add_inst(&insts[count - 1].0, live);
                }
            }
            liveness.set_start(label, live);
        });
        code.insts = all;
        self.set = live;
        self.mirror();
        fits
    }

    /// Adds what an instruction means, given what is live after it; makes that what is live
    /// before it.
    fn add_inst(&mut self, inst: &Inst<'_>, live: &mut T::Set) {
        match *inst {
            Inst::Call { .. } => {
                exclude_low(live, CLOBBERED);
                for reg in 0..Reg::CLOBBERED {
                    self.edges.row_mut(reg as usize).union(live);
                }
            }
            // A move does not make its two registers interfere: they hold the same.
            Inst::Move { dst, src } => {
                self.add_edges(dst, live, src);
                live.exclude(dst.0);
            }
            _ => {
                if let Some(def) = inst.def() {
                    self.add_edges(def, live, def);
                    live.exclude(def.0);
                }
            }
        }
        inst.for_each_use(|reg| live.include(reg.0));
    }

    /// Edges from a node to all of a set but itself and `except`; not yet back.
    fn add_edges(&mut self, node: Reg, set: &T::Set, except: Reg) {
        let row = self.edges.row_mut(node.index());
        // What the set has of these does not count, what was there before does.
        let had = row.has(except.0);
        row.union(set);
        row.exclude(node.0);
        if !had {
            row.exclude(except.0);
        }
    }

    /// Adds every edge in the other direction.
    fn mirror(&mut self) {
        let others = self.set.borrow_mut();
        for node in 0..self.merged.len() as u32 {
            others.assign(self.edges.row(node as usize));
            if Reg(node).is_physical() {
                exclude_low(others, PHYSICAL);
                self.edges.row_mut(node as usize).assign(others);
            }
            others.for_each(|other| self.edges.row_mut(other as usize).include(node));
        }
    }

    fn reset(&mut self, regs: u32) {
        self.edges.reset(regs as usize, regs);
        self.merged.clear();
        self.merged.extend((0..regs).map(Reg));
    }

    /// Makes it equal to another one.
    pub fn copy(&mut self, other: &Self, regs: u32) {
        self.edges.copy(&other.edges);
        self.merged.clone_from(&other.merged);
        T::clear(&mut self.set, regs);
    }

    /// How many registers there were when the graph was made.
    pub fn regs(&self) -> usize {
        self.merged.len()
    }

    /// Whether a register was there when the graph was made.
    pub fn contains(&self, reg: Reg) -> bool {
        reg.index() < self.merged.len()
    }

    /// The node that stands for a register.
    pub fn find(&self, reg: Reg) -> Reg {
        let mut reg = reg;
        while self.merged[reg.index()] != reg {
            reg = self.merged[reg.index()];
        }
        reg
    }

    /// Whether two nodes need different registers.
    pub fn interfere(&self, a: Reg, b: Reg) -> bool {
        (a.is_physical() && b.is_physical()) || self.row(a).has(b.0)
    }

    /// The nodes a node interferes with, as a set.
    pub fn row(&self, node: Reg) -> &T::Set {
        self.edges.row(node.index())
    }

    /// The nodes a node interferes with.
    pub fn neighbours(&self, node: Reg) -> impl Iterator<Item = Reg> + '_ {
        self.row(node).numbers().map(Reg)
    }

    /// How many of them there are; of a machine register, too many.
    pub fn degree(&self, node: Reg) -> usize {
        match node.is_physical() {
            true => usize::MAX,
            false => self.row(node).count(),
        }
    }

    /// Merges `gone` into `kept`; if one is a machine register, that is `kept`.
    pub fn merge(&mut self, kept: Reg, gone: Reg) {
        self.merged[gone.index()] = kept;
        let mut set = std::mem::take(&mut self.set);
        let edges = set.borrow_mut();
        edges.assign(self.row(gone));
        if kept.is_physical() {
            // These have no edges to one another.
            edges.for_each(|other| self.edges.row_mut(other as usize).exclude(gone.0));
            exclude_low(edges, PHYSICAL);
            edges.for_each(|other| self.edges.row_mut(other as usize).include(kept.0));
        } else {
            edges.for_each(|other| {
                let row = self.edges.row_mut(other as usize);
                row.exclude(gone.0);
                row.include(kept.0);
            });
        }
        self.add_edges(kept, edges, kept);
        self.set = set;
    }

    /// The virtual registers that were not merged into another one.
    pub fn nodes(&self) -> impl Iterator<Item = Reg> + '_ {
        let all = (Reg::PHYSICAL..self.merged.len() as u32).map(Reg);
        all.filter(|reg| self.merged[reg.index()] == *reg)
    }
}

/// Takes numbers below 64 out of a set.
fn exclude_low<B: Bits + ?Sized>(set: &mut B, numbers: u64) {
    if let Some(first) = set.words_mut().first_mut() {
        *first &= !numbers;
    }
}
