//! The shape of a function, kept from pass to pass: predecessors, an order, and dominators.
//!
//! What it is computed from are the edges alone. Where they may have changed, [`Shape::doubt`]
//! says so; [`Shape::update`] then compares them with those of the last time, so that passes
//! which leave them as they are cost next to nothing here.

use super::{Block, BlockId, Function, Terminator};

/// Predecessors, reverse postorder and dominators of a function.
#[derive(Default)]
pub struct Shape {
    /// For each block, where it may go on.
    edges: Vec<Edges>,
    /// The same with the numbers that blocks had before.
    old_edges: Vec<Edges>,
    /// For each block, where its predecessors start; and the end of the last ones.
    pred_starts: Vec<u32>,
    preds: Vec<BlockId>,
    /// The blocks that can be reached, each before those it dominates.
    order: Vec<BlockId>,
    /// For each block, its place in `order`; [`UNREACHED`] where it has none.
    rank: Vec<u32>,
    /// For each block, its immediate dominator; the entry's is itself.
    parents: Vec<BlockId>,
    /// For each block, when a walk of the dominator tree enters and leaves it.
    visits: Vec<(u32, u32)>,
    /// Whether the edges are known to be those of the function.
    is_sure: bool,
    /// Whether every edge leads to a later block, and all blocks can be reached.
    is_forward: bool,
    /// Whether predecessors are those of the edges.
    has_predecessors: bool,
    /// Whether dominators are.
    has_dominators: bool,
    path: Vec<(BlockId, u8)>,
    numbers: Vec<u32>,
}

const UNREACHED: u32 = u32::MAX;

impl Shape {
    /// Makes it that of a function. Predecessors and dominators are computed when they are
    /// asked for.
    pub fn update(&mut self, function: &Function) {
        if std::mem::replace(&mut self.is_sure, true) || self.is_of(function) {
            return;
        }
        self.edges.clear();
        self.edges.extend(function.blocks.iter().map(edges));
        self.find_order();
        self.edges_are_new();
    }

    /// The edges may be others now, or the function another one.
    pub fn doubt(&mut self) {
        self.is_sure = false;
    }

    fn edges_are_new(&mut self) {
        self.has_predecessors = false;
        self.has_dominators = false;
        let forward = |(from, next): (usize, &Edges)| next.iter().all(|to| to.index() > from);
        self.is_forward =
            self.order.len() == self.edges.len() && self.edges.iter().enumerate().all(forward);
    }

    /// Makes it that of the same function with its blocks in this order, and without those
    /// that cannot be reached.
    pub fn put_in_order(&mut self) {
        std::mem::swap(&mut self.edges, &mut self.old_edges);
        self.edges.clear();
        for (place, id) in self.order.iter_mut().enumerate() {
            let next = self.old_edges[id.index()];
            let renamed = |to: BlockId| match to {
                NONE => NONE,
                to => BlockId(self.rank[to.index()]),
            };
            self.edges.push(next.map(renamed));
            *id = BlockId(place as u32);
        }
        self.rank.clear();
        self.rank.extend(0..self.order.len() as u32);
        self.edges_are_new();
    }

    fn is_of(&self, function: &Function) -> bool {
        let blocks = &function.blocks;
        let mut pairs = self.edges.iter().zip(blocks);
        self.edges.len() == blocks.len() && pairs.all(|(known, block)| *known == edges(block))
    }

    /// Computes the predecessors, unless they are known.
    pub fn find_predecessors(&mut self) {
        if std::mem::replace(&mut self.has_predecessors, true) {
            return;
        }
        let starts = &mut self.pred_starts;
        starts.clear();
        starts.resize(self.edges.len() + 1, 0);
        for to in self.edges.iter().flatten().filter(|to| **to != NONE) {
            starts[to.index()] += 1;
        }
        let mut sum = 0;
        for start in starts.iter_mut() {
            sum += *start;
            *start = sum;
        }
        // Filled from behind, so that each list starts where its count ends.
        self.preds.clear();
        self.preds.resize(sum as usize, BlockId::ENTRY);
        for (from, next) in self.edges.iter().enumerate().rev() {
            for to in next.iter().rev().filter(|to| **to != NONE) {
                starts[to.index()] -= 1;
                self.preds[starts[to.index()] as usize] = BlockId(from as u32);
            }
        }
    }

