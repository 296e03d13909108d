//! Chains to eBPF, instruction by instruction.

use std::collections::BTreeMap;

use core::mem::offset_of;

use hike_abi::{Fault, VmState, memory};
use hike_format::Symbol;
use hike_format::native::Guard;
use hike_isa::{AluOp, Insn, JumpOp, Operand, Reg, Size, Width};

use super::FuseError;
use super::asm::Label;
use super::fault::Kind;
use super::flow::{Flow, is_back, target, uses};
use super::program::Program;
use super::regs::Regs;
use super::stack::Slot;

/// One use of a chain.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The chain.
    pub chain: &'a Symbol,
    /// How many chains are around it.
    pub depth: u32,
    /// Preserved registers that the chains around it need.
    pub outer: Regs,
    /// Where it returns to.
    pub end: Label,
}

/// An instruction of a chain.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Its chain.
    pub place: Place<'a>,
    /// Its slot.
    pub slot: usize,
    /// The slot of quick code it becomes in the VM.
    pub quick: u32,
    /// Itself.
    pub insn: Insn,
    /// Registers live after it.
    pub after: Regs,
}

impl Step<'_> {
    /// What the frame pointer holds: the VM's address.
    pub fn frame_pointer(&self) -> i32 {
        memory::frame_pointer(self.place.depth.into()) as i32
    }

    /// An operand without the frame pointer, whose value is known.
    pub fn operand(&self, operand: Operand) -> Operand {
        match operand {
            Operand::Reg(Reg::FP) => Operand::Imm(self.frame_pointer()),
            other => other,
        }
    }
}

/// Labels of the slots that jumps go to.
type Labels = BTreeMap<usize, Label>;

impl<'a> Program<'a> {
    /// Appends the code of a chain.
    ///
    /// # Errors
    /// When it, or a chain it calls, cannot be translated.
    pub fn chain(&mut self, place: Place<'a>) -> Result<(), FuseError> {
        let flow = self.flows.get(place.chain);
        let flow: &'a Flow<'a> = flow.ok_or_else(|| FuseError::Missing(place.chain.clone()))?;
        let labels = flow.leaders.keys().map(|slot| (*slot, self.asm.label()));
        let labels: Labels = labels.collect();
        let around = self.asm.origin();
        for (slot, insn) in &flow.insns {
            let step = Step {
                place,
                slot: *slot,
                quick: flow.quick_slot(*slot),
                insn: *insn,
                after: flow.live_after(*slot, *insn),
            };
            if let Some(origin) = flow.origin_of(*slot) {
                self.asm.comes_from(Some(origin));
            }
            if let Some(label) = labels.get(slot) {
                self.asm.bind(*label);
                self.count(&step, flow);
            }
            self.step(&step, &labels)?;
            if self.asm.is_full() {
                return Err(FuseError::TooLarge(self.asm.here()));
            }
        }
        self.asm.comes_from(around);
        Ok(())
    }

    fn step(&mut self, step: &Step<'a>, labels: &Labels) -> Result<(), FuseError> {
        match step.insn {
            Insn::Alu { .. } | Insn::MovSigned { .. } => self.arithmetic(step),
            Insn::Swap { kind, size, dst } => self.swap_bytes(kind, size, dst),
            Insn::Neg { .. } | Insn::LoadImm64 { .. } => self.asm.insn(step.insn),
            Insn::Load { .. } => self.chain_load(step),
            Insn::Store { .. } => self.chain_store(step),
            Insn::CallHelper { number } => self.call_helper(step, number),
            Insn::CallSymbol { .. } => self.call_symbol(step)?,
            Insn::Goto { .. } | Insn::JumpIf { .. } => self.branch(step, labels)?,
            Insn::Exit => self.asm.goto(step.place.end),
        }
        Ok(())
    }

