//! The usual way in a copy of its own: what follows the loader's search for the network header
//! is there twice, once for packets without VLAN tags, whose offsets are all constants, and
//! once for the others.

use std::collections::BTreeMap;

use super::effect::writes;
use super::jumps::reachable_from;
use super::{keep, target};
use crate::fuse::asm::{Assembler, Label};
use crate::fuse::regs::Regs;

/// Offset of the network header of a packet without tags: the length of an Ethernet header.
pub const USUAL: u64 = 14;
/// How many items are copied at most: programs twice as large are verified twice as long.
const MOST: usize = 2_000;

/// Where the way of usual packets joins others: the item before which it does, a register that
/// has [`USUAL`] on this way only, and the jump that leads there; none where the item before
/// does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    /// The item where ways meet.
    pub to: usize,
    /// Registers that have [`USUAL`].
    pub usual: Regs,
    /// The jump.
    pub jump: Option<usize>,
}

/// The way to a store of a register that has [`USUAL`] on this way only. From where it joins the
/// others there is but one way to the store, which branches may leave.
pub fn way_to(asm: &Assembler, store: usize, ways: &[Way]) -> Option<Way> {
    let register = asm.items.get(store)?.slot.src;
    let register = Regs::NONE.with_number(register);
    let mut at = store;
    for _ in 0..=store {
        let mut here = ways.iter().filter(|way| way.to == at);
        let is_usual = |way: &&Way| way.usual.and(register) != Regs::NONE;
        if let Some(way) = here.clone().find(is_usual) {
            return Some(*way);
        }
        let (Some(only), None) = (here.next(), here.next()) else {
            return None;
        };
        at = match only.jump {
            Some(jump) => jump,
            None => at.checked_sub(1)?,
        };
        if writes(asm.items.get(at)?).and(register) != Regs::NONE {
            return None;
        }
    }
    None
}

/// Copies what can be reached from one of the labels, the one from which that is most; the
/// label then stands before the copy.
pub fn split(asm: &mut Assembler, labels: &[Label]) {
    let reached = labels.iter().filter_map(|label| {
        let start = asm.place(*label)?;
        let reached = reachable_from(asm, start);
        let count = reached.iter().filter(|reached| **reached).count();
        Some((count, *label, start, reached))
    });
    let most = reached.max_by_key(|(count, ..)| *count);
    let most = most.filter(|(count, ..)| *count <= MOST);
    if let Some((_, label, start, reached)) = most {
        copy(asm, label, start, &reached);
    }
}

/// Copies the marked items; the label of the first then stands before the copy.
fn copy(asm: &mut Assembler, label: Label, start: usize, reached: &[bool]) {
    let end = asm.items.len();
    let numbers = (0..end).filter(|at| reached[*at]);
    let copies: BTreeMap<usize, usize> = numbers.zip(end..).collect();
    let mut labels = BTreeMap::new();
    for at in copies.keys() {
        let mut item = asm.items[*at].clone();
        if let Some(copy) = target(asm, &item).and_then(|to| copies.get(&to)) {
            let label = labels.entry(*copy).or_insert_with(|| asm.label_at(*copy));
            item.target = Some(*label);
        }
        asm.items.push(item);
    }
    if let Some(copy) = copies.get(&start) {
        asm.move_label(label, *copy);
    }
    let kept = reachable_from(asm, 0);
    keep(asm, &kept);
}
