//! Pointers into the packet and checks of its bounds.
//!
//! A check that another one has made superfluous goes, when both are of pointers with the
//! same base: the verifier sees that too. So loads of the packet's start become copies of
//! what was checked already, where that is still in a register or in its slot.

use hike_isa::{AluOp, Insn, JumpOp, Operand, Reg, Size, Slot, Width, ops};

use super::{Access, Pass, mov};
use crate::fuse::optimise::cells::{BOUNDS, Cells};
use crate::fuse::optimise::effect::{by_register, is_wide, operation};
use crate::fuse::optimise::facts::{Base, Facts, Kind as Of, Value};

/// A comparison of a pointer with the packet's end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Check {
    base: Base,
    /// How far from the base it is.
    bytes: i32,
    /// Whether the branch is taken where the packet has the bytes.
    jumps_if_there: bool,
}

impl Pass<'_> {
    /// The register to access memory by, and the offset: of all that point to the packet the
    /// nearest to their base, so that the others may become superfluous.
    pub(super) fn nearest(&self, register: u8, off: i16, facts: &Facts) -> (u8, i16) {
        let same = (facts.root(register), off);
        let Of::Packet(base, from) = self.values.kind(facts.get(register)) else {
            return same;
        };
        let nearest = facts.packet_holder(base, &self.values);
        let moved = nearest.and_then(|(holder, at)| {
            let off = i16::try_from(i32::from(off) + from - at).ok()?;
            Some((holder, off))
        });
        moved.unwrap_or(same)
    }

    /// A load of the packet's start.
    pub(super) fn load_data(&mut self, at: usize, slot: Slot, facts: &mut Facts) -> Access {
        let start = facts.cell(BOUNDS[0]);
        let known = match self.values.kind(start) {
            Of::Packet(base, 0) => Some(base),
            _ => None,
        };
        let found = known
            .zip(Reg::new(slot.dst))
            .and_then(|(base, dst)| self.load_known_data(at, base, dst, facts));
        if let Some(access) = found {
            facts.set(slot.dst, start);
            return access;
        }
        let base = self.values.base();
        let value = self.values.packet(base, 0);
        facts.set(slot.dst, value);
        facts.set_cell(BOUNDS[0], value);
        Access {
            reads: 1 << BOUNDS[0],
            ..Access::default()
        }
    }

    /// The packet's start from a register, or from the slot, that has an address made of it.
    fn load_known_data(
        &mut self,
        at: usize,
        base: Base,
        dst: Reg,
        facts: &Facts,
    ) -> Option<Access> {
        let mut access = Access::default();
        let off = if let Some((holder, off)) = facts.packet_holder(base, &self.values) {
            self.asm.items[at].become_insn(mov(dst, Reg::new(holder)?.into()));
            off
        } else {
            let cell = Cells::packet();
            let Of::Packet(of, off) = self.values.kind(facts.cell(cell)) else {
                return None;
            };
            if of != base {
                return None;
            }
            self.asm.items[at].become_insn(Insn::Load {
                size: Size::U64,
                signed: false,
                dst,
                base: Reg::FP,
                off: self.cells.packet_offset(),
            });
            access.reads = 1 << cell;
            off
        };
        if off != 0 {
            self.append(at, add(dst, off.wrapping_neg()), Access::default());
        }
        Some(access)
    }

    /// A sum with an address in the packet; false when it is none.
    pub(super) fn packet_sum(
        &mut self,
        at: usize,
        slot: Slot,
        numbers: [Option<u64>; 2],
        facts: &mut Facts,
    ) -> bool {
        if operation(slot) != AluOp::Add.code() || !is_wide(slot) {
            return false;
        }
        let second = match by_register(slot) {
            true => self.values.kind(facts.get(slot.src)),
            false => Of::Number(64),
        };
        let constant = |number: Option<u64>| i32::try_from(number?.cast_signed()).ok();
        let [first, second_number] = numbers.map(constant);
        let (base, off, more) = match (self.values.kind(facts.get(slot.dst)), second) {
            (Of::Packet(base, off), _) => (base, off, second_number),
            (_, Of::Packet(base, off)) => (base, off, first),
            _ => return false,
        };
        let sum = more.and_then(|more| Some((more, off.checked_add(more)?)));
        let (Some((more, sum)), Some(dst)) = (sum, Reg::new(slot.dst)) else {
            // The verifier takes it for another pointer.
            if by_register(slot) {
                self.second_operand(at, slot, None, facts);
            }
            let base = self.values.base();
            let value = self.values.packet(base, 0);
            facts.set(slot.dst, value);
            return true;
        };
        let value = self.values.packet(base, sum);
        if !self.become_move(at, slot.dst, value, facts) {
            let source = Reg::new(facts.root(slot.src));
            match source.filter(|_| matches!(second, Of::Packet(..))) {
                Some(source) => {
                    self.asm.items[at].become_insn(mov(dst, source.into()));
                    self.append(at, add(dst, more), Access::default());
                }
                None => {
                    self.asm.items[at].become_insn(add(dst, more));
                    self.join(at, dst, base, sum, facts);
                }
            }
            facts.set(slot.dst, value);
        }
        true
    }

    /// Joins the addition of a constant with the item before: with another addition, or with
    /// a move from a register that is not the nearest to the base.
    fn join(&mut self, at: usize, dst: Reg, base: Base, sum: i32, facts: &Facts) {
        let is_target = self.targets.contains(&at);
        let before = at.checked_sub(1).filter(|before| self.kept[*before]);
        let Some(before) = before.filter(|before| {
            let nothing_between = !self.more.contains_key(before);
            nothing_between && !is_target && !self.order.is_back_target(at)
        }) else {
            return;
        };
        let slot = self.asm.items[before].slot;
        if slot.dst != dst.number() || !is_wide(slot) || slot.opcode & 7 != ops::class::ALU64 {
            return;
        }
        if operation(slot) == AluOp::Add.code() && !by_register(slot) {
            if let Some(joined) = slot.imm.checked_add(self.asm.items[at].slot.imm) {
                self.remove(before);
                self.asm.items[at].become_insn(add(dst, joined));
            }
        } else if operation(slot) == ops::MOV && by_register(slot) && slot.off == 0 {
            let mut others = facts.clone();
            others.set(dst.number(), Value::NONE);
            let nearest = others.packet_holder(base, &self.values);
            let near = nearest.and_then(|(holder, off)| Some((Reg::new(holder)?, off)));
            if let Some((holder, off)) = near.filter(|(holder, _)| holder.number() != slot.src) {
                self.asm.items[before].become_insn(mov(dst, holder.into()));
                self.asm.items[at].become_insn(add(dst, sum - off));
            }
        }
    }

    /// A move between two addresses with the same base is an addition.
    pub(super) fn packet_move(&mut self, at: usize, slot: Slot, facts: &mut Facts) -> bool {
        let [to, from] = [slot.dst, slot.src].map(|register| facts.get(register));
        let (Of::Packet(base, off), Of::Packet(of, new)) =
            (self.values.kind(to), self.values.kind(from))
        else {
            return false;
        };
        let (Some(more), Some(dst)) = (new.checked_sub(off), Reg::new(slot.dst)) else {
            return false;
        };
        if base != of {
            return false;
        }
        self.asm.items[at].become_insn(add(dst, more));
        self.join(at, dst, base, new, facts);
        facts.copy(slot.dst, slot.src);
        true
    }

    /// The check of the packet's bounds that a branch is.
    pub(super) fn check(&self, slot: Slot, facts: &Facts) -> Option<Check> {
        if !by_register(slot) || !is_wide(slot) {
            return None;
        }
        let [dst, src] = [slot.dst, slot.src].map(|register| facts.get(register));
        let kinds = [dst, src].map(|value| self.values.kind(value));
        let (base, bytes, end, ways) = match kinds {
            [Of::Packet(base, off), Of::End] => (base, off, src, [JumpOp::Gt, JumpOp::Le]),
            [Of::End, Of::Packet(base, off)] => (base, off, dst, [JumpOp::Lt, JumpOp::Ge]),
            _ => return None,
        };
        let way = ways.iter().position(|op| op.code() == operation(slot))?;
        (end == facts.cell(BOUNDS[1]) && bytes >= 0).then_some(Check {
            base,
            bytes,
            jumps_if_there: way == 1,
        })
    }

    /// Whether the branch of a check jumps, when that is known.
    pub(super) fn decide(check: Check, facts: &Facts) -> Option<bool> {
        let known = facts.range(check.base)?;
        (known >= check.bytes).then_some(check.jumps_if_there)
    }

    /// Notes what a check has shown, on the way that jumps and on the way that does not.
    pub(super) fn checked(&mut self, at: usize, check: Check, jump: &mut Facts, next: &mut Facts) {
        let Check { base, bytes, .. } = check;
        if check.jumps_if_there {
            jump.add_range(base, bytes);
            return;
        }
        next.add_range(base, bytes);
        let start = self.values.packet(base, 0);
        let cell = Cells::packet();
        let is_kept = matches!(self.values.kind(next.cell(cell)), Of::Packet(of, _) if of == base);
        if !self.keeps_packet || is_kept || next.cell(BOUNDS[0]) != start {
            return;
        }
        let holder = next.packet_holder(base, &self.values);
        let Some(src) = holder.and_then(|(holder, _)| Reg::new(holder)) else {
            return;
        };
        let store = Insn::Store {
            size: Size::U64,
            base: Reg::FP,
            off: self.cells.packet_offset(),
            src: src.into(),
        };
        let access = Access {
            writes: 1 << cell,
            only: true,
            ..Access::default()
        };
        self.append(at, store, access);
        next.set_cell(cell, next.get(src.number()));
    }
}

fn add(dst: Reg, more: i32) -> Insn {
    Insn::Alu {
        width: Width::W64,
        op: AluOp::Add,
        dst,
        src: Operand::Imm(more),
    }
}
