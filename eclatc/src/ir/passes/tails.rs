//! Tail merging: blocks that end in the same way share their ends.

use crate::ir::analysis::{for_each_use, use_counts};
use crate::ir::{Block, BlockId, Function, Inst, Op, Operand, Target, Terminator, ValueId};
use std::collections::BTreeMap;

/// Blocks of one shape that are compared with one another; more are left alone.
const MAX_COMPARED: usize = 64;

/// Blocks beyond which a chain is certainly too long for the VM, and not worth the time.
const MAX_BLOCKS: usize = 1024;

/// Shares equal ends until nothing gets shorter.
pub fn run(function: &mut Function) -> bool {
    if function.blocks.len() > MAX_BLOCKS {
        return false;
    }
    let mut changed = false;
    while let Some(merge) = best_merge(function) {
        merge.carry_out(function);
        changed = true;
    }
    changed
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

fn best_merge(function: &Function) -> Option<Merge> {
    let counts = use_counts(function);
    let mut groups: BTreeMap<String, Vec<BlockId>> = BTreeMap::new();
    for id in function.block_ids() {
        let group = groups.entry(shape(&function.block(id).end)).or_default();
        if group.len() < MAX_COMPARED {
            group.push(id);
        }
    }
    let mut best: Option<Merge> = None;
    for group in groups.values() {
        for (index, &kept) in group.iter().enumerate() {
            for &dropped in &group[index + 1..] {
                let found = Pair::new(function, &counts, kept, dropped).merge();
                let better = |found: &Merge| best.as_ref().is_none_or(|b| found.saved > b.saved);
                if let Some(found) = found.filter(better) {
                    best = Some(found);
                }
            }
        }
    }
    best
}

/// What must be equal for terminators to be worth a comparison.
fn shape(end: &Terminator) -> String {
    match end {
        Terminator::Jump(target) => format!("jump {}", target.block),
        Terminator::Branch { condition, .. } => format!("branch {condition}"),
        Terminator::Return(_) => "return".into(),
        Terminator::Finish(callee, _) => format!("finish {callee}"),
    }
}

/// Two blocks under comparison, from their ends backwards.
struct Pair<'a> {
    counts: &'a [u32],
    ids: (BlockId, BlockId),
    blocks: (&'a Block, &'a Block),
    /// Values that differ; the instructions that define them must still be compared.
    open: Vec<(ValueId, ValueId)>,
}

impl<'a> Pair<'a> {
    fn new(function: &'a Function, counts: &'a [u32], kept: BlockId, dropped: BlockId) -> Self {
        Self {
            counts,
            ids: (kept, dropped),
            blocks: (function.block(kept), function.block(dropped)),
            open: Vec::new(),
        }
    }

    /// The longest common end that is worth sharing.
    fn merge(mut self) -> Option<Merge> {
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
                let known = self.open.iter().find(conflict).copied();
                if known.is_none() {
                    self.open.push((left, right));
                }
                known.is_none_or(|pair| pair == (left, right))
            }
            _ => false,
        }
    }

    fn same_insts(&mut self, left: &Inst, right: &Inst) -> bool {
        if let (Some(l), Some(r)) = (left.result, right.result) {
            let touches = |pair: &(ValueId, ValueId)| pair.0 == l || pair.1 == r;
            if self
                .open
                .iter()
                .any(|pair| touches(pair) && *pair != (l, r))
            {
                return false;
            }
            self.open.retain(|pair| !touches(pair));
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
    fn candidate(&self, length: usize) -> Option<Merge> {
        let (kept, dropped) = self.blocks;
        if !self.open.is_empty()
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
    fn is_closed(&self, block: &Block, length: usize) -> bool {
        let tail = tail_of(block, length);
        let mut inside = BTreeMap::new();
        for_each_use(&tail, |value| *inside.entry(value).or_insert(0) += 1);
        let mut results = tail.insts.iter().filter_map(|inst| inst.result);
        results
            .all(|result| self.counts[result.index()] == inside.get(&result).copied().unwrap_or(0))
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
        params: Vec::new(),
        insts: block.insts[start..].to_vec(),
        ..block.clone()
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
