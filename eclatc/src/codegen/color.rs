//! Graph colouring: merging the two sides of moves, then a register for every node.
//!
//! Chaitin and Briggs, "Improvements to Graph Coloring Register Allocation".

use super::interference::Graph;
use super::machine::{Code, Inst, Reg};
use super::spill::{Costs, Unspillable};
use crate::bitset::{Bits, Table};
use std::borrow::BorrowMut;

/// Registers that can be given.
const COLORS: usize = Reg::PHYSICAL as usize;

/// How eagerly the two sides of a move are merged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Merging {
    /// Whenever they do not interfere.
    Eager,
    /// Only when that cannot make a colourable graph uncolourable.
    Careful,
}

/// The tests of Briggs, and of George for machine registers.
fn is_safe<T: Table>(graph: &Graph<T>, kept: Reg, gone: Reg) -> bool {
    let significant = |node: &Reg| graph.degree(*node) >= COLORS;
    if kept.is_physical() {
        let mut others = graph.neighbours(gone).filter(significant);
        return others.all(|node| node.is_physical() || graph.interfere(node, kept));
    }
    let of_both = |node: &Reg| !graph.interfere(kept, *node);
    let all = graph.neighbours(gone).filter(of_both);
    let all = all.chain(graph.neighbours(kept));
    all.filter(significant).count() < COLORS
}

/// Registers for nodes, and the nodes that got none.
#[derive(Default)]
pub struct Coloring<T: Table> {
    /// For each node, its register.
    colors: Vec<Option<Reg>>,
    /// For each register, the nodes that have it.
    holders: T,
    /// Nodes without a register, worst first.
    pub uncolored: Vec<Reg>,
    /// What it costs to have nodes in memory; known where there are uncolored ones.
    pub costs: Costs,
    order: Order<T>,
    /// Moves between nodes that were not merged, `(dst, src)`.
    moves: Vec<(Reg, Reg)>,
}

impl<T: Table> Coloring<T> {
    /// Merges the two sides of moves.
    pub fn merge_moves(&mut self, code: &Code<'_>, graph: &mut Graph<T>, merging: Merging) {
        self.moves.clear();
        for label in code.labels() {
            for (inst, _) in code.insts(label).iter().rev() {
                if let Inst::Move { dst, src } = *inst
                    && merge(graph, (dst, src), merging) == Outcome::Apart
                {
                    self.moves.push((dst, src));
                }
            }
        }
        // What interferes goes on to do so, but what is not safe may become so.
        let mut changed = merging == Merging::Careful;
        while changed {
            changed = false;
            self.moves.retain(|both| {
                let outcome = merge(graph, *both, merging);
                changed |= outcome == Outcome::Merged;
                outcome == Outcome::Apart
            });
        }
    }

    /// Gives every node a register that no neighbour has, as far as there is one.
    pub fn compute(&mut self, code: &Code<'_>, graph: &Graph<T>, unspillable: &Unspillable) {
        self.uncolored.clear();
        self.colors.clear();
        self.colors
            .extend((0..Reg::PHYSICAL).map(|it| Some(Reg(it))));
        self.colors.resize(graph.regs(), None);
        self.holders.reset(COLORS, graph.regs() as u32);
        for color in 0..Reg::PHYSICAL {
            self.holders.row_mut(color as usize).include(color);
        }
        for (dst, src) in &mut self.moves {
            (*dst, *src) = (graph.find(*dst), graph.find(*src));
        }
        self.moves.retain(|(dst, src)| dst != src);
        let costs = &mut self.costs;
        self.order
            .compute(graph, || costs.compute(code, graph, unspillable));
        for index in (0..self.order.found.len()).rev() {
            let node = self.order.found[index];
            match self.free_color(graph, node) {
                Some(color) => {
                    self.colors[node.index()] = Some(color);
                    self.holders.row_mut(color.index()).include(node.0);
                }
                None => self.uncolored.push(node),
            }
        }
    }

    /// The register of a node.
    pub fn color(&self, node: Reg) -> Option<Reg> {
        self.colors[node.index()]
    }

