//! Replacing values, dropping blocks and renumbering: the tools of the passes.

use super::shape::Shape;
use super::{Block, BlockId, Function, Op, Operand, Terminator, ValueId};
use smallvec::{SmallVec, smallvec};

/// Values that stand for something else.
#[derive(Default)]
pub struct Substitution {
    to: Vec<Option<Operand>>,
    /// Whether nothing is replaced.
    is_empty: bool,
}

impl Substitution {
    /// Makes it one that replaces nothing.
    pub fn reset(&mut self, function: &Function) {
        self.to.clear();
        self.to.resize(function.values as usize, None);
        self.is_empty = true;
    }

    /// Whether it replaces nothing.
    pub fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// Replaces `value` by `by`, which must not be (replaced by) `value` itself.
    pub fn replace(&mut self, value: ValueId, by: Operand) {
        self.to[value.index()] = Some(self.resolve(by));
        self.is_empty = false;
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
        if self.is_empty {
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
pub fn drop_unreachable(function: &mut Function, shape: &mut Shape) -> bool {
    shape.update(function);
    let order = shape.order();
    if order.iter().copied().eq(function.block_ids()) {
        return false;
    }
    let mut new_ids: SmallVec<[BlockId; 32]> = smallvec![BlockId::ENTRY; function.blocks.len()];
    for (new, old) in order.iter().enumerate() {
        new_ids[old.index()] = BlockId(new as u32);
    }
    put_in_order(&mut function.blocks, order);
    for block in &mut function.blocks {
        for target in block.end.targets_mut() {
            target.block = new_ids[target.block.index()];
        }
    }
    true
}

/// Keeps the blocks of `order`, in this order.
fn put_in_order(blocks: &mut Vec<Block>, order: &[BlockId]) {
    // Where each block is now, and which one is there.
    let ids = (0..blocks.len() as u32).map(BlockId);
    let mut places: SmallVec<[BlockId; 32]> = ids.collect();
    let mut there = places.clone();
    for (place, id) in order.iter().enumerate() {
        let from = places[id.index()].index();
        blocks.swap(place, from);
        there.swap(place, from);
        places[there[from].index()] = BlockId(from as u32);
        places[id.index()] = BlockId(place as u32);
    }
    blocks.truncate(order.len());
}

/// Numbers values in the order of their definitions.
pub fn renumber_values(function: &mut Function) {
    let mut new_ids: SmallVec<[Option<ValueId>; 64]> = smallvec![None; function.values as usize];
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
