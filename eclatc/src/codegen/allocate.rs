//! Register allocation: every virtual register becomes one of the machine's.

use super::Limit;
use super::color::{Coloring, Merging, merge_moves};
use super::interference::Graph;
use super::machine::{Code, Reg};
use super::slots::MAX_SLOTS;
use super::spill::{NO_SPILL, spill};
use super::{slots, spill};

/// Rounds of moving values to memory. Each moves at least one, and short-lived registers
/// that come of it are not moved again, so few rounds are needed where it works at all.
const MAX_ROUNDS: u32 = 64;

/// Gives every virtual register one of the machine's; what does not fit goes to the stack.
///
/// # Errors
/// When the stack of a frame is too small for what does not fit.
pub fn allocate(code: &mut Code) -> Result<(), Limit> {
    let limit = COMFORTABLE + MAX_SLOTS as usize;
    let mut unspillable = spill::Unspillable::default();
    for _ in 0..MAX_ROUNDS {
        let mut graph = Graph::new(code, limit).ok_or(Limit::LiveValues)?;
        unspillable.apply(&mut graph.costs);
        match color(&graph) {
            Ok((graph, coloring)) => {
                assign(code, &graph, &coloring);
                return slots::assign(code);
            }
            Err((graph, candidates)) => {
                let chosen = choose(&graph, &candidates).ok_or(Limit::LiveValues)?;
                spill(code, &graph, chosen, &mut unspillable);
            }
        }
    }
    Err(Limit::LiveValues)
}

/// Registers that may be live at once besides those on the stack: all of the machine's as
/// virtual ones, and as many machine registers that take their values over.
const COMFORTABLE: usize = 2 * Reg::PHYSICAL as usize;

type Colored = (Graph, Coloring);

/// Colours the graph: with as few moves as possible if that works, else with some more.
fn color(graph: &Graph) -> Result<Colored, (Graph, Vec<Reg>)> {
    let (eager, coloring) = attempt(graph, Merging::Eager);
    if coloring.uncolored.is_empty() {
        return Ok((eager, coloring));
    }
    let (careful, coloring) = attempt(graph, Merging::Careful);
    match coloring.uncolored.is_empty() {
        true => Ok((careful, coloring)),
        false => Err((careful, coloring.uncolored)),
    }
}

fn attempt(graph: &Graph, merging: Merging) -> Colored {
    let mut graph = graph.clone();
    merge_moves(&mut graph, merging);
    let coloring = Coloring::new(&graph);
    (graph, coloring)
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

fn assign(code: &mut Code, graph: &Graph, coloring: &Coloring) {
    let mut map = |reg: Reg| {
        let node = graph.find(reg);
        coloring.color(node).unwrap_or(Reg::R0)
    };
    for block in &mut code.blocks {
        for (inst, _) in &mut block.insts {
            inst.map_regs(&mut map);
        }
        block.end.map_regs(&mut map);
    }
}
