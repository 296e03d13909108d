//! Arithmetic of what is known.

use hike_abi::vm_maps;
use hike_isa::{AluOp, Slot, ops};

use super::Pass;
use crate::fuse::asm::Item;
use crate::fuse::optimise::effect::{by_register, is_wide, operation};
use crate::fuse::optimise::facts::{Facts, Kind as Of, Value};
use crate::fuse::optimise::fold;

impl Pass<'_> {
    pub(super) fn alu(&mut self, at: usize, slot: Slot, facts: &mut Facts) {
        let wide = is_wide(slot);
        let is_move = operation(slot) == ops::MOV && slot.off == 0;
        if is_move && wide && by_register(slot) {
            let slot = Slot {
                src: facts.root(slot.src),
                ..slot
            };
            self.set_slot(at, slot);
            let value = facts.get(slot.src);
            if facts.get(slot.dst) == value {
                self.remove(at);
            } else if self
                .values
                .number(value)
                .and_then(fold::immediate)
                .is_some()
            {
                self.become_move(at, slot.dst, value, facts);
            } else if !self.packet_move(at, slot, facts) {
                facts.copy(slot.dst, slot.src);
            }
            return;
        }
        let second = match by_register(slot) {
            true => self.values.number(facts.get(slot.src)),
            false => Some(i64::from(slot.imm).cast_unsigned()),
        };
        let first = self.values.number(facts.get(slot.dst));
        let has_second = ![ops::NEG, ops::END].contains(&operation(slot));
        let known = match is_move {
            true if wide => second,
            true => second.map(fold::low),
            false if has_second && slot.off == 0 => {
                let both = first.zip(second);
                both.and_then(|(a, b)| fold::arithmetic(slot, a, b))
            }
            false => None,
        };
        if let Some(number) = known {
            let value = self.values.constant(number);
            if !self.become_move(at, slot.dst, value, facts) {
                facts.set(slot.dst, value);
            }
            return;
        }
        if self.packet_sum(at, slot, [first, second], facts) {
            return;
        }
        if has_second && by_register(slot) {
            self.second_operand(at, slot, second, facts);
        }
        self.set_result(slot, second.filter(|_| has_second), facts);
    }

    /// A constant, or the register that the second operand is a copy of, in its place.
    pub(super) fn second_operand(
        &mut self,
        at: usize,
        slot: Slot,
        second: Option<u64>,
        facts: &Facts,
    ) {
        let number = second.filter(|_| fold::takes_constant(slot));
        let slot = match number.and_then(|number| immediate(slot, number)) {
            Some(imm) => Slot {
                opcode: slot.opcode & !ops::SOURCE_REG,
                src: 0,
                imm,
                ..slot
            },
            None => Slot {
                src: facts.root(slot.src),
                ..slot
            },
        };
        self.set_slot(at, slot);
    }

    /// What is known of the result of arithmetic that is not known.
    fn set_result(&mut self, slot: Slot, second: Option<u64>, facts: &mut Facts) {
        let kinds = [slot.dst, slot.src].map(|register| self.values.kind(facts.get(register)));
        let is_sum = operation(slot) == AluOp::Add.code();
        if kinds[0] == Of::States && !std::mem::replace(&mut self.has_state, true) {
            facts.set(slot.dst, Value::STATE);
            return;
        }
        let second = second
            .map(u64::cast_signed)
            .and_then(|it| i32::try_from(it).ok());
        let kind = match (kinds[0], second) {
            _ if !is_wide(slot) => Of::Number(32),
            (Of::Stack(off), Some(more)) if is_sum => Of::Stack(off.saturating_add(more)),
            // A sum with an address may be one.
            (first, _) if !first.is_far() => Of::Near,
            _ if by_register(slot) && !kinds[1].is_far() => Of::Near,
            _ => Of::Number(64),
        };
        let value = self.values.fresh(kind);
        facts.set(slot.dst, value);
    }

    pub(super) fn constant(&mut self, at: usize, item: &Item, facts: &mut Facts) {
        let dst = item.slot.dst;
        if item.reference.is_some() || item.slot.src != 0 {
            let kind = match item.reference.as_deref() {
                Some(vm_maps::STATE) => Of::States,
                _ => Of::Number(64),
            };
            let value = self.values.fresh(kind);
            facts.set(dst, value);
            return;
        }
        let upper = item.second.map_or(0, |second| second.imm);
        let number = u64::from(item.slot.imm.cast_unsigned());
        let number = number | u64::from(upper.cast_unsigned()) << 32;
        let value = self.values.constant(number);
        if !self.become_move(at, dst, value, facts) {
            facts.set(dst, value);
        }
    }
}

/// A number as the immediate of arithmetic or of a branch.
pub(super) fn immediate(slot: Slot, number: u64) -> Option<i32> {
    match is_wide(slot) {
        true => fold::immediate(number),
        false => Some((number as u32).cast_signed()),
    }
}
