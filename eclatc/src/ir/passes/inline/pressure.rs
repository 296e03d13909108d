//! How many values a function needs at one time.

use crate::bitset::{self, Bits, Matrix};
use crate::ir::analysis::{for_each_use_of_end, reverse_postorder};
use crate::ir::{Block, Function, Operand};

/// The most values that are needed at one time anywhere in a function.
pub fn pressure(function: &Function) -> usize {
    let mut live_in = Matrix::default();
    live_in.reset(function.blocks.len(), function.values);
    let mut order = reverse_postorder(function);
    order.reverse();
    let mut live = Vec::new();
    let mut most = 0;
    let mut changed = true;
    while changed {
        changed = false;
        for id in &order {
            let block = function.block(*id);
            bitset::clear(&mut live, function.values);
            for next in block.successors() {
                live.union(live_in.row(next.index()));
            }
            most = most.max(walk_back(block, &mut live));
            changed |= live_in.row_mut(id.index()).union(&live);
        }
    }
    most
}

/// Goes from the end of a block to its start; gives the most values on the way.
fn walk_back(block: &Block, live: &mut [u64]) -> usize {
    for_each_use_of_end(&block.end, |value| live.include(value.0));
    let mut most = live.count();
    for inst in block.insts.iter().rev() {
        if let Some(result) = inst.result {
            live.exclude(result.0);
        }
        let read = inst.op.operands().filter_map(Operand::value);
        read.for_each(|value| live.include(value.0));
        most = most.max(live.count());
    }
    for param in &block.params {
        live.exclude(param.0);
    }
    most.max(live.count() + block.params.len())
}
