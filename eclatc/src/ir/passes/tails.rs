//! Tail merging: blocks that end in the same way share their ends.

use super::{Change, Workspace};
use crate::ir::analysis::{count_uses, for_each_use_of, for_each_use_of_end};
use crate::ir::{
    Block, BlockId, Callee, Function, Inst, Op, Operand, Params, Target, Terminator, ValueId,
};
use std::cmp::Ordering;

/// Blocks of one shape that are compared with one another; more are left alone.
const MAX_COMPARED: usize = 64;

/// Blocks beyond which a chain is certainly too long for the VM, and not worth the time.
const MAX_BLOCKS: usize = 1024;

/// Shares equal ends until nothing gets shorter.
pub fn run(function: &mut Function, workspace: &mut Workspace) -> Change {
    if function.blocks.len() > MAX_BLOCKS {
        return Change::None;
    }
    let mut changed = false;
    while let Some(merge) = workspace.tails.best_merge(function) {
        merge.carry_out(function);
        changed = true;
    }
    Change::if_any(changed)
}

/// Two blocks whose last instructions and terminators do the same.
struct Merge {
    /// The block whose end is kept.
    kept: BlockId,
    /// The block whose end is dropped.
    dropped: BlockId,
    /// Instructions in the end they share, besides the terminator.
    length: usize,
    /// Slots that become fewer, at least.
    saved: usize,
}

/// Looks for the best merge.
#[derive(Default)]
pub struct Tails {
    /// The blocks, those of one shape together, in their order.
    blocks: Vec<(Shape, BlockId)>,
    comparison: Comparison,
}

impl Tails {
    fn best_merge(&mut self, function: &Function) -> Option<Merge> {
        let Self { blocks, comparison } = self;
        comparison.counts.clear();
        blocks.clear();
        let shapes = function.blocks.iter().map(|block| Shape::of(&block.end));
        blocks.extend(shapes.zip(function.block_ids()));
        let end = |id: BlockId| &function.block(id).end;
        let compare = |(a, left): &(Shape, BlockId), (b, right): &(Shape, BlockId)| {
            let callees = || compare_callees(end(*left), end(*right));
            a.cmp(b).then_with(callees)
        };
        blocks.sort_by(compare);
        let mut best: Option<Merge> = None;
        for group in blocks.chunk_by(|a, b| compare(a, b).is_eq()) {
            let group = &group[..group.len().min(MAX_COMPARED)];
            for (index, &(_, kept)) in group.iter().enumerate() {
                for &(_, dropped) in &group[index + 1..] {
                    let pair = Pair {
                        function,
                        ids: (kept, dropped),
                        blocks: (function.block(kept), function.block(dropped)),
                        comparison: &mut *comparison,
                    };
                    let better =
                        |found: &Merge| best.as_ref().is_none_or(|b| found.saved > b.saved);
                    if let Some(found) = pair.merge().filter(better) {
                        best = Some(found);
                    }
                }
            }
        }
        best
    }
}

/// What terminators must have in common to be worth a comparison, apart from whom they call.
/// Shapes are in the order of their text, which decides between merges that save the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
    /// The name of the condition, which has at most three letters.
    Branch([u8; 3]),
    Finish,
    Jump(DecimalText),
    Return,
}

impl Shape {
    fn of(end: &Terminator) -> Self {
        match end {
            Terminator::Branch { condition, .. } => {
                let mut letters = condition.name().bytes();
                Self::Branch([(); 3].map(|()| letters.next().unwrap_or(0)))
            }
            Terminator::Finish(..) => Self::Finish,
            Terminator::Jump(target) => Self::Jump(DecimalText::of(target.block.0)),
            Terminator::Return(_) => Self::Return,
        }
    }
}

/// The order of whom two terminators call, by their text; equal when one of them does not call.
fn compare_callees(left: &Terminator, right: &Terminator) -> Ordering {
    use Callee::{Chain, Program};
    match (left, right) {
        (Terminator::Finish(left, _), Terminator::Finish(right, _)) => match (left, right) {
            (Program(left) | Chain(left), Program(right) | Chain(right)) => left.cmp(right),
            _ => left.to_string().cmp(&right.to_string()),
        },
        _ => Ordering::Equal,
    }
}

/// A number, in the order of numbers as decimal texts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct DecimalText {
    /// The digits, filled up to ten with zeros.
    filled: u64,
    /// How many there are.
    digits: u32,
}

impl DecimalText {
    fn of(number: u32) -> Self {
        let digits = number.checked_ilog10().unwrap_or(0);
        Self {
            filled: u64::from(number) * 10u64.pow(9 - digits),
            digits,
        }
    }
}

/// What a comparison of two blocks remembers.
#[derive(Default)]
struct Comparison {
    /// Values that differ; the instructions that define them must still be compared.
    open: Vec<(ValueId, ValueId)>,
    /// For each value, how often it is read; empty as long as that was not asked for.
    counts: Vec<u32>,
    /// For each value, how often it is read in the ends that are compared.
    inside: Vec<u32>,
}

/// Two blocks under comparison, from their ends backwards.
struct Pair<'a> {
    function: &'a Function,
    ids: (BlockId, BlockId),
    blocks: (&'a Block, &'a Block),
    comparison: &'a mut Comparison,
}

