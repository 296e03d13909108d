//! Calls of chains: helpers become code, programs their logic, chains their own code.

use hike_abi::limits::FRAMES;
use hike_abi::{CONTINUE, Fault, Helper};
use hike_format::chain::SlotIndex;
use hike_format::{Symbol, SymbolKind};
use hike_isa::{AluOp, Insn, JumpOp, Operand, Reg, Size, SwapKind, Width};

use super::FuseError;
use super::chain::{Place, Step};
use super::program::Program;
use super::regs::Regs;
use super::stack::Slot;

/// The kernel's `bpf_ktime_get_ns`.
const TIME_NS: u32 = 5;
/// The kernel's `bpf_get_prandom_u32`.
const RANDOM_U32: u32 = 7;
/// Offsets in the kernel's context, `struct xdp_md`.
pub const DATA: i16 = 0;
pub const DATA_END: i16 = 4;
/// Largest packet offset the verifier can follow (`MAX_PACKET_OFF`), less an access.
const MAX_OFFSET: i32 = 0xffff - 8;

impl<'a> Program<'a> {
    /// Appends a call of one of the VM's helpers.
    pub fn call_helper(&mut self, step: &Step<'_>, number: u32) {
        // As in the VM, the arguments survive; compilers do not rely on it.
        let kept = step.after.and(Regs::ARGUMENTS);
        self.save(kept);
        match Helper::from_number(number) {
            None => self.fail(step, Fault::Helper),
            Some(Helper::TimeNs) => self.asm.call_kernel(TIME_NS),
            Some(Helper::RandomU32) => {
                self.asm.call_kernel(RANDOM_U32);
                let width = Width::W32;
                self.asm.alu(width, AluOp::Mov, Reg::R0, Reg::R0.into());
            }
            Some(helper) => self.packet_helper(step, helper),
        }
        self.unsave(kept);
    }

    /// A number in network order from or to the packet: offset in `r1`, value in `r2`.
    fn packet_helper(&mut self, step: &Step<'_>, helper: Helper) {
        let (size, write) = match helper {
            Helper::PacketReadU8 => (Size::U8, false),
            Helper::PacketReadU16 => (Size::U16, false),
            Helper::PacketReadU32 => (Size::U32, false),
            Helper::PacketReadU64 => (Size::U64, false),
            Helper::PacketWriteU8 => (Size::U8, true),
            Helper::PacketWriteU16 => (Size::U16, true),
            Helper::PacketWriteU32 => (Size::U32, true),
            _ => (Size::U64, true),
        };
        if write {
            self.asm.mov(Reg::R0, Reg::R2);
            self.swap(size);
        }
        self.forget_offset();
        self.packet_pointer(step, size);
        if write {
            self.asm.store(size, Reg::R2, 0, Reg::R0);
            self.asm.mov(Reg::R0, 0);
        } else {
            self.asm.load(size, Reg::R0, Reg::R2, 0);
            self.swap(size);
        }
    }

    /// `r0` between network and host order.
    fn swap(&mut self, size: Size) {
        if size != Size::U8 {
            self.asm.insn(Insn::Swap {
                kind: SwapKind::ToBig,
                size,
                dst: Reg::R0,
            });
        }
    }

    /// In programs with loops `r1` takes the way through memory: the verifier would follow
    /// every value of an offset that a loop counts up.
    fn forget_offset(&mut self) {
        if self.counted {
            self.load_slot(Reg::R2, Slot::State);
            self.asm.store(Size::U64, Reg::R2, 8, Reg::R1);
            self.asm.load_unknown(Size::U64, Reg::R1, Reg::R2, 8);
        }
    }

    /// `r2`: the packet at the offset in `r1`, where that many bytes are.
    fn packet_pointer(&mut self, step: &Step<'_>, size: Size) {
        let fault = self.fault(step, Fault::Packet);
        self.load_slot(Reg::R5, Slot::Context);
        let asm = &mut self.asm;
        asm.jump_if(Width::W64, JumpOp::Gt, Reg::R1, MAX_OFFSET.into(), fault);
        asm.load(Size::U32, Reg::R3, Reg::R5, DATA_END);
        asm.load(Size::U32, Reg::R2, Reg::R5, DATA);
        asm.alu(Width::W64, AluOp::Add, Reg::R2, Reg::R1.into());
        asm.mov(Reg::R4, Reg::R2);
        asm.add(Reg::R4, size.bytes() as i32);
        asm.jump_if(Width::W64, JumpOp::Gt, Reg::R4, Reg::R3.into(), fault);
    }

    /// Appends a call of a program or chain.
    ///
    /// # Errors
    /// When it is not among the parts, or cannot be translated.
    pub fn call_symbol(&mut self, step: &Step<'a>) -> Result<(), FuseError> {
        let flow = self.flows.get(step.place.chain);
        let target = flow.and_then(|flow| flow.calls.get(&SlotIndex(step.slot as u32)));
        let target: &'a Symbol = target.ok_or(FuseError::Label)?;
        match target.kind() {
            SymbolKind::Chain => self.call_chain(step, target),
            _ => {
                let kept = step.after.and(Regs::ARGUMENTS);
                self.save(kept);
                self.call_program(step, target)?;
                self.unsave(kept);
                Ok(())
            }
        }
    }

    /// The call record is the start of the state: arguments go there, the result is there.
    fn call_program(&mut self, step: &Step<'_>, program: &Symbol) -> Result<(), FuseError> {
        let params = self.parts.part(program)?.params;
        self.load_slot(Reg::R0, Slot::State);
        for reg in Regs::arguments(params).iter() {
            let off = i16::from(reg.number()) * 8;
            self.asm.store(Size::U64, Reg::R0, off, reg);
        }
        self.asm.mov(Reg::R2, Reg::R0);
        self.load_slot(Reg::R1, Slot::Context);
        let keep = step.after.or(step.place.outer);
        self.run_logic(program, step.place.depth, keep)?;
        let went_on = Operand::Imm(CONTINUE);
        let verdict = self.verdict;
        self.asm
            .jump_if(Width::W32, JumpOp::Ne, Reg::R0, went_on, verdict);
        if step.after.contains(Reg::R0) {
            self.load_slot(Reg::R0, Slot::State);
            self.asm.load(Size::U64, Reg::R0, Reg::R0, 0);
        }
        Ok(())
    }

    fn call_chain(&mut self, step: &Step<'a>, chain: &'a Symbol) -> Result<(), FuseError> {
        let depth = step.place.depth + 1;
        if depth as usize >= FRAMES {
            self.fail(step, Fault::Frames);
            return Ok(());
        }
        let flow = self.flows.get(chain);
        let writes = flow
            .ok_or_else(|| FuseError::Missing(chain.clone()))?
            .writes;
        let keep = step.after.or(step.place.outer).and(Regs::PRESERVED);
        let kept = keep.and(writes);
        self.preserve(step.place.depth, kept);
        let end = self.asm.label();
        self.chain(Place {
            chain,
            depth,
            outer: keep.without(kept),
            end,
        })?;
        self.asm.bind(end);
        self.restore(step.place.depth, kept);
        Ok(())
    }
}
