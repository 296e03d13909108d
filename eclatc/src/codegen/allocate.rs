//! Register allocation: every virtual register becomes one of the machine's.

use super::Limit;
use super::color::{Coloring, Merging};
use super::interference::Graph;
use super::liveness::{Liveness, Registers};
use super::machine::{Code, Inst, Reg};
use super::slots::{self, MAX_SLOTS};
use super::spill::{Unspillable, spill};
use crate::bitset::{Matrix, Narrow, Table};

/// Rounds of moving values to memory. Each moves at least one, and short-lived registers
/// that come of it are not moved again, so few rounds are needed where it works at all.
const MAX_ROUNDS: u32 = 64;

/// Registers that may be live at once besides those on the stack: all of the machine's as
/// virtual ones, and as many machine registers that take their values over.
const COMFORTABLE: usize = 2 * Reg::PHYSICAL as usize;

/// Gives registers; one allocator does chain after chain.
#[derive(Default)]
pub struct Allocator {
    /// For code with few registers, as nearly all has.
    narrow: Rounds<Narrow>,
    wide: Rounds<Matrix>,
}

impl Allocator {
    /// Gives every virtual register one of the machine's; what does not fit goes to the
    /// stack. Moves that come to nothing are gone afterwards.
    ///
    /// # Errors
    /// When the stack of a frame is too small for what does not fit.
    pub fn allocate(&mut self, code: &mut Code<'_>) -> Result<(), Limit> {
        let mut unspillable = Unspillable::default();
        for round in 0..MAX_ROUNDS {
            let is_first = round == 0;
            let is_done = match code.regs <= Narrow::BOUND {
                true => self.narrow.run(code, &mut unspillable, is_first)?,
                false => self.wide.run(code, &mut unspillable, is_first)?,
            };
            if is_done {
                return slots::assign(code);
            }
        }
        Err(Limit::LiveValues)
    }
}

/// What it takes to give registers or, if there are too few, to choose what goes to memory.
#[derive(Default)]
struct Rounds<T: Table> {
    liveness: Liveness<T>,
    /// The graph of the code, without merged nodes.
    graph: Graph<T>,
    /// The graph that is coloured.
    colored: Graph<T>,
    coloring: Coloring<T>,
    /// For each register, the machine's it becomes.
    registers: Vec<Reg>,
}

impl<T: Table> Rounds<T> {
    /// Gives registers, or moves something to memory; says whether all registers are given.
    fn run(
        &mut self,
        code: &mut Code<'_>,
        unspillable: &mut Unspillable,
        is_first: bool,
    ) -> Result<bool, Limit> {
        match code.is_forward {
            true => self.liveness.reset::<Registers>(code),
            false => self.liveness.compute::<Registers>(code),
        }
        let limit = COMFORTABLE + MAX_SLOTS as usize;
        let liveness = &mut self.liveness;
        if !self.graph.build(code, liveness, limit, is_first) {
            return Err(Limit::LiveValues);
        }
        if self.color(code, unspillable) {
            self.assign(code);
            return Ok(true);
        }
        let chosen = self.choose().ok_or(Limit::LiveValues)?;
        spill(code, &self.colored, chosen, unspillable);
        Ok(false)
    }

    /// Colours the graph: with as few moves as possible if that works, else with some more.
    /// Says whether all nodes have a register.
    fn color(&mut self, code: &Code<'_>, unspillable: &Unspillable) -> bool {
        [Merging::Eager, Merging::Careful]
            .into_iter()
            .any(|merging| {
                self.colored.copy(&self.graph, code.regs);
                let (graph, coloring) = (&mut self.colored, &mut self.coloring);
                coloring.merge_moves(code, graph, merging);
                coloring.compute(code, graph, unspillable);
                coloring.uncolored.is_empty()
            })
    }

    fn assign(&mut self, code: &mut Code<'_>) {
        let (graph, coloring) = (&self.colored, &self.coloring);
        let of = |reg: Reg| coloring.color(graph.find(reg)).unwrap_or(Reg::R0);
        self.registers.clear();
        self.registers.extend((0..code.regs).map(Reg).map(of));
        let mut map = |reg: Reg| self.registers[reg.index()];
        for label in code.labels() {
            code.retain(label, |inst| {
                inst.map_regs(&mut map);
                !matches!(inst, Inst::Move { dst, src } if dst == src)
            });
            code.block_mut(label).end.map_regs(&mut map);
        }
        code.regs = Reg::PHYSICAL;
    }

    /// The node to move to memory: the cheapest of those without a register and their
    /// neighbours.
    fn choose(&self) -> Option<Reg> {
        let (graph, costs) = (&self.colored, &self.coloring.costs);
        let first = *self.coloring.uncolored.first()?;
        let around = graph.neighbours(first).chain([first]);
        let movable = around.filter(|node| !node.is_physical() && costs.may_spill(*node));
        movable.min_by_key(|node| (costs.price(*node, graph.degree(*node)), *node))
    }
}