impl Pair<'_> {
    /// The longest common end that is worth sharing.
    fn merge(mut self) -> Option<Merge> {
        self.comparison.open.clear();
        let (kept, dropped) = self.blocks;
        if !self.same_ends(&kept.end, &dropped.end) {
            return None;
        }
        let mut best = self.candidate(0);
        let insts = kept.insts.iter().rev().zip(dropped.insts.iter().rev());
        for (index, (left, right)) in insts.enumerate() {
            if !self.same_insts(left, right) {
                break;
            }
            best = self.candidate(index + 1).or(best);
        }
        best
    }

    fn same_ends(&mut self, left: &Terminator, right: &Terminator) -> bool {
        match (left, right) {
            (Terminator::Return(left), Terminator::Return(right)) => self.same(*left, *right),
            (Terminator::Finish(_, left), Terminator::Finish(_, right)) => {
                self.same_lists(left, right)
            }
            (Terminator::Jump(left), Terminator::Jump(right)) => {
                self.same_lists(&left.args, &right.args)
            }
            _ => left == right,
        }
    }

    fn same_lists(&mut self, left: &[Operand], right: &[Operand]) -> bool {
        left.len() == right.len() && left.iter().zip(right).all(|(l, r)| self.same(*l, *r))
    }

    /// Whether two operands are equal, or will be if their definitions are.
    fn same(&mut self, left: Operand, right: Operand) -> bool {
        match (left, right) {
            _ if left == right => true,
            (Operand::Value(left), Operand::Value(right)) => {
                let conflict = |pair: &&(ValueId, ValueId)| pair.0 == left || pair.1 == right;
                let known = self.comparison.open.iter().find(conflict).copied();
                if known.is_none() {
                    self.comparison.open.push((left, right));
                }
                known.is_none_or(|pair| pair == (left, right))
            }
            _ => false,
        }
    }

    fn same_insts(&mut self, left: &Inst, right: &Inst) -> bool {
        if let (Some(l), Some(r)) = (left.result, right.result) {
            let touches = |pair: &(ValueId, ValueId)| pair.0 == l || pair.1 == r;
            let mut open = self.comparison.open.iter();
            if open.any(|pair| touches(pair) && *pair != (l, r)) {
                return false;
            }
            self.comparison.open.retain(|pair| !touches(pair));
        } else if left.result != right.result {
            return false;
        }
        match (&left.op, &right.op) {
            (Op::Const(l), Op::Const(r)) => l == r,
            (Op::Unary(a, l), Op::Unary(b, r)) => a == b && self.same(*l, *r),
            (Op::Binary(a, l, m), Op::Binary(b, r, n)) => {
                a == b && self.same(*l, *r) && self.same(*m, *n)
            }
            (Op::Call(a, l), Op::Call(b, r)) => a == b && self.same_lists(l, r),
            _ => false,
        }
    }

    /// The merge of the last `length` instructions, if it is possible and shorter.
    fn candidate(&mut self, length: usize) -> Option<Merge> {
        let (kept, dropped) = self.blocks;
        if !self.comparison.open.is_empty()
            || !self.is_closed(kept, length)
            || !self.is_closed(dropped, length)
        {
            return None;
        }
        let whole = |id: BlockId, block: &Block| {
            length == block.insts.len() && id != BlockId::ENTRY && block.params.is_empty()
        };
        let is_whole = (whole(self.ids.0, kept), whole(self.ids.1, dropped));
        let jumps = matches!(kept.end, Terminator::Jump(_));
        let cost = usize::from(!jumps && !is_whole.0 && !is_whole.1);
        let saved = (length + end_slots(&kept.end)).checked_sub(cost)?;
        let (kept, dropped) = match is_whole {
            (false, true) => (self.ids.1, self.ids.0),
            _ => self.ids,
        };
        (saved > 0).then_some(Merge {
            kept,
            dropped,
            length,
            saved,
        })
    }

    /// Whether nothing outside the last `length` instructions reads what they define.
    fn is_closed(&mut self, block: &Block, length: usize) -> bool {
        if length == 0 {
            return true;
        }
        let Comparison { counts, inside, .. } = self.comparison;
        if counts.is_empty() {
            count_uses(self.function, counts);
        }
        inside.clear();
        inside.resize(counts.len(), 0);
        let tail = &block.insts[block.insts.len() - length..];
        for inst in tail {
            for_each_use_of(&inst.op, |value| inside[value.index()] += 1);
        }
        for_each_use_of_end(&block.end, |value| inside[value.index()] += 1);
        let mut results = tail.iter().filter_map(|inst| inst.result);
        results.all(|result| counts[result.index()] == inside[result.index()])
    }
}

/// Slots a terminator takes that a jump to a copy of it would not.
fn end_slots(end: &Terminator) -> usize {
    match end {
        Terminator::Jump(_) => 0,
        Terminator::Branch { .. } => 1,
        Terminator::Return(Operand::Const(_)) => 2,
        Terminator::Return(_) => 1,
        Terminator::Finish(_, args) => 1 + args.len(),
    }
}

fn tail_of(block: &Block, length: usize) -> Block {
    let start = block.insts.len() - length;
    Block {
        params: Params::new(),
        insts: block.insts[start..].to_vec(),
        end: block.end.clone(),
        end_span: block.end_span,
    }
}

impl Merge {
    fn carry_out(&self, function: &mut Function) {
        let kept = function.block(self.kept);
        let whole = self.length == kept.insts.len()
            && self.kept != BlockId::ENTRY
            && kept.params.is_empty();
        let shared = if whole {
            self.kept
        } else {
            let tail = tail_of(kept, self.length);
            let shared = function.new_block(tail);
            self.cut(function, self.kept, shared);
            shared
        };
        self.cut(function, self.dropped, shared);
    }

    /// Replaces the end of a block by a jump.
    fn cut(&self, function: &mut Function, block: BlockId, to: BlockId) {
        let block = function.block_mut(block);
        block.insts.truncate(block.insts.len() - self.length);
        block.end = Terminator::Jump(Target::bare(to));
    }
}
