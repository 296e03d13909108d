//! How often loops of the IR run: the values that decide it are computed turn by turn.
//!
//! A loop has a bound when a test that every turn makes depends on nothing but constants
//! and what the loop makes of them, as the counter of a `range`.

use crate::ir::analysis::{Dominators, is_forward, predecessors};
use crate::ir::{Block, BlockId, Function, Op, Operand, Terminator, ValueId};
use hike_abi::limits::EXECUTED_INSNS;
use std::collections::{BTreeMap, BTreeSet};

/// A loop that runs more often exceeds every limit.
const MAX_TURNS: u64 = EXECUTED_INSNS as u64 + 1;
/// Operations that one test may take.
const MAX_OPERATIONS: u32 = 64;

/// How often a loop runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// How often its first block is entered at most, each time control comes to the loop;
    /// [`MAX_TURNS`] stands for more.
    pub turns: u64,
    /// Nothing but the test that counts ends the loop.
    pub exact: bool,
}

/// The loops of a function by their first blocks; without a bound where none is known.
pub fn bounds(function: &Function) -> BTreeMap<BlockId, Option<Bound>> {
    if is_forward(function) {
        return BTreeMap::new();
    }
    let dominators = Dominators::new(function);
    let preds = predecessors(function);
    let definitions = definitions(function);
    let mut found = BTreeMap::new();
    for &header in &dominators.order {
        let (latches, entries): (Vec<BlockId>, Vec<BlockId>) = preds[header.index()]
            .iter()
            .filter(|pred| dominators.is_reachable(**pred))
            .partition(|pred| dominators.dominates(header, **pred));
        if latches.is_empty() {
            continue;
        }
        let a_loop = Loop {
            function,
            definitions: &definitions,
            header,
            body: body(&preds, header, &latches),
            latches,
            entries,
        };
        found.insert(header, a_loop.bound(&dominators));
    }
    found
}

fn definitions(function: &Function) -> BTreeMap<ValueId, &Op> {
    let insts = function.blocks.iter().flat_map(|block| &block.insts);
    insts
        .filter_map(|inst| Some((inst.result?, &inst.op)))
        .collect()
}

/// The blocks from which control comes back to the header.
fn body(preds: &[Vec<BlockId>], header: BlockId, latches: &[BlockId]) -> BTreeSet<BlockId> {
    let mut body = BTreeSet::from([header]);
    let mut waiting = latches.to_vec();
    while let Some(block) = waiting.pop() {
        if body.insert(block) {
            waiting.extend(&preds[block.index()]);
        }
    }
    body
}

struct Loop<'a> {
    function: &'a Function,
    definitions: &'a BTreeMap<ValueId, &'a Op>,
    header: BlockId,
    body: BTreeSet<BlockId>,
    latches: Vec<BlockId>,
    entries: Vec<BlockId>,
}

/// What is known of the values of a turn.
type Known = BTreeMap<ValueId, u64>;

impl Loop<'_> {
    fn bound(&self, dominators: &Dominators) -> Option<Bound> {
        let decides = |test: &&BlockId| {
            let latches = &mut self.latches.iter();
            self.leaves(**test) && latches.all(|latch| dominators.dominates(**test, *latch))
        };
        let tests: Vec<BlockId> = self.body.iter().filter(decides).copied().collect();
        let turns = tests.iter().filter_map(|test| self.turns(*test)).min()?;
        let exits = self.body.iter().filter(|block| self.ends(**block)).count();
        Some(Bound {
            turns,
            exact: exits == 1 && tests.len() == 1,
        })
    }

    fn block(&self, id: BlockId) -> &Block {
        self.function.block(id)
    }

    /// Whether the loop can end in a block.
    fn ends(&self, id: BlockId) -> bool {
        let block = self.block(id);
        let mut successors = block.successors();
        block.end.targets().next().is_none() || successors.any(|next| !self.body.contains(&next))
    }

    fn leaves(&self, id: BlockId) -> bool {
        matches!(self.block(id).end, Terminator::Branch { .. }) && self.ends(id)
    }

    /// Turns until the test ends the loop, the most over all ways into it.
    fn turns(&self, test: BlockId) -> Option<u64> {
        let turns = self.entries.iter().map(|entry| {
            let start = self.arguments(*entry, &Known::new());
            self.count(test, start)
        });
        turns.max_by_key(|turns| turns.unwrap_or(u64::MAX))?
    }

    fn count(&self, test: BlockId, mut known: Known) -> Option<u64> {
        let mut turns = 1;
        while turns < MAX_TURNS && !self.is_over(test, &known)? {
            known = self.next(&known);
            turns += 1;
        }
        Some(turns)
    }

    fn is_over(&self, test: BlockId, known: &Known) -> Option<bool> {
        let Terminator::Branch {
            condition,
            left,
            right,
            then,
            otherwise,
        } = &self.block(test).end
        else {
            return None;
        };
        let mut fuel = MAX_OPERATIONS;
        let left = self.value(*left, known, &mut fuel)?;
        let right = self.value(*right, known, &mut fuel)?;
        let target = match condition.holds(left, right) {
            true => then,
            false => otherwise,
        };
        Some(!self.body.contains(&target.block))
    }

    /// What all ways to the next turn agree on.
    fn next(&self, known: &Known) -> Known {
        let mut ways = self
            .latches
            .iter()
            .map(|latch| self.arguments(*latch, known));
        let mut next = ways.next().unwrap_or_default();
        for way in ways {
            next.retain(|value, number| way.get(value) == Some(number));
        }
        next
    }

    /// The header's parameters as far as a jump from this block gives known values.
    fn arguments(&self, from: BlockId, known: &Known) -> Known {
        let targets = self.block(from).end.targets();
        let mut to_header = targets.filter(|target| target.block == self.header);
        let Some(target) = to_header.next() else {
            return Known::new();
        };
        if to_header.next().is_some() {
            return Known::new();
        }
        let params = self.block(self.header).params.iter().zip(&target.args);
        params
            .filter_map(|(param, arg)| {
                Some((*param, self.value(*arg, known, &mut { MAX_OPERATIONS })?))
            })
            .collect()
    }

    fn value(&self, operand: Operand, known: &Known, fuel: &mut u32) -> Option<u64> {
        let id = match operand {
            Operand::Const(constant) => return Some(constant),
            Operand::Value(id) => id,
        };
        if let Some(value) = known.get(&id) {
            return Some(*value);
        }
        *fuel = fuel.checked_sub(1)?;
        match self.definitions.get(&id)? {
            Op::Const(constant) => Some(*constant),
            Op::Unary(op, value) => Some(op.compute(self.value(*value, known, fuel)?)),
            Op::Binary(op, left, right) => {
                let left = self.value(*left, known, fuel)?;
                Some(op.compute(left, self.value(*right, known, fuel)?))
            }
            Op::Call(..) => None,
        }
    }
}
