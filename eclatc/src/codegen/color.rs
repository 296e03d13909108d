//! Graph colouring: merging the two sides of moves, then a register for every node.
//!
//! Chaitin and Briggs, "Improvements to Graph Coloring Register Allocation".

use super::interference::Graph;
use super::machine::Reg;
use crate::bitset::{self, Bits};

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
        for index in 0..graph.moves.len() {
            let (dst, src) = graph.moves[index];
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
pub struct Coloring {
    colors: Vec<Option<Reg>>,
    /// Nodes without a register, worst first.
    pub uncolored: Vec<Reg>,
    order: Order,
    /// Moves between nodes that were not merged.
    moves: Vec<(Reg, Reg)>,
}

impl Coloring {
    /// Gives every node a register that no neighbour has, as far as there is one.
    pub fn compute(&mut self, graph: &Graph) {
        self.uncolored.clear();
        self.colors.clear();
        self.colors
            .extend((0..Reg::PHYSICAL).map(|it| Some(Reg(it))));
        self.colors.resize(graph.costs.len(), None);
        let moves = graph.moves.iter();
        let moves = moves.map(|(dst, src)| (graph.find(*dst), graph.find(*src)));
        self.moves.clear();
        self.moves.extend(moves.filter(|(dst, src)| dst != src));
        self.order.compute(graph);
        for index in (0..self.order.found.len()).rev() {
            let node = self.order.found[index];
            match self.free_color(graph, node) {
                Some(color) => self.colors[node.index()] = Some(color),
                None => self.uncolored.push(node),
            }
        }
    }

    /// The register of a node.
    pub fn color(&self, node: Reg) -> Option<Reg> {
        self.colors[node.index()]
    }

    /// A register no neighbour has: one that makes a move come to nothing, else the lowest.
    fn free_color(&self, graph: &Graph, node: Reg) -> Option<Reg> {
        let mut taken = [false; COLORS];
        for color in graph.neighbours(node).filter_map(|other| self.color(other)) {
            taken[color.index()] = true;
        }
        let is_free = |color: &Reg| !taken[color.index()];
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

/// The nodes in an order in which each, when it is taken away, has few neighbours left, as
/// far as possible; else the cheapest to have in memory goes first.
#[derive(Default)]
struct Order {
    found: Vec<Reg>,
    degrees: Vec<usize>,
    /// Nodes that are left.
    left: Vec<u64>,
    /// Those of them that have few neighbours left.
    easy: Vec<u64>,
}

impl Order {
    fn compute(&mut self, graph: &Graph) {
        let bound = graph.costs.len();
        bitset::clear(&mut self.left, bound as u32);
        bitset::clear(&mut self.easy, bound as u32);
        self.degrees.clear();
        self.degrees.resize(bound, usize::MAX);
        for node in graph.nodes() {
            let degree = graph.degree(node);
            self.degrees[node.index()] = degree;
            self.left.include(node.0);
            if degree < COLORS {
                self.easy.include(node.0);
            }
        }
        self.found.clear();
        while let Some(node) = self.next(graph) {
            self.take(graph, node);
        }
    }

    fn next(&self, graph: &Graph) -> Option<Reg> {
        let price = |node: &u32| {
            let degree = (self.degrees[*node as usize] as u64).max(1);
            graph.costs[*node as usize].saturating_mul(1000) / degree
        };
        let easy = self.easy.numbers().next();
        let next = easy.or_else(|| self.left.numbers().min_by_key(price));
        next.map(Reg)
    }

    fn take(&mut self, graph: &Graph, node: Reg) {
        self.left.exclude(node.0);
        self.easy.exclude(node.0);
        self.found.push(node);
        for neighbour in graph.neighbours(node) {
            let degree = &mut self.degrees[neighbour.index()];
            *degree = degree.saturating_sub(1);
            if *degree < COLORS && self.left.has(neighbour.0) {
                self.easy.include(neighbour.0);
            }
        }
    }
}