    /// A register no neighbour has: one that makes a move come to nothing, else the lowest.
    fn free_color(&self, graph: &Graph<T>, node: Reg) -> Option<Reg> {
        let neighbours = graph.row(node);
        let is_free = |color: &Reg| !neighbours.meets(self.holders.row(color.index()));
        let partners = self.moves.iter().filter_map(|(dst, src)| match node {
            _ if *dst == node => Some(*src),
            _ if *src == node => Some(*dst),
            _ => None,
        });
        let wanted = partners.filter_map(|partner| self.color(partner));
        let all = (0..Reg::PHYSICAL).map(Reg);
        wanted.chain(all).find(is_free)
    }
}

/// What became of the two sides of a move.
#[derive(PartialEq, Eq)]
enum Outcome {
    Merged,
    /// They were one already.
    Same,
    Apart,
}

fn merge<T: Table>(graph: &mut Graph<T>, (dst, src): (Reg, Reg), merging: Merging) -> Outcome {
    let (dst, src) = (graph.find(dst), graph.find(src));
    let (kept, gone) = match src.is_physical() || !dst.is_physical() {
        true => (src, dst),
        false => (dst, src),
    };
    if kept == gone {
        return Outcome::Same;
    }
    if gone.is_physical() || graph.interfere(kept, gone) {
        return Outcome::Apart;
    }
    if merging == Merging::Careful && !is_safe(graph, kept, gone) {
        return Outcome::Apart;
    }
    graph.merge(kept, gone);
    Outcome::Merged
}

/// The nodes in an order in which each, when it is taken away, has few neighbours left, as
/// far as possible; else the cheapest to have in memory goes first.
#[derive(Default)]
struct Order<T: Table> {
    found: Vec<Reg>,
    /// Nodes that are left and have few neighbours left.
    easy: T::Single,
    /// The others that are left.
    hard: T::Single,
    /// For each of those, how many neighbours it has left.
    degrees: Vec<usize>,
}

impl<T: Table> Order<T> {
    /// Finds the order. `find_costs` is asked when there are nodes with too many neighbours
    /// only.
    fn compute<'c>(&mut self, graph: &Graph<T>, find_costs: impl FnOnce() -> &'c Costs) {
        self.found.clear();
        T::clear(&mut self.easy, graph.regs() as u32);
        T::clear(&mut self.hard, graph.regs() as u32);
        let (easy, hard) = (self.easy.borrow_mut(), self.hard.borrow_mut());
        for node in graph.nodes() {
            match graph.degree(node) < COLORS {
                true => easy.include(node.0),
                false => hard.include(node.0),
            }
        }
        if let Some(last) = hard.numbers().last() {
            self.degrees.clear();
            self.degrees.resize(last as usize + 1, 0);
            let degrees = &mut self.degrees;
            hard.for_each(|node| degrees[node as usize] = graph.degree(Reg(node)));
            self.take_hard(graph, find_costs);
        }
        // Nothing changes any more: all are easy.
        let found = &mut self.found;
        let easy: &T::Set = self.easy.borrow_mut();
        easy.for_each(|node| found.push(Reg(node)));
    }

    /// Takes nodes away until all that are left have few neighbours.
    fn take_hard<'c>(&mut self, graph: &Graph<T>, find_costs: impl FnOnce() -> &'c Costs) {
        let mut find_costs = Some(find_costs);
        let mut costs = None;
        let (easy, hard) = (self.easy.borrow_mut(), self.hard.borrow_mut());
        while hard.first().is_some() {
            let node = easy.first().or_else(|| {
                let known = find_costs.take().map(|find| find());
                costs = costs.or(known);
                let price = |node: &u32| {
                    let degree = self.degrees[*node as usize];
                    costs.map_or(0, |costs: &Costs| costs.price(Reg(*node), degree))
                };
                hard.numbers().min_by_key(price)
            });
            let Some(node) = node else {
                return;
            };
            easy.exclude(node);
            hard.exclude(node);
            self.found.push(Reg(node));
            for neighbour in graph.neighbours(Reg(node)) {
                if !hard.has(neighbour.0) {
                    continue;
                }
                let degree = &mut self.degrees[neighbour.index()];
                *degree -= 1;
                if *degree < COLORS {
                    hard.exclude(neighbour.0);
                    easy.include(neighbour.0);
                }
            }
        }
    }
}
