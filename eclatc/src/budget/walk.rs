//! The shortest and the longest way through a chain.
//!
//! Inner loops are measured first and then count as one block, so that every region is a
//! graph without cycles.

use super::graph::{Graph, Loop, Node};
use super::{Count, Extent, Measures};
use std::collections::{BTreeMap, BTreeSet};

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

/// Instructions, program calls and frames of a chain, given those of the chains it calls.
pub fn measure(graph: &Graph, others: &Measures<'_>) -> [Extent; 3] {
    [Quantity::Instructions, Quantity::Calls, Quantity::Frames].map(|quantity| {
        let found = Walk::new(graph, others, quantity).whole();
        match quantity {
            Quantity::Frames => Extent {
                least: found.least.plus(Count::new(1)),
                most: found.most.plus(Count::new(1)),
            },
            _ => found,
        }
    })
}

struct Walk<'g> {
    graph: &'g Graph,
    quantity: Quantity,
    /// What each block takes, and each loop, at its first block.
    weights: Vec<Extent>,
    /// The outermost measured loop that a block is in.
    inside: BTreeMap<Node, usize>,
    /// The least it takes to end the chain within each measured loop.
    ends: BTreeMap<usize, Count>,
}

/// Distances from the start of a region to behind each of its blocks.
type Distances = BTreeMap<Node, Extent>;

impl<'g> Walk<'g> {
    fn new(graph: &'g Graph, others: &Measures<'_>, quantity: Quantity) -> Self {
        let weights = graph.blocks.iter().map(|block| {
            let own = match quantity {
                Quantity::Instructions => block.instructions,
                Quantity::Calls => block.programs,
                Quantity::Frames => 0,
            };
            let own = Extent {
                least: Count::new(own),
                most: Count::new(own),
            };
            let known = block
                .chains
                .iter()
                .filter_map(|call| others.get(&call.symbol));
            known
                .map(|measures| measures[quantity as usize])
                .fold(own, |sum, called| Extent {
                    least: quantity.join(sum.least, called.least),
                    most: quantity.join(sum.most, called.most),
                })
        });
        Self {
            graph,
            quantity,
            weights: weights.collect(),
            inside: BTreeMap::new(),
            ends: BTreeMap::new(),
        }
    }

    fn whole(mut self) -> Extent {
        for index in 0..self.graph.loops.len() {
            self.collapse(index);
        }
        let all: BTreeSet<Node> = self.graph.order.iter().copied().collect();
        let distances = self.distances(&all, Node(0));
        Extent {
            least: self.least_end(&distances),
            most: most(&distances, |_| true),
        }
    }

    /// Measures a loop and lets it count as one block from now on.
    fn collapse(&mut self, index: usize) {
        let a_loop = &self.graph.loops[index];
        let distances = self.distances(&a_loop.body, a_loop.header);
        let end = self.least_end(&distances);
        let weight = self.loop_weight(a_loop, &distances);
        self.weights[a_loop.header.0] = weight;
        for node in &a_loop.body {
            self.inside.insert(*node, index);
        }
        self.ends.insert(index, end);
    }

    fn loop_weight(&self, a_loop: &Loop, distances: &Distances) -> Extent {
        let goes_back = |node: Node| a_loop.latches.iter().any(|it| self.stands_for(*it) == node);
        let leaves = |node: Node| {
            let mut next = self.successors(node);
            next.any(|next| !a_loop.body.contains(&next))
        };
        let again = match a_loop.turns.known() {
            Some(turns) => Count::new(turns.saturating_sub(1)),
            None => Count::UNBOUNDED,
        };
        let repeated = |once| self.quantity.repeat(again, once);
        let out = least(distances, leaves);
        Extent {
            least: match a_loop.exact {
                true => self
                    .quantity
                    .join(repeated(least(distances, goes_back)), out),
                false => out,
            },
            most: self.quantity.join(
                repeated(most(distances, goes_back)),
                most(distances, |_| true),
            ),
        }
    }

    /// The block that a block is represented by: the first one of its measured loop.
    fn stands_for(&self, node: Node) -> Node {
        let index = self.inside.get(&node);
        index.map_or(node, |index| self.graph.loops[*index].header)
    }

    /// Where a block, or the measured loop it stands for, goes on.
    fn successors(&self, node: Node) -> Box<dyn Iterator<Item = Node> + '_> {
        let next = |node: &Node| self.graph.blocks[node.0].next.iter().copied();
        match self.inside.get(&node) {
            None => Box::new(next(&node)),
            Some(index) => {
                let body = &self.graph.loops[*index].body;
                let all = body.iter().flat_map(next);
                Box::new(all.filter(|next| !body.contains(next)))
            }
        }
    }

    fn distances(&self, region: &BTreeSet<Node>, start: Node) -> Distances {
        let zero = Extent {
            least: Count::new(0),
            most: Count::new(0),
        };
        let mut before: BTreeMap<Node, Extent> = BTreeMap::from([(start, zero)]);
        let mut behind = Distances::new();
        let order = self.graph.order.iter().copied();
        for node in order.filter(|node| region.contains(node) && self.stands_for(*node) == *node) {
            let Some(here) = before.get(&node).copied() else {
                continue;
            };
            let weight = self.weights[node.0];
            let after = Extent {
                least: self.quantity.join(here.least, weight.least),
                most: self.quantity.join(here.most, weight.most),
            };
            behind.insert(node, after);
            for next in self.successors(node).map(|next| self.stands_for(next)) {
                if next != start && region.contains(&next) {
                    let known = before.entry(next).or_insert(after);
                    known.least = known.least.min(after.least);
                    known.most = known.most.max(after.most);
                }
            }
        }
        behind
    }

    /// The least it takes to come to an end of the chain.
    fn least_end(&self, distances: &Distances) -> Count {
        let ends = distances.iter().filter_map(|(node, behind)| {
            if let Some(index) = self.inside.get(node) {
                // What the loop takes is in the distance already: an end in it comes sooner.
                let end = self.ends[index];
                return (end != Count::UNBOUNDED).then_some(end);
            }
            let block = &self.graph.blocks[node.0];
            let ends =
                block.next.is_empty() || (self.quantity == Quantity::Instructions && block.may_end);
            ends.then_some(behind.least)
        });
        ends.min().unwrap_or(Count::UNBOUNDED)
    }
}

fn least(distances: &Distances, chosen: impl Fn(Node) -> bool) -> Count {
    let chosen = distances.iter().filter(|(node, _)| chosen(**node));
    let least = chosen.map(|(_, behind)| behind.least).min();
    least.unwrap_or(Count::UNBOUNDED)
}

fn most(distances: &Distances, chosen: impl Fn(Node) -> bool) -> Count {
    let chosen = distances.iter().filter(|(node, _)| chosen(**node));
    chosen
        .map(|(_, behind)| behind.most)
        .max()
        .unwrap_or(Count::new(0))
}
