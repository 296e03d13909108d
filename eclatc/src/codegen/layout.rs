//! The order of blocks: as many as possible fall through to a block they go on at.
//!
//! A block that goes on at the next one needs no jump. Which block follows which is a
//! matching in the graph of forward edges, and a largest one leaves the fewest jumps.

use super::machine::{Code, End, Label};
use crate::ir::Condition;

/// The blocks that can be reached, in the order of the code.
pub fn layout(code: &Code) -> Vec<Label> {
    let order = reverse_postorder(code);
    let [first, second] = [Preference::Source, Preference::Calls].map(|preference| {
        let followers = Matching::new(code, &order, preference).followers(&order);
        let mut traces = traces(&order, &followers);
        end_well(code, &mut traces);
        traces.concat()
    });
    match ends_with_call(code, &first) && !ends_with_call(code, &second) {
        true => second,
        false => first,
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
fn ends_with_call(code: &Code, labels: &[Label]) -> bool {
    let last = labels.last().map(|label| code.block(*label).end);
    last == Some(End::Never)
}

fn reverse_postorder(code: &Code) -> Vec<Label> {
    let mut seen = vec![false; code.blocks.len()];
    let mut order = Vec::with_capacity(code.blocks.len());
    let successors = |label| code.block(label).end.successors();
    let mut stack = vec![(Label(0), successors(Label(0)))];
    seen[0] = true;
    while let Some((label, left)) = stack.last_mut() {
        match left.next_back() {
            Some(next) if std::mem::replace(&mut seen[next.index()], true) => {}
            Some(next) => stack.push((next, successors(next))),
            None => {
                order.push(*label);
                stack.pop();
            }
        }
    }
    order.reverse();
    order
}

/// A largest matching of blocks with the blocks that follow them (Kuhn's algorithm).
struct Matching {
    /// For each block, what could follow it, best first.
    candidates: Vec<Vec<Label>>,
    /// For each block, what it follows.
    before: Vec<Option<Label>>,
}

impl Matching {
    fn new(code: &Code, order: &[Label], preference: Preference) -> Self {
        let mut rank = vec![usize::MAX; code.blocks.len()];
        for (index, label) in order.iter().enumerate() {
            rank[label.index()] = index;
        }
        // Forward edges only: no cycle can be chosen.
        let forward = |from: Label, to: &Label| rank[from.index()] < rank[to.index()];
        let candidates = code.labels().map(|from| {
            let mut followers = fall_through(code.block(from).end);
            followers.retain(|to| forward(from, to));
            if preference == Preference::Calls {
                followers.sort_by_key(|to| code.block(*to).end != End::Never);
            }
            followers
        });
        Self {
            candidates: candidates.collect(),
            before: vec![None; code.blocks.len()],
        }
    }

    fn followers(mut self, order: &[Label]) -> Vec<Option<Label>> {
        for &label in order {
            let mut tried = vec![false; self.before.len()];
            self.find_follower(label, &mut tried);
        }
        let mut followers = vec![None; self.before.len()];
        for (to, from) in self.before.iter().enumerate() {
            if let Some(from) = from {
                followers[from.index()] = Some(Label(to as u32));
            }
        }
        followers
    }

    /// Finds a follower for a block, if need be by giving another block a different one.
    fn find_follower(&mut self, label: Label, tried: &mut [bool]) -> bool {
        for next in self.candidates[label.index()].clone() {
            if std::mem::replace(&mut tried[next.index()], true) {
                continue;
            }
            let free = match self.before[next.index()] {
                Some(holder) => self.find_follower(holder, tried),
                None => true,
            };
            if free {
                self.before[next.index()] = Some(label);
                return true;
            }
        }
        false
    }
}

/// Which successors a block can fall through to: a bit test has no opposite.
fn fall_through(end: End) -> Vec<Label> {
    match end {
        End::Goto(to) => vec![to],
        End::Branch {
            condition: Condition::Set,
            otherwise,
            ..
        } => vec![otherwise],
        End::Branch {
            then, otherwise, ..
        } => vec![then, otherwise],
        End::Exit | End::Never => Vec::new(),
    }
}

/// Runs of blocks that follow one another, in the order of their first blocks.
fn traces(order: &[Label], followers: &[Option<Label>]) -> Vec<Vec<Label>> {
    let mut follows = vec![false; followers.len()];
    for to in followers.iter().flatten() {
        follows[to.index()] = true;
    }
    let heads = order.iter().filter(|label| !follows[label.index()]);
    let trace = |head: &Label| {
        std::iter::successors(Some(*head), |label| followers[label.index()]).collect()
    };
    heads.map(trace).collect()
}

/// Puts a run at the end that does not end with a call, if there is one.
fn end_well(code: &Code, traces: &mut Vec<Vec<Label>>) {
    let is_good = |trace: &Vec<Label>| !ends_with_call(code, trace);
    if let Some(index) = traces.iter().rposition(is_good).filter(|index| *index > 0) {
        let trace = traces.remove(index);
        traces.push(trace);
    }
}
