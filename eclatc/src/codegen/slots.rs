//! Places on the stack: values that are not needed at the same time share one.

use super::Limit;
use super::liveness::{Liveness, StackSlots, walk_back};
use super::machine::{Code, Inst, StackSlot};
use crate::bitset::{Bits, Matrix};
use hike_abi::limits::FRAME_STACK;
use std::collections::BTreeSet;

/// Places of eight bytes on a frame's stack.
pub const MAX_SLOTS: u32 = FRAME_STACK as u32 / 8;

/// Renumbers the places so that as few as possible are used.
///
/// # Errors
/// When more are needed than there are.
pub fn assign(code: &mut Code<'_>) -> Result<(), Limit> {
    if code.slots == 0 {
        return Ok(());
    }
    let conflicts = conflicts(code);
    let mut places: Vec<u32> = Vec::with_capacity(conflicts.len());
    for others in &conflicts {
        let earlier = others
            .iter()
            .filter_map(|other| places.get(*other as usize));
        let taken: BTreeSet<u32> = earlier.copied().collect();
        let free = (0..MAX_SLOTS).find(|place| !taken.contains(place));
        places.push(free.ok_or(Limit::LiveValues)?);
    }
    for label in code.labels() {
        for (inst, _) in code.insts_mut(label) {
            if let Inst::Load { slot, .. } | Inst::Store { slot, .. } = inst {
                *slot = StackSlot(places[slot.index()]);
            }
        }
    }
    Ok(())
}

/// For each place, those that hold something while it is written.
fn conflicts(code: &Code<'_>) -> Vec<BTreeSet<u32>> {
    let mut conflicts = vec![BTreeSet::new(); code.slots as usize];
    let mut liveness = Liveness::<Matrix>::default();
    liveness.compute::<StackSlots>(code);
    let mut live: Vec<u64> = Vec::new();
    for label in code.labels() {
        liveness.at_end(code, label, &mut live);
        walk_back::<StackSlots, [u64]>(code, label, &mut live, |inst, after| {
            if let Inst::Store { slot, .. } = inst {
                for other in after.numbers().filter(|other| *other != slot.0) {
                    conflicts[slot.index()].insert(other);
                    conflicts[other as usize].insert(slot.0);
                }
            }
        });
    }
    conflicts
}
