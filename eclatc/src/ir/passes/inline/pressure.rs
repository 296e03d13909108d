//! How many values a function needs at one time.

use crate::bitset::BitSet;
use crate::ir::analysis::{for_each_use_of_end, reverse_postorder};
use crate::ir::{Block, Function, Operand};

/// The most values that are needed at one time anywhere in a function.
pub fn pressure(function: &Function) -> usize {
    let mut live_in = vec![BitSet::new(function.values); function.blocks.len()];
    let mut order = reverse_postorder(function);
    order.reverse();
    let mut most = 0;
    let mut changed = true;
    while changed {
        changed = false;
        for id in &order {
            let block = function.block(*id);
            let mut live = BitSet::new(function.values);
            for next in block.successors() {
                live.union(&live_in[next.index()]);
            }
            most = most.max(walk_back(block, &mut live));
            changed |= live_in[id.index()].union(&live);
        }
    }
    most
}

/// Goes from the end of a block to its start; gives the most values on the way.
fn walk_back(block: &Block, live: &mut BitSet) -> usize {
    for_each_use_of_end(&block.end, |value| live.insert(value.0));
    let mut most = live.len();
    for inst in block.insts.iter().rev() {
        if let Some(result) = inst.result {
            live.remove(result.0);
        }
        let read = inst.op.operands().filter_map(Operand::value);
        read.for_each(|value| live.insert(value.0));
        most = most.max(live.len());
    }
    for param in &block.params {
        live.remove(param.0);
    }
    most.max(live.len() + block.params.len())
}
