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

/// One of something for each quantity.
type Each<T> = [T; 3];

impl Quantity {
    /// Computes something of each quantity; they are measured in one go.
    fn each<T>(compute: impl FnMut(Self) -> T) -> Each<T> {
        [Self::Instructions, Self::Calls, Self::Frames].map(compute)
    }

    /// As an index into what there is of each.
    fn index(self) -> usize {
        self as usize
    }

    /// Of one block after the other, at least and at most.
    fn join_extents(self, a: Extent, b: Extent) -> Extent {
        Extent {
            least: self.join(a.least, b.least),
            most: self.join(a.most, b.most),
        }
    }

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
    weights: Vec<Each<Extent>>,
    /// The outermost measured loop that each block is in; empty when there is no loop.
    inside: Vec<Option<usize>>,
    /// The least it takes to end the chain within each measured loop.
    ends: Vec<Each<Count>>,
    /// For blocks of a region, what it takes from its start to the block.
    before: Vec<Option<Each<Extent>>>,
    /// The same to behind the block.
    behind: Vec<Option<Each<Extent>>>,
}

impl Walk {
    /// Instructions, program calls and frames of a chain, given those of the chains it calls.
    pub fn measure(
        &mut self,
        graph: &Graph,
        others: impl Fn(&Symbol) -> Option<[Extent; 3]>,
    ) -> [Extent; 3] {
        self.weigh(graph, others);
        let mut way = Way { graph, walk: self };
        let [instructions, calls, frames] = way.whole();
        let itself = Count::new(1);
        let frames = Extent {
            least: frames.least.plus(itself),
            most: frames.most.plus(itself),
        };
        [instructions, calls, frames]
    }

    fn weigh(&mut self, graph: &Graph, others: impl Fn(&Symbol) -> Option<[Extent; 3]>) {
        self.weights.clear();
        self.weights.extend(graph.blocks.iter().map(|block| {
            let own = [block.instructions, block.programs, 0].map(|own| Extent {
                least: Count::new(own),
                most: Count::new(own),
            });
            let known = block.chains.iter().filter_map(|call| others(&call.symbol));
            known.fold(own, |sum, called| join(&sum, &called))
        }));
        self.inside.clear();
        self.ends.clear();
    }
}

/// Of one block after the other.
fn join(a: &Each<Extent>, b: &Each<Extent>) -> Each<Extent> {
    Quantity::each(|it| it.join_extents(a[it.index()], b[it.index()]))
}

/// The way through one graph.
struct Way<'w> {
    graph: &'w Graph,
    walk: &'w mut Walk,
}

impl Way<'_> {
    fn whole(&mut self) -> Each<Extent> {
        if !self.graph.loops.is_empty() {
            self.walk.inside.resize(self.graph.blocks.len(), None);
        }
        for index in 0..self.graph.loops.len() {
            self.collapse(index);
        }
        self.go(Node(0), |_| true);
        let (least, most) = (self.least_end(), self.most(|_| true));
        Quantity::each(|it| Extent {
            least: least[it.index()],
            most: most[it.index()],
        })
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

    fn loop_weight(&self, a_loop: &Loop) -> Each<Extent> {
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
        let (least_back, most_back) = (self.least(goes_back), self.most(goes_back));
        let (out, most) = (self.least(leaves), self.most(|_| true));
        Quantity::each(|it| {
            let index = it.index();
            let repeated = |once| it.repeat(again, once);
            Extent {
                least: match a_loop.exact {
                    true => it.join(repeated(least_back[index]), out[index]),
                    false => out[index],
                },
                most: it.join(repeated(most_back[index]), most[index]),
            }
        })
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
        before[start.index()] = Some([Extent::NOTHING; 3]);
        let mut behind = std::mem::take(&mut self.walk.behind);
        behind.clear();
        behind.resize(count, None);
        for &node in &self.graph.order {
            let Some(here) = before[node.index()].filter(|_| self.stands_for(node) == node) else {
                continue;
            };
            let after = join(&here, &self.walk.weights[node.index()]);
            behind[node.index()] = Some(after);
            self.for_each_next(node, |next| {
                let next = self.stands_for(next);
                if next != start && is_inside(next) {
                    let known = before[next.index()].get_or_insert(after);
                    for (known, after) in known.iter_mut().zip(&after) {
                        known.least = known.least.min(after.least);
                        known.most = known.most.max(after.most);
                    }
                }
            });
        }
        self.walk.before = before;
        self.walk.behind = behind;
    }

    /// The least it takes to come to an end of the chain.
    fn least_end(&self) -> Each<Count> {
        let mut least = [Count::UNBOUNDED; 3];
        for (node, behind) in self.distances() {
            let (block, ends) = (self.graph.block(node), self.loop_of(node));
            let stops = block.next().next().is_none();
            for it in Quantity::each(|it| it) {
                let may_end = it == Quantity::Instructions && block.may_end;
                let end = match ends {
                    // What the loop takes is in the distance already: an end in it comes sooner.
                    Some(index) => self.walk.ends[index][it.index()],
                    None if may_end || stops => behind[it.index()].least,
                    None => continue,
                };
                least[it.index()] = least[it.index()].min(end);
            }
        }
        least
    }

    /// The blocks that [`Self::go`] came to.
    fn distances(&self) -> impl Iterator<Item = (Node, &Each<Extent>)> + '_ {
        let behind = (0..).map(Node).zip(&self.walk.behind);
        behind.filter_map(|(node, extents)| Some((node, extents.as_ref()?)))
    }

    fn least(&self, chosen: impl Fn(Node) -> bool) -> Each<Count> {
        let chosen = self.distances().filter(|(node, _)| chosen(*node));
        chosen.fold([Count::UNBOUNDED; 3], |least, (_, behind)| {
            Quantity::each(|it| least[it.index()].min(behind[it.index()].least))
        })
    }

    fn most(&self, chosen: impl Fn(Node) -> bool) -> Each<Count> {
        let chosen = self.distances().filter(|(node, _)| chosen(*node));
        chosen.fold([Count::new(0); 3], |most, (_, behind)| {
            Quantity::each(|it| most[it.index()].max(behind[it.index()].most))
        })
    }
}
