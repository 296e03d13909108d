//! Jumps and branches: decided ones, and where they lead.

use hike_isa::{Slot, ops};

use super::Pass;
use super::arithmetic::immediate;
use crate::fuse::asm::{Item, Label};
use crate::fuse::optimise::effect::{Kind, by_register, kind};
use crate::fuse::optimise::facts::Facts;
use crate::fuse::optimise::fold;

/// How many jumps in a row are followed.
const HOPS: usize = 8;

impl Pass<'_> {
    pub(super) fn branch(&mut self, at: usize, slot: Slot, facts: &mut Facts) {
        let second = match by_register(slot) {
            true => self.values.number(facts.get(slot.src)),
            false => Some(i64::from(slot.imm).cast_unsigned()),
        };
        let first = self.values.number(facts.get(slot.dst));
        let decided = first.zip(second);
        match decided.and_then(|(a, b)| fold::branch(slot, a, b)) {
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
        self.jump(at, facts);
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
        self.arrive(place, facts.clone());
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
