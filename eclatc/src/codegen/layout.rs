//! The order of blocks: as many as possible fall through to a block they go on at.
//!
//! A block that goes on at the next one needs no jump. Which block follows which is a
//! matching in the graph of forward edges, and a largest one leaves the fewest jumps.

use super::machine::{Code, End, Label};
use crate::ir::Condition;

/// Orders blocks; one does chain after chain.
#[derive(Default)]
pub struct Layout {
    /// The blocks that can be reached, in reverse postorder.
    order: Vec<Label>,
    /// Blocks under visit, with the sides that are left.
    path: Vec<(Label, u8)>,
    /// For each block, its place in `order`, and something larger for all that have none.
    rank: Vec<u32>,
    matching: Matching,
    /// The blocks in the order of the code.
    found: Vec<Label>,
}

/// A rank no block has.
const UNREACHED: u32 = u32::MAX;

impl Layout {
    /// The blocks that can be reached, in the order of the code.
    pub fn compute(&mut self, code: &Code<'_>) -> &[Label] {
        self.reverse_postorder(code);
        self.traces(code, Preference::Source);
        if ends_with_call(code, &self.found) {
            self.traces(code, Preference::Calls);
            if ends_with_call(code, &self.found) {
                self.traces(code, Preference::Source);
            }
        }
        &self.found
    }

    fn reverse_postorder(&mut self, code: &Code<'_>) {
        self.order.clear();
        self.rank.clear();
        self.rank.resize(code.blocks.len(), UNREACHED);
        self.path.clear();
        self.meet(Label(0));
        while let Some((label, left)) = self.path.last_mut() {
            let label = *label;
            let Some(next) = left.checked_sub(1) else {
                self.order.push(label);
                self.path.pop();
                continue;
            };
            *left = next;
            let to = code.block(label).end.sides()[usize::from(next)];
            if let Some(to) = to.filter(|to| self.rank[to.index()] == UNREACHED) {
                self.meet(to);
            }
        }
        self.order.reverse();
        for (rank, label) in (0..).zip(&self.order) {
            self.rank[label.index()] = rank;
        }
    }

    fn meet(&mut self, label: Label) {
        self.rank[label.index()] = 0;
        self.path.push((label, 2));
    }

    /// Lays out runs of blocks that follow one another, in the order of their first blocks; a
    /// run comes last that does not end with a call, if there is one.
    fn traces(&mut self, code: &Code<'_>, preference: Preference) {
        let Self {
            order,
            rank,
            matching,
            found,
            ..
        } = self;
        let edges = Edges {
            code,
            rank,
            preference,
        };
        matching.compute(&edges, order);
        found.clear();
        // Where the last run that ends well starts and ends.
        let mut good = 0..0;
        let heads = order.iter().filter(|label| !matching.follows(**label));
        for head in heads {
            let start = found.len();
            found.extend(std::iter::successors(Some(*head), |label| {
                matching.follower(*label)
            }));
            if !ends_with_call(code, found) {
                good = start..found.len();
            }
        }
        if good.start > 0 {
            found[good.start..].rotate_left(good.len());
        }
    }
}

/// What follows a branch where both sides could.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Preference {
    /// The side for a condition that holds, as in the source.
    Source,
    /// What ends with a call that does not come back: it had better not be last in the code,
    /// where an `exit` has to be added.
    Calls,
}

/// Whether the last block ends with a call that does not come back.
fn ends_with_call(code: &Code<'_>, labels: &[Label]) -> bool {
    let last = labels.last().map(|label| code.block(*label).end);
    last == Some(End::Never)
}

/// A largest matching of blocks with the blocks that follow them (Kuhn's algorithm).
#[derive(Default)]
struct Matching {
    /// For each block, what it follows.
    before: Vec<Option<Label>>,
    /// For each block, what follows it.
    after: Vec<Option<Label>>,
    /// For each block, the last search that has tried it.
    tried: Vec<u32>,
}

/// What is matched.
struct Edges<'a> {
    code: &'a Code<'a>,
    /// For each block, its place in an order.
    rank: &'a [u32],
    preference: Preference,
}

impl Edges<'_> {
    /// What could follow a block, best first.
    fn candidates(&self, from: Label) -> impl Iterator<Item = Label> {
        let Self { code, rank, .. } = self;
        // Forward edges only: no cycle can be chosen.
        let forward = |to: &Label| rank[from.index()] < rank[to.index()];
        let [first, second] = fall_through(code.block(from).end).map(|to| to.filter(forward));
        let is_call = |to: Option<Label>| to.is_some_and(|to| code.block(to).end == End::Never);
        let candidates = match self.preference {
            Preference::Calls if is_call(second) && !is_call(first) => [second, first],
            _ => [first, second],
        };
        candidates.into_iter().flatten()
    }
}

impl Matching {
    fn compute(&mut self, edges: &Edges<'_>, order: &[Label]) {
        let count = edges.code.blocks.len();
        self.before.clear();
        self.before.resize(count, None);
        self.after.clear();
        self.after.resize(count, None);
        self.tried.clear();
        self.tried.resize(count, 0);
        for (search, label) in (1..).zip(order) {
            self.find_follower(edges, *label, search);
        }
    }

    fn follows(&self, label: Label) -> bool {
        self.before[label.index()].is_some()
    }

    fn follower(&self, label: Label) -> Option<Label> {
        self.after[label.index()]
    }

    /// Finds a follower for a block, if need be by giving another block a different one.
    fn find_follower(&mut self, edges: &Edges<'_>, label: Label, search: u32) -> bool {
        for next in edges.candidates(label) {
            if std::mem::replace(&mut self.tried[next.index()], search) == search {
                continue;
            }
            let free = match self.before[next.index()] {
                Some(holder) => self.find_follower(edges, holder, search),
                None => true,
            };
            if free {
                self.before[next.index()] = Some(label);
                self.after[label.index()] = Some(next);
                return true;
            }
        }
        false
    }
}

/// Which successors a block can fall through to: a bit test has no opposite.
fn fall_through(end: End) -> [Option<Label>; 2] {
    match end {
        End::Goto(to) => [Some(to), None],
        End::Branch {
            condition: Condition::Set,
            otherwise,
            ..
        } => [Some(otherwise), None],
        End::Branch {
            then, otherwise, ..
        } => [Some(then), Some(otherwise)],
        End::Exit | End::Never => [None, None],
    }
}
