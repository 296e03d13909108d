//! The shortest and the longest way through a chain.
//!
//! Inner loops are measured first and then count as one block, so that every region is a
//! graph without cycles.

use super::graph::{Graph, Loop, Node};
use super::{Count, Extent};
use crate::bitset::Bits;
use crate::ir::Symbol;

/// What is added up along a way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quantity {
    Instructions,
    Calls,
    Frames,
}

impl Quantity {
    /// Of one block after the other; frames are given back, so the deeper of two counts.
    fn join(self, a: Count, b: Count) -> Count {
        match self {
            Self::Frames => a.max(b),
            _ => a.plus(b),
        }
    }

    fn repeat(self, times: Count, once: Count) -> Count {
        match self {
            _ if once == Count::new(0) => once,
            Self::Frames => once,
            _ => once.times(times),
        }
    }
}

/// Measures chains, one after the other.
#[derive(Default)]
pub struct Walk {
    /// What each block takes, and each loop, at its first block.
    weights: Vec<Extent>,
    /// The outermost measured loop that each block is in; empty when there is no loop.
    inside: Vec<Option<usize>>,
    /// The least it takes to end the chain within each measured loop.
    ends: Vec<Count>,
    /// For blocks of a region, what it takes from its start to the block.
    before: Vec<Option<Extent>>,
    /// The same to behind the block.
    behind: Vec<Option<Extent>>,
}

impl Walk {
    /// Instructions, program calls and frames of a chain, given those of the chains it calls.
    pub fn measure(
        &mut self,
        graph: &Graph,
        others: impl Fn(&Symbol) -> Option<[Extent; 3]>,
    ) -> [Extent; 3] {
        [Quantity::Instructions, Quantity::Calls, Quantity::Frames].map(|quantity| {
            self.weigh(graph, quantity, &others);
            let mut way = Way {
                graph,
                quantity,
                walk: self,
            };
            let found = way.whole();
            match quantity {
                Quantity::Frames => Extent {
                    least: found.least.plus(Count::new(1)),
                    most: found.most.plus(Count::new(1)),
                },
                _ => found,
            }
        })
    }

    fn weigh(
        &mut self,
        graph: &Graph,
        quantity: Quantity,
        others: impl Fn(&Symbol) -> Option<[Extent; 3]>,
    ) {
        self.weights.clear();
        self.weights.extend(graph.blocks.iter().map(|block| {
            let own = match quantity {
                Quantity::Instructions => block.instructions,
                Quantity::Calls => block.programs,
                Quantity::Frames => 0,
            };
            let own = Extent {
                least: Count::new(own),
                most: Count::new(own),
            };
            let known = block.chains.iter().filter_map(|call| others(&call.symbol));
            known
                .map(|measures| measures[quantity as usize])
                .fold(own, |sum, called| Extent {
                    least: quantity.join(sum.least, called.least),
                    most: quantity.join(sum.most, called.most),
                })
        }));
        self.inside.clear();
        self.ends.clear();
    }
}

/// The way through one graph.
struct Way<'w> {
    graph: &'w Graph,
    quantity: Quantity,
    walk: &'w mut Walk,
}

