//! Arithmetic of chains: what eBPF before its fourth version, or the verifier, does not
//! take is put together from what it does.

use hike_isa::{AluOp, Insn, Operand, Reg, Size, SwapKind, Width};

use super::chain::Step;
use super::program::Program;
use super::regs::Regs;
use super::stack::Slot;

impl Program<'_> {
    /// Appends an arithmetic instruction.
    pub fn arithmetic(&mut self, step: &Step<'_>) {
        match step.insn {
            Insn::Alu {
                width,
                op,
                dst,
                src,
            } => self.operation(step, width, op, dst, step.operand(src)),
            Insn::MovSigned {
                width,
                from,
                dst,
                src,
            } => {
                let src = step.operand(src.into());
                self.asm.alu(width, AluOp::Mov, dst, src);
                self.extend(width, from, dst);
            }
            _ => {}
        }
    }

    fn operation(&mut self, step: &Step<'_>, width: Width, op: AluOp, dst: Reg, src: Operand) {
        use AluOp::{Div, Mod, ShiftLeft, ShiftRight, SignedDiv, SignedMod, SignedShiftRight};
        let asm = &mut self.asm;
        match (op, src) {
            // The VM takes counts modulo the width, the verifier refuses larger ones.
            (ShiftLeft | ShiftRight | SignedShiftRight, Operand::Imm(count)) => {
                let count = count & (bits(width) - 1);
                asm.alu(width, op, dst, Operand::Imm(count));
            }
            // The verifier refuses a division by a constant of 0.
            (Div, Operand::Imm(0)) => asm.mov(dst, 0),
            (Mod, Operand::Imm(0)) => asm.alu(width, AluOp::Mov, dst, dst.into()),
            (SignedDiv, _) => self.divide(step, "hike_signed_div", width, dst, src),
            (SignedMod, _) => self.divide(step, "hike_signed_mod", width, dst, src),
            _ => asm.alu(width, op, dst, src),
        }
    }

    /// Swaps bytes. Kernels before 6.6 know no swap on every host; hosts are little-endian,
    /// where the one to big-endian is the same.
    pub fn swap_bytes(&mut self, kind: SwapKind, size: Size, dst: Reg) {
        let kind = match kind {
            SwapKind::Swap => SwapKind::ToBig,
            other => other,
        };
        self.asm.insn(Insn::Swap { kind, size, dst });
    }

    /// Extends the sign of the low bits over the width.
    pub fn extend(&mut self, width: Width, from: Size, dst: Reg) {
        let count = Operand::Imm(bits(width) - from.bits() as i32);
        self.asm.alu(width, AluOp::ShiftLeft, dst, count);
        self.asm.alu(width, AluOp::SignedShiftRight, dst, count);
    }

    fn divide(&mut self, step: &Step<'_>, function: &str, width: Width, dst: Reg, src: Operand) {
        let saved = step.after.without(Regs::one(dst));
        self.save(saved);
        self.store_slot(Slot::Address, dst);
        self.store_slot(Slot::Value, src);
        for (reg, slot) in [(Reg::R1, Slot::Address), (Reg::R2, Slot::Value)] {
            self.load_slot(reg, slot);
            if width == Width::W32 {
                self.extend(Width::W64, Size::U32, reg);
            }
        }
        self.call_native(function);
        self.asm.alu(width, AluOp::Mov, dst, Reg::R0.into());
        self.unsave(saved);
    }
}

const fn bits(width: Width) -> i32 {
    match width {
        Width::W32 => 32,
        Width::W64 => 64,
    }
}
