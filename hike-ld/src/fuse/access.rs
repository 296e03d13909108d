//! Loads and stores of chains. Those by the frame pointer have a place that is known; the
//! others are done by functions, which check the address as the VM does.

use core::mem::offset_of;

use hike_abi::limits::{FRAME_STACK, FRAMES};
use hike_abi::{CONTINUE, VmState, memory};
use hike_isa::{Insn, JumpOp, Operand, Reg, Size, Width};

use super::chain::Step;
use super::fault::Kind;
use super::program::Program;
use super::regs::Regs;
use super::stack::Slot;

impl Program<'_> {
    /// Appends a load.
    pub fn chain_load(&mut self, step: &Step<'_>) {
        let Insn::Load {
            size,
            signed,
            dst,
            base,
            off,
        } = step.insn
        else {
            return;
        };
        match known_place(step, base, off, size) {
            Some(place) => {
                self.load_slot(dst, Slot::State);
                self.asm.load(size, dst, dst, place);
            }
            None => self.load_by_address(step, size, dst),
        }
        if signed {
            self.extend(Width::W64, size, dst);
        }
    }

    fn load_by_address(&mut self, step: &Step<'_>, size: Size, dst: Reg) {
        let saved = step.after.without(Regs::one(dst));
        self.save(saved);
        self.access(step, "load", size);
        self.load_slot(dst, Slot::State);
        self.asm.load(Size::U64, dst, dst, 0);
        self.unsave(saved);
    }

    /// Appends a store.
    pub fn chain_store(&mut self, step: &Step<'_>) {
        let Insn::Store {
            size,
            base,
            off,
            src,
        } = step.insn
        else {
            return;
        };
        let src = step.operand(src);
        match known_place(step, base, off, size) {
            Some(place) => self.store_at(step, size, place, src),
            None => {
                self.save(step.after);
                self.store_slot(Slot::Value, src);
                self.access(step, "store", size);
                self.unsave(step.after);
            }
        }
    }

    /// Stores at a known offset of the state.
    fn store_at(&mut self, step: &Step<'_>, size: Size, place: i16, src: Operand) {
        let used = match src {
            Operand::Reg(reg) => Regs::one(reg),
            Operand::Imm(_) => Regs::NONE,
        };
        let dead = Regs::CLOBBERED.without(step.after.or(used)).iter().next();
        let other = Regs::CLOBBERED.without(used).iter().next();
        let state = dead.or(other).unwrap_or(Reg::R0);
        let saved = Regs::one(state).and(step.after);
        self.save(saved);
        self.load_slot(state, Slot::State);
        self.asm.store(size, state, place, src);
        self.unsave(saved);
    }

    /// Calls the function for an access: the address goes to the state's `r1`, the value of
    /// a store, which is in its slot, to `r2`.
    fn access(&mut self, step: &Step<'_>, what: &str, size: Size) {
        let (Insn::Load { base, off, .. } | Insn::Store { base, off, .. }) = step.insn else {
            return;
        };
        let base = step.operand(base.into());
        self.store_slot(Slot::Address, base);
        self.load_slot(Reg::R2, Slot::State);
        self.load_slot(Reg::R1, Slot::Address);
        if off != 0 {
            self.asm.add(Reg::R1, off.into());
        }
        self.asm.store(Size::U64, Reg::R2, 8, Reg::R1);
        if what == "store" {
            self.load_slot(Reg::R1, Slot::Value);
            self.asm.store(Size::U64, Reg::R2, 16, Reg::R1);
        }
        self.load_slot(Reg::R1, Slot::Context);
        self.call_native(&format!("hike_{what}_u{}", size.bits()));
        let fault = (step.place.chain, step.quick, Kind::InR0);
        let fault = self.faults.at(&mut self.asm, fault.0, fault.1, fault.2);
        let went_on = CONTINUE.into();
        self.asm
            .jump_if(Width::W32, JumpOp::Ne, Reg::R0, went_on, fault);
    }
}

/// Offset in the state of an access by the frame pointer that stays in the stacks.
fn known_place(step: &Step<'_>, base: Reg, off: i16, size: Size) -> Option<i16> {
    if base != Reg::FP {
        return None;
    }
    let address = i64::from(step.frame_pointer()) + i64::from(off);
    let offset = address - memory::address(memory::STACK, 0) as i64;
    let last = (FRAMES * FRAME_STACK) as i64 - i64::from(size.bytes());
    let inside = (0..=last).contains(&offset);
    let place = offset + offset_of!(VmState, stack) as i64;
    i16::try_from(place).ok().filter(|_| inside)
}