impl Way<'_> {
    fn whole(&mut self) -> Extent {
        if !self.graph.loops.is_empty() {
            self.walk.inside.resize(self.graph.blocks.len(), None);
        }
        for index in 0..self.graph.loops.len() {
            self.collapse(index);
        }
        self.go(Node(0), |_| true);
        Extent {
            least: self.least_end(),
            most: self.most(|_| true),
        }
    }

    /// Measures a loop and lets it count as one block from now on.
    fn collapse(&mut self, index: usize) {
        let a_loop = &self.graph.loops[index];
        self.go(a_loop.header, |node| a_loop.body.has(node.0));
        let end = self.least_end();
        self.walk.weights[a_loop.header.index()] = self.loop_weight(a_loop);
        for node in a_loop.body.numbers() {
            self.walk.inside[node as usize] = Some(index);
        }
        self.walk.ends.push(end);
    }

    fn loop_weight(&self, a_loop: &Loop) -> Extent {
        let goes_back = |node: Node| a_loop.latches.iter().any(|it| self.stands_for(*it) == node);
        let leaves = |node: Node| {
            let mut leaves = false;
            self.for_each_next(node, |next| leaves |= !a_loop.body.has(next.0));
            leaves
        };
        let again = match a_loop.turns.known() {
            Some(turns) => Count::new(turns.saturating_sub(1)),
            None => Count::UNBOUNDED,
        };
        let repeated = |once| self.quantity.repeat(again, once);
        let out = self.least(leaves);
        Extent {
            least: match a_loop.exact {
                true => self.quantity.join(repeated(self.least(goes_back)), out),
                false => out,
            },
            most: self
                .quantity
                .join(repeated(self.most(goes_back)), self.most(|_| true)),
        }
    }

    /// The measured loop that a block is in.
    fn loop_of(&self, node: Node) -> Option<usize> {
        self.walk.inside.get(node.index()).copied().flatten()
    }

    /// The block that a block is represented by: the first one of its measured loop.
    fn stands_for(&self, node: Node) -> Node {
        let index = self.loop_of(node);
        index.map_or(node, |index| self.graph.loops[index].header)
    }

    /// Where a block, or the measured loop it stands for, goes on.
    fn for_each_next(&self, node: Node, mut visit: impl FnMut(Node)) {
        let Some(index) = self.loop_of(node) else {
            return self.graph.block(node).next().for_each(visit);
        };
        let body = &self.graph.loops[index].body;
        for inner in body.numbers().map(Node) {
            let next = self.graph.block(inner).next();
            next.filter(|next| !body.has(next.0)).for_each(&mut visit);
        }
    }

    /// Measures from the start of a region to behind each of its blocks.
    fn go(&mut self, start: Node, is_inside: impl Fn(Node) -> bool) {
        let count = self.graph.blocks.len();
        let mut before = std::mem::take(&mut self.walk.before);
        before.clear();
        before.resize(count, None);
        before[start.index()] = Some(Extent::NOTHING);
        let mut behind = std::mem::take(&mut self.walk.behind);
        behind.clear();
        behind.resize(count, None);
        for &node in &self.graph.order {
            let Some(here) = before[node.index()].filter(|_| self.stands_for(node) == node) else {
                continue;
            };
            let weight = self.walk.weights[node.index()];
            let after = Extent {
                least: self.quantity.join(here.least, weight.least),
                most: self.quantity.join(here.most, weight.most),
            };
            behind[node.index()] = Some(after);
            self.for_each_next(node, |next| {
                let next = self.stands_for(next);
                if next != start && is_inside(next) {
                    let known = before[next.index()].get_or_insert(after);
                    known.least = known.least.min(after.least);
                    known.most = known.most.max(after.most);
                }
            });
        }
        self.walk.before = before;
        self.walk.behind = behind;
    }

    /// The least it takes to come to an end of the chain.
    fn least_end(&self) -> Count {
        let ends = self.distances().filter_map(|(node, behind)| {
            if let Some(index) = self.loop_of(node) {
                // What the loop takes is in the distance already: an end in it comes sooner.
                let end = self.walk.ends[index];
                return (end != Count::UNBOUNDED).then_some(end);
            }
            let block = self.graph.block(node);
            let may_end = self.quantity == Quantity::Instructions && block.may_end;
            (may_end || block.next().next().is_none()).then_some(behind.least)
        });
        ends.min().unwrap_or(Count::UNBOUNDED)
    }

    /// The blocks that [`Self::go`] came to.
    fn distances(&self) -> impl Iterator<Item = (Node, Extent)> + '_ {
        let behind = (0..).map(Node).zip(&self.walk.behind);
        behind.filter_map(|(node, extent)| Some((node, (*extent)?)))
    }

    fn least(&self, chosen: impl Fn(Node) -> bool) -> Count {
        let chosen = self.distances().filter(|(node, _)| chosen(*node));
        let least = chosen.map(|(_, behind)| behind.least).min();
        least.unwrap_or(Count::UNBOUNDED)
    }

    fn most(&self, chosen: impl Fn(Node) -> bool) -> Count {
        let chosen = self.distances().filter(|(node, _)| chosen(*node));
        let most = chosen.map(|(_, behind)| behind.most).max();
        most.unwrap_or(Count::new(0))
    }
}
