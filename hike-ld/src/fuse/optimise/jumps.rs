//! The shape of the code: what cannot be reached goes, jumps take the shortest way.

use hike_isa::{JumpOp, Slot, ops};

use super::effect::{Kind, kind, operation};
use super::{keep, target};
use crate::fuse::asm::{Assembler, Item};

/// Tidies until nothing changes.
pub fn tidy(asm: &mut Assembler) {
    loop {
        let before = asm.items.len();
        shorten(asm);
        turn(asm);
        let kept = reachable_from(asm, 0);
        keep(asm, &kept);
        let kept: Vec<bool> = (0..asm.items.len()).map(|at| !is_idle(asm, at)).collect();
        keep(asm, &kept);
        if asm.items.len() == before {
            return;
        }
    }
}

/// Jumps to a `goto` go where it goes, a `goto` to the end of the program is one itself.
fn shorten(asm: &mut Assembler) {
    for at in 0..asm.items.len() {
        let mut hops = asm.items.len();
        while let Some(next) = onward(asm, at) {
            asm.items[at].target = next.target;
            hops -= 1;
            if hops == 0 {
                // A loop of jumps that does nothing.
                break;
            }
        }
        let item = &asm.items[at];
        let there = target(asm, item).and_then(|target| asm.items.get(target));
        if item.is_goto() && there.is_some_and(|item| item.slot.opcode == ops::EXIT) {
            asm.items[at].slot = Slot {
                opcode: ops::EXIT,
                ..Slot::default()
            };
            asm.items[at].target = None;
        }
    }
}

/// A branch over a `goto` goes the other way itself.
fn turn(asm: &mut Assembler) {
    for at in 0..asm.items.len() {
        let over = target(asm, &asm.items[at]) == Some(at + 2);
        let goes = asm.items.get(at + 1).filter(|next| over && next.is_goto());
        let Some(there) = goes.and_then(|next| next.target) else {
            continue;
        };
        let opposite = opposite(asm.items[at].slot);
        if let Some(opcode) = opposite.filter(|_| kind(&asm.items[at]) == Kind::Branch) {
            let beyond = asm.items[at].target.replace(there);
            asm.items[at].slot.opcode = opcode;
            asm.items[at + 1].target = beyond;
        }
    }
}

/// The opcode of the branch that jumps when this one does not.
fn opposite(slot: Slot) -> Option<u8> {
    const PAIRS: [(JumpOp, JumpOp); 5] = [
        (JumpOp::Eq, JumpOp::Ne),
        (JumpOp::Gt, JumpOp::Le),
        (JumpOp::Ge, JumpOp::Lt),
        (JumpOp::SignedGt, JumpOp::SignedLe),
        (JumpOp::SignedGe, JumpOp::SignedLt),
    ];
    let both = PAIRS.iter().map(|(a, b)| (a.code(), b.code()));
    let mut ways = both.flat_map(|(a, b)| [(a, b), (b, a)]);
    let (_, to) = ways.find(|(from, _)| *from == operation(slot))?;
    Some(slot.opcode & 0x0f | to)
}

/// The `goto` that an item jumps to.
fn onward(asm: &Assembler, at: usize) -> Option<Item> {
    let there = asm.items.get(target(asm, asm.items.get(at)?)?)?;
    there.is_goto().then(|| there.clone())
}

/// Whether each item can be reached from one of them.
pub fn reachable_from(asm: &Assembler, start: usize) -> Vec<bool> {
    let mut reached = vec![false; asm.items.len()];
    let mut waiting = vec![start];
    while let Some(at) = waiting.pop() {
        let Some(seen) = reached.get_mut(at) else {
            continue;
        };
        if std::mem::replace(seen, true) {
            continue;
        }
        let item = &asm.items[at];
        waiting.extend(target(asm, item));
        waiting.extend(item.falls_through().then_some(at + 1));
    }
    reached
}

/// Whether an item is a jump to the next one.
fn is_idle(asm: &Assembler, at: usize) -> bool {
    let item = &asm.items[at];
    let goes_on = target(asm, item) == Some(at + 1);
    goes_on && (item.is_goto() || kind(item) == Kind::Branch)
}
