//! Register allocation: every virtual register becomes one of the machine's.

use super::Limit;
use super::color::{Coloring, Merging, merge_moves};
use super::interference::Graph;
use super::liveness::{Liveness, Registers};
use super::machine::{Code, Reg};
use super::slots::MAX_SLOTS;
use super::spill::{NO_SPILL, spill};
use super::{slots, spill};

/// Rounds of moving values to memory. Each moves at least one, and short-lived registers
/// that come of it are not moved again, so few rounds are needed where it works at all.
const MAX_ROUNDS: u32 = 64;

/// Registers that may be live at once besides those on the stack: all of the machine's as
/// virtual ones, and as many machine registers that take their values over.
const COMFORTABLE: usize = 2 * Reg::PHYSICAL as usize;

/// Gives registers; one allocator does chain after chain.
#[derive(Default)]
pub struct Allocator {
    /// The graph of the code, without merged nodes.
    graph: Graph,
    /// The graph that is coloured.
    colored: Graph,
    coloring: Coloring,
    /// For each register, the machine's it becomes.
    registers: Vec<Reg>,
}

impl Allocator {
    /// Gives every virtual register one of the machine's; what does not fit goes to the
    /// stack. `liveness` is that of the code, and of no use afterwards.
    ///
    /// # Errors
    /// When the stack of a frame is too small for what does not fit.
    pub fn allocate(&mut self, code: &mut Code, liveness: &mut Liveness) -> Result<(), Limit> {
        let limit = COMFORTABLE + MAX_SLOTS as usize;
        let mut unspillable = spill::Unspillable::default();
        for round in 0..MAX_ROUNDS {
            if round > 0 {
                liveness.compute::<Registers>(code);
            }
            if !self.graph.build(code, liveness, limit) {
                return Err(Limit::LiveValues);
            }
            unspillable.apply(&mut self.graph.costs);
            if self.color() {
                self.assign(code);
                return slots::assign(code);
            }
            let chosen = choose(&self.colored, &self.coloring.uncolored);
            let chosen = chosen.ok_or(Limit::LiveValues)?;
            spill(code, &self.colored, chosen, &mut unspillable);
        }
        Err(Limit::LiveValues)
    }

    /// Colours the graph: with as few moves as possible if that works, else with some more.
    /// Says whether all nodes have a register.
    fn color(&mut self) -> bool {
        [Merging::Eager, Merging::Careful]
            .into_iter()
            .any(|merging| {
                self.colored.copy(&self.graph);
                merge_moves(&mut self.colored, merging);
                self.coloring.compute(&self.colored);
                self.coloring.uncolored.is_empty()
            })
    }

    fn assign(&mut self, code: &mut Code) {
        let (graph, coloring) = (&self.colored, &self.coloring);
        let of = |reg: Reg| coloring.color(graph.find(reg)).unwrap_or(Reg::R0);
        self.registers.clear();
        self.registers.extend((0..code.regs).map(Reg).map(of));
        let mut map = |reg: Reg| self.registers[reg.index()];
        for block in &mut code.blocks {
            for (inst, _) in &mut block.insts {
                inst.map_regs(&mut map);
            }
            block.end.map_regs(&mut map);
        }
    }
}

/// The node to move to memory: the cheapest of those without a register and their
/// neighbours.
fn choose(graph: &Graph, uncolored: &[Reg]) -> Option<Reg> {
    let first = *uncolored.first()?;
    let around = graph.neighbours(first).chain([first]);
    let movable = around.filter(|node| !node.is_physical() && graph.costs[node.index()] < NO_SPILL);
    movable.min_by_key(|node| {
        let degree = graph.degree(*node).max(1) as u64;
        (
            graph.costs[node.index()].saturating_mul(1000) / degree,
            *node,
        )
    })
}
