//! The interference graph: which registers are needed at the same time.

use super::liveness::{Liveness, Registers, walk_back};
use super::machine::{Code, Inst, Reg};
use crate::bitset::{Bits, Matrix};

/// Registers as nodes; nodes can be merged.
#[derive(Default)]
pub struct Graph {
    /// For each node, what it interferes with. Machine registers interfere with one another
    /// without edges.
    edges: Matrix,
    /// For each node, the node it was merged into, or itself.
    merged: Vec<Reg>,
    /// Moves, `(dst, src)`, in the order of the code.
    pub moves: Vec<(Reg, Reg)>,
    /// For each node, what it costs to have it in memory.
    pub costs: Vec<u64>,
    /// A set under construction.
    set: Vec<u64>,
}

impl Graph {
    /// Makes it the graph of some code whose liveness is known; says whether there is one:
    /// nowhere more than `limit` registers are needed at once.
    pub fn build(&mut self, code: &Code, liveness: &Liveness, limit: usize) -> bool {
        self.reset(code.regs);
        let mut live = std::mem::take(&mut self.set);
        let mut fits = true;
        for label in code.labels() {
            let weight = 10u64.pow(code.block(label).depth.min(6));
            liveness.at_end(code, label, &mut live);
            let mut peak = live.count();
            for reg in code.block(label).end.uses() {
                self.costs[reg.index()] += weight;
            }
            walk_back::<Registers>(code, label, &mut live, |inst, after| {
                peak = peak.max(after.count());
                if peak <= limit {
                    self.add_inst(inst, after, weight);
                }
            });
            if peak > limit {
                fits = false;
                break;
            }
        }
        self.set = live;
        self.mirror();
        fits
    }

    /// Adds every edge in the other direction.
    fn mirror(&mut self) {
        let mut others = std::mem::take(&mut self.set);
        for node in 0..self.merged.len() as u32 {
            others.clear();
            others.extend_from_slice(self.edges.row(node as usize));
            for other in others.numbers() {
                self.edges.row_mut(other as usize).include(node);
            }
        }
        self.set = others;
    }

    fn reset(&mut self, regs: u32) {
        self.edges.reset(regs as usize, regs);
        self.merged.clear();
        self.merged.extend((0..regs).map(Reg));
        self.moves.clear();
        self.costs.clear();
        self.costs.resize(regs as usize, 0);
    }

    /// Makes it equal to another one.
    pub fn copy(&mut self, other: &Self) {
        self.edges.copy(&other.edges);
        self.merged.clone_from(&other.merged);
        self.moves.clone_from(&other.moves);
        self.costs.clone_from(&other.costs);
    }

    fn add_inst(&mut self, inst: &Inst, after: &[u64], weight: u64) {
        inst.for_each_use(|reg| self.costs[reg.index()] += weight);
        // A move does not make its two registers interfere: they hold the same.
        let source = match *inst {
            Inst::Move { dst, src } => {
                self.moves.push((dst, src));
                Some(src)
            }
            _ => None,
        };
        inst.for_each_def(|def| {
            self.costs[def.index()] += weight;
            self.add_edges(def, after, source.unwrap_or(def));
        });
    }

    /// Edges from a node to all of a set but itself and `except`; not yet back.
    fn add_edges(&mut self, node: Reg, set: &[u64], except: Reg) {
        let row = self.edges.row_mut(node.index());
        // What the set has of these does not count, what was there before does.
        let had = row.has(except.0);
        row.union(set);
        row.exclude(node.0);
        if !had {
            row.exclude(except.0);
        }
        if node.is_physical() {
            row[0] &= !((1 << Reg::PHYSICAL) - 1);
        }
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
        (a.is_physical() && b.is_physical()) || self.edges.row(a.index()).has(b.0)
    }

    /// The nodes a node interferes with.
    pub fn neighbours(&self, node: Reg) -> impl Iterator<Item = Reg> + '_ {
        self.edges.row(node.index()).numbers().map(Reg)
    }

    /// How many of them there are; of a machine register, too many.
    pub fn degree(&self, node: Reg) -> usize {
        match node.is_physical() {
            true => usize::MAX,
            false => self.edges.row(node.index()).count(),
        }
    }

    /// Merges `gone` into `kept`; if one is a machine register, that is `kept`.
    pub fn merge(&mut self, kept: Reg, gone: Reg) {
        self.merged[gone.index()] = kept;
        let mut edges = std::mem::take(&mut self.set);
        self.edges.take(gone.index(), &mut edges);
        for neighbour in edges.numbers() {
            let row = self.edges.row_mut(neighbour as usize);
            row.exclude(gone.0);
            if !(kept.is_physical() && Reg(neighbour).is_physical()) {
                row.include(kept.0);
            }
        }
        self.add_edges(kept, &edges, kept);
        self.set = edges;
        self.costs[kept.index()] =
            self.costs[kept.index()].saturating_add(self.costs[gone.index()]);
    }

    /// The virtual registers that were not merged into another one.
    pub fn nodes(&self) -> impl Iterator<Item = Reg> + '_ {
        let all = (Reg::PHYSICAL..self.merged.len() as u32).map(Reg);
        all.filter(|reg| self.merged[reg.index()] == *reg)
    }
}