    fn find_order(&mut self) {
        self.order.clear();
        self.rank.clear();
        self.rank.resize(self.edges.len(), UNREACHED);
        self.rank[0] = 0;
        self.path.push((BlockId::ENTRY, 2));
        while let Some((id, left)) = self.path.last_mut() {
            let id = *id;
            // The last successor first: the reversed order then follows the text form.
            let Some(index) = left.checked_sub(1) else {
                self.order.push(id);
                self.path.pop();
                continue;
            };
            *left = index;
            let next = self.edges[id.index()][usize::from(index)];
            if next != NONE && self.rank[next.index()] == UNREACHED {
                self.rank[next.index()] = 0;
                self.path.push((next, 2));
            }
        }
        self.order.reverse();
        for (rank, id) in (0..).zip(&self.order) {
            self.rank[id.index()] = rank;
        }
    }

    /// The blocks that may go on at this one; one twice if both sides of its branch lead here.
    /// Predecessors must be there.
    pub fn predecessors(&self, id: BlockId) -> &[BlockId] {
        let range = self.pred_starts[id.index()]..self.pred_starts[id.index() + 1];
        &self.preds[range.start as usize..range.end as usize]
    }

    /// The blocks that can be reached, each before those it dominates.
    pub fn order(&self) -> &[BlockId] {
        &self.order
    }

    /// The place of a block in the order, unless it cannot be reached.
    pub fn place(&self, id: BlockId) -> Option<BlockId> {
        let rank = self.rank[id.index()];
        (rank != UNREACHED).then_some(BlockId(rank))
    }

    /// Whether every edge leads to a later block, and all blocks can be reached.
    pub fn is_forward(&self) -> bool {
        self.is_forward
    }

    /// Computes the dominator tree (Cooper, Harvey and Kennedy, "A Simple, Fast Dominance
    /// Algorithm"), unless it is known.
    pub fn find_dominators(&mut self) {
        if self.has_dominators {
            return;
        }
        self.has_dominators = true;
        self.find_predecessors();
        let mut parents = std::mem::take(&mut self.parents);
        parents.clear();
        parents.resize(self.edges.len(), NONE);
        parents[0] = BlockId::ENTRY;
        let mut changed = true;
        while changed {
            changed = false;
            for &id in self.order.iter().skip(1) {
                let known = self.predecessors(id).iter().copied();
                let known = known.filter(|pred| parents[pred.index()] != NONE);
                let parent = known.reduce(|a, b| self.common(&parents, a, b));
                let parent = parent.unwrap_or(NONE);
                changed |= parents[id.index()] != parent;
                parents[id.index()] = parent;
            }
            // In a graph without cycles all predecessors are known when they are asked for.
            changed &= !self.is_forward;
        }
        self.parents = parents;
        self.number();
    }

    fn common(&self, parents: &[BlockId], a: BlockId, b: BlockId) -> BlockId {
        let (mut a, mut b) = (a, b);
        while a != b {
            if self.rank[a.index()] > self.rank[b.index()] {
                a = parents[a.index()];
            } else {
                b = parents[b.index()];
            }
        }
        a
    }

    /// Numbers the tree so that whatever is below a block has the numbers behind its own.
    fn number(&mut self) {
        // How many blocks are below each one, itself included.
        let sizes = &mut self.numbers;
        sizes.clear();
        sizes.resize(self.edges.len(), 1);
        for &id in self.order.iter().skip(1).rev() {
            sizes[self.parents[id.index()].index()] += sizes[id.index()];
        }
        self.visits.clear();
        self.visits.resize(self.edges.len(), (0, 0));
        // From when a block has its numbers on, this is the next one for a child of it.
        let next = sizes;
        for &id in &self.order {
            let size = next[id.index()];
            let start = match id {
                BlockId::ENTRY => 0,
                _ => {
                    let start = &mut next[self.parents[id.index()].index()];
                    *start += size;
                    *start - size
                }
            };
            self.visits[id.index()] = (start, start + size);
            next[id.index()] = start + 1;
        }
    }

    /// The nearest block that every path to `block` goes through; `None` for the entry.
    /// Dominators must be there, and the block must be reached.
    pub fn parent(&self, block: BlockId) -> Option<BlockId> {
        (block != BlockId::ENTRY).then(|| self.parents[block.index()])
    }

    /// Whether every path to `below`, which can be reached, goes through `above`, which may
    /// be the same. Dominators must be there.
    pub fn dominates(&self, above: BlockId, below: BlockId) -> bool {
        let (enter, leave) = self.visits[above.index()];
        let (inner, _) = self.visits[below.index()];
        enter <= inner && inner < leave
    }
}

/// Where a block may go on, [`NONE`] where it has fewer than two successors.
type Edges = [BlockId; 2];

/// No block.
const NONE: BlockId = BlockId(u32::MAX);

fn edges(block: &Block) -> Edges {
    match &block.end {
        Terminator::Jump(target) => [target.block, NONE],
        Terminator::Branch {
            then, otherwise, ..
        } => [then.block, otherwise.block],
        Terminator::Return(_) | Terminator::Finish(..) => [NONE, NONE],
    }
}
