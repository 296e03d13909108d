//! Faults of fused chains: counted for the chain, by kind, with the place, as in the VM.

use std::collections::BTreeMap;

use core::mem::offset_of;

use hike_abi::{Fault, FaultCounters, VmState, vm_maps};
use hike_format::Symbol;
use hike_isa::{AluOp, Insn, JumpOp, Operand, Reg, Size, Width};

use super::asm::{Assembler, Label};
use super::program::Program;
use super::stack::Slot;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// This.
    Known(Fault),
    /// What the number in `r0` says.
    InR0,
}

/// A fault and its place: the chain and the slot of quick code.
type Key = (Symbol, u32, Kind);

/// The faults that a fused program can run into.
#[derive(Debug, Default)]
pub struct Faults {
    stubs: BTreeMap<Key, Label>,
    count: Option<Label>,
}

impl Faults {
    /// Where to go for a fault.
    pub fn at(&mut self, asm: &mut Assembler, chain: &Symbol, slot: u32, kind: Kind) -> Label {
        let key = (chain.clone(), slot, kind);
        *self.stubs.entry(key).or_insert_with(|| asm.label())
    }

    /// Where a fault is counted: chain ID, kind and slot in `r6`, `r7` and `r8`.
    pub fn count(&mut self, asm: &mut Assembler) -> Label {
        *self.count.get_or_insert_with(|| asm.label())
    }
}

impl Program<'_> {
    /// Appends the code of every fault.
    pub fn fault_code(&mut self) {
        let stubs = core::mem::take(&mut self.faults.stubs);
        let count = self.faults.count(&mut self.asm);
        for ((chain, slot, kind), label) in stubs {
            self.asm.bind(label);
            match kind {
                Kind::Known(fault) => self.asm.mov(Reg::R7, fault as i32),
                Kind::InR0 => self.asm.mov(Reg::R7, Reg::R0),
            }
            self.asm.mov(Reg::R8, slot as i32);
            self.asm.refer(Reg::R6, chain.to_string(), 0);
            self.asm.goto(count);
        }
        self.asm.bind(count);
        self.count_fault();
    }

    fn count_fault(&mut self) {
        let off = self.stack.offset(Slot::Key);
        self.asm.store(Size::U32, Reg::FP, off, Reg::R6);
        self.look_up_key(vm_maps::FAULTS);
        let done = self.asm.label();
        self.asm
            .jump_if(Width::W64, JumpOp::Eq, Reg::R0, 0.into(), done);
        self.raise(Reg::R0);
        self.asm.bind(done);
        self.load_slot(Reg::R1, Slot::State);
        let off = offset_of!(VmState, default_action) as i16;
        self.asm.load(Size::U32, Reg::R0, Reg::R1, off);
        self.asm.insn(Insn::Exit);
    }

    /// Adds to the counter of the kind in `r7`, and notes kind and slot.
    fn raise(&mut self, counters: Reg) {
        let asm = &mut self.asm;
        let last_pc = offset_of!(FaultCounters, last_pc) as i16;
        let last_fault = offset_of!(FaultCounters, last_fault) as i16;
        asm.store(Size::U32, counters, last_pc, Reg::R8);
        asm.store(Size::U32, counters, last_fault, Reg::R7);
        let mask = Operand::Imm(Fault::COUNT as i32 - 1);
        asm.alu(Width::W64, AluOp::And, Reg::R7, mask);
        asm.alu(Width::W64, AluOp::ShiftLeft, Reg::R7, Operand::Imm(3));
        asm.alu(Width::W64, AluOp::Add, counters, Reg::R7.into());
        asm.load(Size::U64, Reg::R1, counters, 0);
        asm.add(Reg::R1, 1);
        asm.store(Size::U64, counters, 0, Reg::R1);
    }
}