    fn branch(&mut self, step: &Step<'a>, labels: &Labels) -> Result<(), FuseError> {
        let label = target(step.slot, step.insn).and_then(|target| labels.get(&target));
        let label = *label.ok_or(FuseError::Label)?;
        if is_back(step.slot, step.insn) {
            self.guard(step);
        }
        match step.insn {
            Insn::JumpIf { dst: Reg::FP, .. } => Err(FuseError::FramePointer {
                chain: step.place.chain.clone(),
                slot: step.slot,
            }),
            Insn::JumpIf {
                width,
                op,
                dst,
                src,
                ..
            } => {
                let src = step.operand(src);
                self.asm.jump_if(width, op, dst, src, label);
                Ok(())
            }
            _ => {
                self.asm.goto(label);
                Ok(())
            }
        }
    }

    /// Ends a loop that has run for too long: before the jump that goes back.
    fn guard(&mut self, step: &Step<'_>) {
        let budget = self.fault(step, Fault::Budget);
        if self.guard == Guard::Kernel {
            return self.asm.may_goto(budget);
        }
        let live = step.after.or(uses(step.insn));
        let [left, _] = scratch(live);
        let saved = Regs::one(left).and(live);
        self.save(saved);
        self.load_slot(left, Slot::Rounds);
        self.asm
            .jump_if(Width::W64, JumpOp::Eq, left, 0.into(), budget);
        self.asm.add(left, -1);
        self.store_slot(Slot::Rounds, left);
        self.unsave(saved);
    }

    /// Where to go for a fault of an instruction.
    pub fn fault(&mut self, step: &Step<'_>, fault: Fault) -> Label {
        let kind = Kind::Known(fault);
        self.faults
            .at(&mut self.asm, step.place.chain, step.quick, kind)
    }

    /// A fault that always happens. What follows stays reachable for the verifier, which
    /// refuses code that nothing leads to.
    pub fn fail(&mut self, step: &Step<'_>, fault: Fault) {
        let label = self.fault(step, fault);
        self.asm.mov(Reg::R0, 0);
        self.asm
            .jump_if(Width::W64, JumpOp::Eq, Reg::R0, 0.into(), label);
    }

    /// Counts the instructions of the block that starts here, where there are loops.
    fn count(&mut self, step: &Step<'_>, flow: &Flow<'_>) {
        let count = flow.leaders.get(&step.slot).copied().unwrap_or(0) as i32;
        if !self.counted || count == 0 {
            return;
        }
        let live = flow.live_before(step.slot);
        let [state, left] = scratch(live);
        let both = Regs::one(state).with(left).and(live);
        let fault = self.fault(step, Fault::Budget);
        let off = offset_of!(VmState, budget) as i16;
        self.save(both);
        self.load_slot(state, Slot::State);
        self.asm.load(Size::U32, left, state, off);
        self.asm
            .jump_if(Width::W64, JumpOp::Lt, left, count.into(), fault);
        let count = Operand::Imm(count);
        self.asm.alu(Width::W64, AluOp::Sub, left, count);
        self.asm.store(Size::U32, state, off, left);
        self.unsave(both);
    }

    /// Keeps registers that a call clobbers.
    pub fn save(&mut self, regs: Regs) {
        for reg in regs.and(Regs::CLOBBERED).iter() {
            self.store_slot(Slot::Saved(reg), reg);
        }
    }

    /// Gives them their values again.
    pub fn unsave(&mut self, regs: Regs) {
        for reg in regs.and(Regs::CLOBBERED).iter() {
            self.load_slot(reg, Slot::Saved(reg));
        }
    }
}

/// Two registers to work with, ones without a value where there are some.
fn scratch(live: Regs) -> [Reg; 2] {
    let dead = Regs::CLOBBERED.without(live);
    let mut regs = dead.iter().chain(live.and(Regs::CLOBBERED).iter());
    let first = regs.next().unwrap_or(Reg::R0);
    [first, regs.next().unwrap_or(Reg::R1)]
}
