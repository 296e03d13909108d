//! Graph colouring: merging the two sides of moves, then a register for every node.
//!
//! Chaitin and Briggs, "Improvements to Graph Coloring Register Allocation".

use super::interference::Graph;
use super::machine::Reg;
use std::collections::{BTreeMap, BTreeSet};

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

/// Merges the two sides of moves.
pub fn merge_moves(graph: &mut Graph, merging: Merging) {
    let mut changed = true;
    while changed {
        changed = false;
        for (dst, src) in graph.moves.clone() {
            let (dst, src) = (graph.find(dst), graph.find(src));
            let (kept, gone) = if src.is_physical() || !dst.is_physical() {
                (src, dst)
            } else {
                (dst, src)
            };
            if kept == gone || gone.is_physical() || graph.interfere(kept, gone) {
                continue;
            }
            if merging == Merging::Eager || is_safe(graph, kept, gone) {
                graph.merge(kept, gone);
                changed = true;
            }
        }
    }
}

/// The tests of Briggs, and of George for machine registers.
fn is_safe(graph: &Graph, kept: Reg, gone: Reg) -> bool {
    let significant = |node: &&Reg| graph.degree(**node) >= COLORS;
    if kept.is_physical() {
        let mut others = graph.neighbours(gone).iter().filter(significant);
        return others.all(|node| node.is_physical() || graph.interfere(*node, kept));
    }
    let (a, b) = (graph.neighbours(kept), graph.neighbours(gone));
    a.union(b).filter(significant).count() < COLORS
}

/// Registers for nodes, and the nodes that got none.
pub struct Coloring {
    colors: BTreeMap<Reg, Reg>,
    /// Nodes without a register, worst first.
    pub uncolored: Vec<Reg>,
}

impl Coloring {
    /// Gives every node a register that no neighbour has, as far as there is one.
    pub fn new(graph: &Graph) -> Self {
        let mut this = Self {
            colors: (0..Reg::PHYSICAL).map(|n| (Reg(n), Reg(n))).collect(),
            uncolored: Vec::new(),
        };
        for node in elimination_order(graph).into_iter().rev() {
            match this.free_color(graph, node) {
                Some(color) => {
                    this.colors.insert(node, color);
                }
                None => this.uncolored.push(node),
            }
        }
        this
    }

    /// The register of a node.
    pub fn color(&self, node: Reg) -> Option<Reg> {
        self.colors.get(&node).copied()
    }

    /// A register no neighbour has: one that makes a move come to nothing, else the lowest.
    fn free_color(&self, graph: &Graph, node: Reg) -> Option<Reg> {
        let neighbours = graph.neighbours(node).iter();
        let taken: BTreeSet<_> = neighbours.filter_map(|other| self.color(*other)).collect();
        let is_free = |color: &Reg| !taken.contains(color);
        let partners = graph.moves.iter().filter_map(|(dst, src)| {
            match (graph.find(*dst), graph.find(*src)) {
                (dst, src) if dst == node => Some(src),
                (dst, src) if src == node => Some(dst),
                _ => None,
            }
        });
        let wanted = partners.filter_map(|partner| self.color(partner));
        let all = (0..Reg::PHYSICAL).map(Reg);
        wanted.chain(all).find(is_free)
    }
}

/// The nodes in an order in which each, when it is taken away, has few neighbours left, as
/// far as possible; else the cheapest to have in memory goes first.
fn elimination_order(graph: &Graph) -> Vec<Reg> {
    let mut degrees: BTreeMap<Reg, usize> = graph
        .nodes()
        .map(|node| (node, graph.degree(node)))
        .collect();
    let mut order = Vec::with_capacity(degrees.len());
    while !degrees.is_empty() {
        let easy = degrees.iter().find(|(_, degree)| **degree < COLORS);
        let next = easy.or_else(|| {
            let price = |(node, degree): &(&Reg, &usize)| {
                graph.costs[node.index()].saturating_mul(1000) / (**degree as u64).max(1)
            };
            degrees.iter().min_by_key(price)
        });
        let Some((&node, _)) = next else {
            break;
        };
        degrees.remove(&node);
        for neighbour in graph.neighbours(node) {
            if let Some(degree) = degrees.get_mut(neighbour) {
                *degree -= 1;
            }
        }
        order.push(node);
    }
    order
}
