//! Replacing values, dropping blocks and renumbering: the tools of the passes.

use super::analysis::reverse_postorder;
use super::{Block, BlockId, Function, Op, Operand, Terminator, ValueId};

/// Values that stand for something else.
pub struct Substitution {
    to: Vec<Option<Operand>>,
}

impl Substitution {
    /// One that replaces nothing.
    pub fn new(function: &Function) -> Self {
        Self {
            to: vec![None; function.values as usize],
        }
    }

    /// Replaces `value` by `by`, which must not be (replaced by) `value` itself.
    pub fn replace(&mut self, value: ValueId, by: Operand) {
        self.to[value.index()] = Some(self.resolve(by));
    }

    /// What an operand finally stands for.
    pub fn resolve(&self, operand: Operand) -> Operand {
        let mut operand = operand;
        while let Operand::Value(value) = operand {
            match self.to[value.index()] {
                Some(next) => operand = next,
                None => break,
            }
        }
        operand
    }

    /// Carries the replacement out in a whole function.
    pub fn apply(&self, function: &mut Function) {
        if self.to.iter().all(Option::is_none) {
            return;
        }
        for block in &mut function.blocks {
            map_operands(block, &mut |operand| self.resolve(operand));
        }
    }
}

/// Replaces every operand of a block.
pub fn map_operands(block: &mut Block, map: &mut impl FnMut(Operand) -> Operand) {
    for inst in &mut block.insts {
        map_op(&mut inst.op, map);
    }
    map_end(&mut block.end, map);
}

/// Replaces every operand of an instruction.
pub fn map_op(op: &mut Op, map: &mut impl FnMut(Operand) -> Operand) {
    match op {
        Op::Const(_) => {}
        Op::Unary(_, value) => *value = map(*value),
        Op::Binary(_, left, right) => {
            *left = map(*left);
            *right = map(*right);
        }
        Op::Call(_, args) => map_list(args, map),
    }
}

/// Replaces every operand of a terminator.
pub fn map_end(end: &mut Terminator, map: &mut impl FnMut(Operand) -> Operand) {
    match end {
        Terminator::Branch { left, right, .. } => {
            *left = map(*left);
            *right = map(*right);
        }
        Terminator::Return(value) => *value = map(*value),
        Terminator::Finish(_, args) => map_list(args, map),
        Terminator::Jump(_) => {}
    }
    for target in end.targets_mut() {
        map_list(&mut target.args, map);
    }
}

fn map_list(list: &mut [Operand], map: &mut impl FnMut(Operand) -> Operand) {
    list.iter_mut().for_each(|operand| *operand = map(*operand));
}

/// Removes blocks that cannot be reached and puts the others in reverse postorder.
/// Says whether anything changed.
pub fn drop_unreachable(function: &mut Function) -> bool {
    let order = reverse_postorder(function);
    if order.iter().copied().eq(function.block_ids()) {
        return false;
    }
    let mut new_ids = vec![BlockId::ENTRY; function.blocks.len()];
    for (new, old) in order.iter().enumerate() {
        new_ids[old.index()] = BlockId(new as u32);
    }
    let mut old_blocks: Vec<_> = std::mem::take(&mut function.blocks)
        .into_iter()
        .map(Some)
        .collect();
    let kept = order
        .iter()
        .filter_map(|old| old_blocks[old.index()].take());
    function.blocks = kept.collect();
    for block in &mut function.blocks {
        for target in block.end.targets_mut() {
            target.block = new_ids[target.block.index()];
        }
    }
    true
}

/// Numbers values in the order of their definitions.
pub fn renumber_values(function: &mut Function) {
    let mut new_ids = vec![None; function.values as usize];
    let mut next = 0;
    for block in &mut function.blocks {
        let results = block
            .insts
            .iter_mut()
            .filter_map(|inst| inst.result.as_mut());
        for value in block.params.iter_mut().chain(results) {
            new_ids[value.index()] = Some(ValueId(next));
            *value = ValueId(next);
            next += 1;
        }
    }
    for block in &mut function.blocks {
        map_operands(block, &mut |operand| match operand {
            Operand::Value(old) => new_ids[old.index()].map_or(operand, Operand::Value),
            constant => constant,
        });
    }
    function.values = next;
}
