//! The interference graph: which registers are needed at the same time.

use super::liveness::{Liveness, Registers, walk_back};
use super::machine::{Code, Inst, Reg};
use crate::bitset::BitSet;

/// Registers as nodes; nodes can be merged.
#[derive(Clone)]
pub struct Graph {
    /// For each node, what it interferes with. Machine registers interfere with one another
    /// without edges.
    edges: Vec<BitSet>,
    /// For each node, the node it was merged into.
    merged: Vec<Option<Reg>>,
    /// Moves, `(dst, src)`, in the order of the code.
    pub moves: Vec<(Reg, Reg)>,
    /// For each node, what it costs to have it in memory.
    pub costs: Vec<u64>,
}

impl Graph {
    /// The graph of some code; `None` when at some place more than `limit` registers are
    /// needed at once.
    pub fn new(code: &Code, limit: usize) -> Option<Self> {
        let mut this = Self {
            edges: vec![BitSet::new(code.regs); code.regs as usize],
            merged: vec![None; code.regs as usize],
            moves: Vec::new(),
            costs: vec![0; code.regs as usize],
        };
        let liveness = Liveness::new::<Registers>(code);
        for label in code.labels() {
            let weight = 10u64.pow(code.block(label).depth.min(6));
            let mut live = liveness.at_end(code, label);
            let mut peak = live.len();
            for reg in code.block(label).end.uses() {
                this.costs[reg.index()] += weight;
            }
            walk_back::<Registers>(code, label, &mut live, |inst, after| {
                peak = peak.max(after.len());
                if peak <= limit {
                    this.add_inst(inst, after.iter().map(Reg), weight);
                }
            });
            if peak > limit {
                return None;
            }
        }
        Some(this)
    }

    fn add_inst(&mut self, inst: &Inst, after: impl Iterator<Item = Reg>, weight: u64) {
        // A move does not make its two registers interfere: they hold the same.
        let source = match *inst {
            Inst::Move { dst, src } => {
                self.moves.push((dst, src));
                Some(src)
            }
            _ => None,
        };
        for reg in inst.uses().chain(inst.defs()) {
            self.costs[reg.index()] += weight;
        }
        for live in after {
            for def in inst.defs() {
                if Some(live) != source {
                    self.add_edge(def, live);
                }
            }
        }
    }

    fn add_edge(&mut self, a: Reg, b: Reg) {
        if a != b && !(a.is_physical() && b.is_physical()) {
            self.edges[a.index()].insert(b.0);
            self.edges[b.index()].insert(a.0);
        }
    }

    /// Whether a register was there when the graph was made.
    pub fn contains(&self, reg: Reg) -> bool {
        reg.index() < self.merged.len()
    }

    /// The node that stands for a register.
    pub fn find(&self, reg: Reg) -> Reg {
        let mut reg = reg;
        while let Some(next) = self.merged[reg.index()] {
            reg = next;
        }
        reg
    }

    /// Whether two nodes need different registers.
    pub fn interfere(&self, a: Reg, b: Reg) -> bool {
        (a.is_physical() && b.is_physical()) || self.edges[a.index()].contains(b.0)
    }

    /// The nodes a node interferes with.
    pub fn neighbours(&self, node: Reg) -> impl Iterator<Item = Reg> + '_ {
        self.edges[node.index()].iter().map(Reg)
    }

    /// How many of them there are; of a machine register, too many.
    pub fn degree(&self, node: Reg) -> usize {
        match node.is_physical() {
            true => usize::MAX,
            false => self.edges[node.index()].len(),
        }
    }

    /// Merges `gone` into `kept`; if one is a machine register, that is `kept`.
    pub fn merge(&mut self, kept: Reg, gone: Reg) {
        self.merged[gone.index()] = Some(kept);
        let edges = std::mem::replace(&mut self.edges[gone.index()], BitSet::new(0));
        for neighbour in edges.iter().map(Reg) {
            self.edges[neighbour.index()].remove(gone.0);
            self.add_edge(kept, neighbour);
        }
        self.costs[kept.index()] =
            self.costs[kept.index()].saturating_add(self.costs[gone.index()]);
    }

    /// The virtual registers that were not merged into another one.
    pub fn nodes(&self) -> impl Iterator<Item = Reg> + '_ {
        let all = (Reg::PHYSICAL..self.edges.len() as u32).map(Reg);
        all.filter(|reg| self.merged[reg.index()].is_none())
    }
}
