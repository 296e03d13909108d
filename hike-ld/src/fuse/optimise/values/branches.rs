//! Jumps and branches: decided ones, and where they lead.

use hike_isa::{JumpOp, Slot, ops};

use super::Pass;
use super::arithmetic::immediate;
use crate::fuse::asm::{Item, Label};
use crate::fuse::optimise::effect::{Kind, by_register, is_wide, kind, operation};
use crate::fuse::optimise::facts::{Facts, Kind as Of};
use crate::fuse::optimise::fold;

fn is(slot: Slot, op: JumpOp) -> bool {
    operation(slot) == op.code()
}

/// How many jumps in a row are followed.
const HOPS: usize = 8;

impl Pass<'_> {
    pub(super) fn branch(&mut self, at: usize, slot: Slot, facts: &mut Facts) {
        let second = match by_register(slot) {
            true => self.values.number(facts.get(slot.src)),
            false => Some(i64::from(slot.imm).cast_unsigned()),
        };
        let first = self.values.number(facts.get(slot.dst));
        let check = self.check(slot, facts);
        let decided = match (first, second) {
            (Some(a), Some(b)) => fold::branch(slot, a, b),
            (None, Some(0)) if self.is_packet(slot, facts) => fold::branch(slot, 1, 0),
            _ => check.and_then(|check| Self::decide(check, facts)),
        };
        match decided {
            Some(true) => {
                self.set_slot(at, Item::GOTO);
                return self.jump(at, facts);
            }
            Some(false) => return self.remove(at),
            None => {}
        }
        let mut slot = Slot {
            dst: facts.root(slot.dst),
            ..slot
        };
        if by_register(slot) {
            let imm = second.and_then(|number| immediate(slot, number));
            match imm {
                Some(imm) => {
                    slot.opcode &= !ops::SOURCE_REG;
                    (slot.src, slot.imm) = (0, imm);
                }
                None => slot.src = facts.root(slot.src),
            }
        }
        self.set_slot(at, slot);
        let mut there = facts.clone();
        match check {
            Some(check) => self.checked(at, check, &mut there, facts),
            None => self.learn(slot, &mut there, facts),
        }
        self.jump(at, &there);
    }

    /// Whether a branch compares an address in the packet, which is never 0, for equality.
    fn is_packet(&self, slot: Slot, facts: &Facts) -> bool {
        let is_equality = is(slot, JumpOp::Eq) || is(slot, JumpOp::Ne);
        let kind = self.values.kind(facts.get(slot.dst));
        is_equality && is_wide(slot) && matches!(kind, Of::Packet(..))
    }

    /// What is equal to a number is that number, on the way where the branch says so.
    fn learn(&mut self, slot: Slot, jump: &mut Facts, next: &mut Facts) {
        let way = match slot {
            _ if by_register(slot) => return,
            slot if is(slot, JumpOp::Eq) => jump,
            slot if is(slot, JumpOp::Ne) => next,
            _ => return,
        };
        let value = way.get(slot.dst);
        if !is_wide(slot) && !self.values.fits(value, 32) {
            return;
        }
        let number = i64::from(slot.imm).cast_unsigned();
        let number = if is_wide(slot) {
            number
        } else {
            fold::low(number)
        };
        let known = self.values.constant(number);
        way.learn(value, known);
    }

    /// A jump goes on to where the branches that it meets lead with what is known.
    pub(super) fn jump(&mut self, at: usize, facts: &Facts) {
        let Some(label) = self.asm.items[at].target else {
            return;
        };
        let label = self.final_label(at, label, facts);
        self.asm.items[at].target = Some(label);
        let Some(place) = self.asm.place(label) else {
            return;
        };
        self.arrive(place, Some(at), facts.clone());
    }

    fn final_label(&mut self, at: usize, mut label: Label, facts: &Facts) -> Label {
        for _ in 0..HOPS {
            let place = self.asm.place(label);
            let Some(place) = place.filter(|place| self.order.is_later(*place, at)) else {
                break;
            };
            let Some(item) = self.asm.items.get(place) else {
                break;
            };
            let next = match kind(item) {
                Kind::Jump if item.is_goto() => item.target,
                Kind::Branch => self.decided(&item.clone(), place, facts),
                _ => None,
            };
            match next {
                Some(next) => label = next,
                None => break,
            }
        }
        label
    }

    /// Where a branch leads with what is known.
    fn decided(&mut self, item: &Item, place: usize, facts: &Facts) -> Option<Label> {
        let slot = item.slot;
        let second = match by_register(slot) {
            true => self.values.number(facts.get(slot.src))?,
            false => i64::from(slot.imm).cast_unsigned(),
        };
        let first = self.values.number(facts.get(slot.dst))?;
        match fold::branch(slot, first, second)? {
            true => item.target,
            false if self.order.is_later(place + 1, place) => Some(self.asm.label_at(place + 1)),
            false => None,
        }
    }
}
