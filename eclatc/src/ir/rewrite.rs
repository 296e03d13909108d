//! Replacing values, dropping blocks and renumbering: the tools of the passes.

use super::shape::Shape;
use super::{Block, BlockId, Function, Op, Operand, Terminator, ValueId};
use smallvec::SmallVec;

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
    let changed = sort_blocks(function, shape);
    if changed {
        shape.put_in_order();
    }
    changed
}

/// The same; the shape is that of the function before.
pub fn sort_blocks(function: &mut Function, shape: &mut Shape) -> bool {
    shape.update(function);
    let order = shape.order();
    if order.iter().copied().eq(function.block_ids()) {
        return false;
    }
    if order.is_sorted() {
        let mut ids = function.block_ids();
        let is_reached = |_: &Block| ids.next().is_some_and(|id| shape.place(id).is_some());
        function.blocks.retain(is_reached);
    } else {
        put_in_order(&mut function.blocks, shape);
    }
    for block in &mut function.blocks {
        for target in block.end.targets_mut() {
            target.block = shape.place(target.block).unwrap_or(target.block);
        }
    }
    true
}

/// Puts blocks that can be reached in their order, and drops the others.
fn put_in_order(blocks: &mut Vec<Block>, shape: &Shape) {
    // Where each block belongs; those that are dropped come last.
    let mut last = shape.order().len();
    let ids = (0..blocks.len() as u32).map(BlockId);
    let mut places: SmallVec<[usize; 32]> = ids
        .map(|id| match shape.place(id) {
            Some(place) => place.index(),
            None => {
                last += 1;
                last - 1
            }
        })
        .collect();
    for at in 0..places.len() {
        while places[at] != at {
            let place = places[at];
            blocks.swap(at, place);
            places.swap(at, place);
        }
    }
    blocks.truncate(shape.order().len());
}

/// New numbers of values, by their old ones: a table that is used again.
#[derive(Default)]
pub struct Numbers(Vec<ValueId>);

/// Numbers values in the order of their definitions.
pub fn renumber_values(function: &mut Function, numbers: &mut Numbers) {
    let Numbers(new_ids) = numbers;
    new_ids.clear();
    new_ids.extend((0..function.values).map(ValueId));
    let mut next = 0;
    let mut changed = false;
    let mut define = |value: &mut ValueId| {
        let new = ValueId(next);
        changed |= *value != new;
        new_ids[value.index()] = new;
        *value = new;
        next += 1;
    };
    for block in &mut function.blocks {
        block.params.iter_mut().for_each(&mut define);
        let insts = block.insts.iter_mut();
        insts
            .filter_map(|inst| inst.result.as_mut())
            .for_each(&mut define);
    }
    function.values = next;
    if !changed {
        return;
    }
    for block in &mut function.blocks {
        map_operands(block, &mut |operand| match operand {
            Operand::Value(old) => Operand::Value(new_ids[old.index()]),
            constant => constant,
        });
    }
}
