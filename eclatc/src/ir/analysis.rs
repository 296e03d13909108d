//! The shape of a function: predecessors, orders and dominators.

use super::{Block, BlockId, Function, Op, Operand, Terminator, ValueId};

/// For each block, the blocks that may go on at it; one twice if both sides of its branch
/// lead there.
pub fn predecessors(function: &Function) -> Vec<Vec<BlockId>> {
    let mut preds = vec![Vec::new(); function.blocks.len()];
    for id in function.block_ids() {
        for next in function.block(id).successors() {
            preds[next.index()].push(id);
        }
    }
    preds
}

/// Whether every edge leads to a later block, so that there is no loop.
pub fn is_forward(function: &Function) -> bool {
    let mut ids = function.block_ids();
    ids.all(|id| function.block(id).successors().all(|next| next > id))
}

/// The blocks that can be reached, each before those it dominates.
pub fn reverse_postorder(function: &Function) -> Vec<BlockId> {
    let mut seen = vec![false; function.blocks.len()];
    let mut order = Vec::with_capacity(function.blocks.len());
    let successors = |id| function.block(id).successors();
    let mut stack = vec![(BlockId::ENTRY, successors(BlockId::ENTRY))];
    seen[0] = true;
    while let Some((id, left)) = stack.last_mut() {
        // The last successor first: the reversed order then follows the text form.
        match left.next_back() {
            Some(next) if std::mem::replace(&mut seen[next.index()], true) => {}
            Some(next) => stack.push((next, successors(next))),
            None => {
                order.push(*id);
                stack.pop();
            }
        }
    }
    order.reverse();
    order
}

/// The dominator tree of the blocks that can be reached.
pub struct Dominators {
    /// Reachable blocks in reverse postorder.
    pub order: Vec<BlockId>,
    /// For each block, its immediate dominator; the entry's is itself.
    parents: Vec<Option<BlockId>>,
    /// For each block, when a walk of the tree enters and leaves it.
    visits: Vec<(u32, u32)>,
}

impl Dominators {
    /// Computes the tree (Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm").
    pub fn new(function: &Function) -> Self {
        let order = reverse_postorder(function);
        let parents = immediate_dominators(function, &order);
        let visits = number(&parents, &order);
        Self {
            order,
            parents,
            visits,
        }
    }

    /// Whether the block can be reached.
    pub fn is_reachable(&self, block: BlockId) -> bool {
        self.parents[block.index()].is_some()
    }

    /// The nearest block that every path to `block` goes through; `None` for the entry.
    pub fn parent(&self, block: BlockId) -> Option<BlockId> {
        self.parents[block.index()].filter(|parent| *parent != block)
    }

    /// Whether every path to `below` goes through `above`, which may be the same.
    pub fn dominates(&self, above: BlockId, below: BlockId) -> bool {
        let (enter, leave) = self.visits[above.index()];
        let (inner, _) = self.visits[below.index()];
        enter <= inner && inner < leave
    }
}

fn immediate_dominators(function: &Function, order: &[BlockId]) -> Vec<Option<BlockId>> {
    let preds = predecessors(function);
    let mut rank = vec![usize::MAX; function.blocks.len()];
    order
        .iter()
        .enumerate()
        .for_each(|(index, id)| rank[id.index()] = index);
    let mut parents = vec![None; function.blocks.len()];
    parents[0] = Some(BlockId::ENTRY);
    let mut changed = true;
    while changed {
        changed = false;
        for &id in order.iter().skip(1) {
            let known = preds[id.index()].iter().copied();
            let known = known.filter(|pred| parents[pred.index()].is_some());
            let parent = known.reduce(|a, b| common(&parents, &rank, a, b));
            changed |= parents[id.index()] != parent;
            parents[id.index()] = parent;
        }
    }
    parents
}

fn common(parents: &[Option<BlockId>], rank: &[usize], a: BlockId, b: BlockId) -> BlockId {
    let up = |id: BlockId| parents[id.index()].unwrap_or(BlockId::ENTRY);
    let (mut a, mut b) = (a, b);
    while a != b {
        if rank[a.index()] > rank[b.index()] {
            a = up(a);
        } else {
            b = up(b);
        }
    }
    a
}

fn number(parents: &[Option<BlockId>], order: &[BlockId]) -> Vec<(u32, u32)> {
    let mut children = vec![Vec::new(); parents.len()];
    for &id in order.iter().skip(1) {
        if let Some(parent) = parents[id.index()] {
            children[parent.index()].push(id);
        }
    }
    let mut visits = vec![(0, 0); parents.len()];
    let mut clock = 0;
    let mut stack = vec![(BlockId::ENTRY, false)];
    while let Some((id, done)) = stack.pop() {
        if done {
            visits[id.index()].1 = clock;
            continue;
        }
        visits[id.index()].0 = clock;
        clock += 1;
        stack.push((id, true));
        stack.extend(
            children[id.index()]
                .iter()
                .rev()
                .map(|&child| (child, false)),
        );
    }
    visits
}

/// Makes `counts` say how often each value is read.
pub fn count_uses(function: &Function, counts: &mut Vec<u32>) {
    counts.clear();
    counts.resize(function.values as usize, 0);
    for block in &function.blocks {
        for_each_use(block, |value| counts[value.index()] += 1);
    }
}

/// Calls `visit` for every value a block reads, in order.
pub fn for_each_use(block: &Block, mut visit: impl FnMut(ValueId)) {
    for inst in &block.insts {
        for_each_use_of(&inst.op, &mut visit);
    }
    for_each_use_of_end(&block.end, visit);
}

/// The same for an instruction.
pub fn for_each_use_of(op: &Op, mut visit: impl FnMut(ValueId)) {
    let mut read = |operand: &Operand| {
        if let Operand::Value(value) = operand {
            visit(*value);
        }
    };
    match op {
        Op::Const(_) => {}
        Op::Unary(_, value) => read(value),
        Op::Binary(_, left, right) => {
            read(left);
            read(right);
        }
        Op::Call(_, args) => args.iter().for_each(read),
    }
}

/// The same for a terminator.
pub fn for_each_use_of_end(end: &Terminator, mut visit: impl FnMut(ValueId)) {
    for_each_own_use(end, &mut visit);
    for target in end.targets() {
        let values = target.args.iter().filter_map(|arg| arg.value());
        values.for_each(&mut visit);
    }
}

/// The same for a terminator without the arguments of its targets.
pub fn for_each_own_use(end: &Terminator, mut visit: impl FnMut(ValueId)) {
    let mut read = |operand: &Operand| {
        if let Operand::Value(value) = operand {
            visit(*value);
        }
    };
    match end {
        Terminator::Jump(_) => {}
        Terminator::Branch { left, right, .. } => {
            read(left);
            read(right);
        }
        Terminator::Return(value) => read(value),
        Terminator::Finish(_, args) => args.iter().for_each(read),
    }
}
