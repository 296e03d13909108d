//! Graph colouring: merging the two sides of moves, then a register for every node.
//!
//! Chaitin and Briggs, "Improvements to Graph Coloring Register Allocation".

use super::interference::Graph;
use super::machine::Reg;

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
pub struct Coloring {
    colors: Vec<Option<Reg>>,
    /// Nodes without a register, worst first.
    pub uncolored: Vec<Reg>,
}

impl Coloring {
    /// Gives every node a register that no neighbour has, as far as there is one.
    pub fn new(graph: &Graph) -> Self {
        let mut this = Self {
            colors: vec![None; graph.costs.len()],
            uncolored: Vec::new(),
        };
        for machine in (0..Reg::PHYSICAL).map(Reg) {
            this.colors[machine.index()] = Some(machine);
        }
        for node in elimination_order(graph).into_iter().rev() {
            match this.free_color(graph, node) {
                Some(color) => this.colors[node.index()] = Some(color),
                None => this.uncolored.push(node),
            }
        }
        this
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
    let mut left: Vec<Reg> = graph.nodes().collect();
    let mut degrees: Vec<usize> = vec![0; graph.costs.len()];
    for node in &left {
        degrees[node.index()] = graph.degree(*node);
    }
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let easy = left.iter().position(|it| degrees[it.index()] < COLORS);
        let next = easy.or_else(|| {
            let price = |node: &Reg| {
                let degree = (degrees[node.index()] as u64).max(1);
                graph.costs[node.index()].saturating_mul(1000) / degree
            };
            (0..left.len()).min_by_key(|index| price(&left[*index]))
        });
        let node = left.remove(next.unwrap_or_default());
        for neighbour in graph.neighbours(node) {
            let degree = &mut degrees[neighbour.index()];
            *degree = degree.saturating_sub(1);
        }
        order.push(node);
    }
    order
}
