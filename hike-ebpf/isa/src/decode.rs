//! Slots to instructions.

use core::fmt;

use crate::insn::{Insn, Operand, Reg};
use crate::ops::{self, AluOp, JumpOp, Size, SwapKind, Width, class};
use crate::slot::Slot;

/// Why bytes are not an instruction of this set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Index of the slot.
    pub slot: usize,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The opcode, with its `off` or `imm` where they belong to it, is not in the set.
    Opcode(u8),
    /// A register number above 10.
    Register(u8),
    /// Fields that must be zero are not.
    Reserved,
    /// A 64-bit constant without its second slot.
    Truncated,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "slot {}: ", self.slot)?;
        match self.problem {
            Problem::Opcode(opcode) => write!(f, "unknown instruction, opcode {opcode:#04x}"),
            Problem::Register(number) => write!(f, "no register r{number}, the last is r10"),
            Problem::Reserved => f.write_str("reserved fields are not zero"),
            Problem::Truncated => f.write_str("64-bit constant without its second slot"),
        }
    }
}

impl core::error::Error for DecodeError {}

/// Decodes the instruction that starts at `index`.
///
/// # Errors
/// When the slot is beyond the code or is no instruction of the set.
pub fn decode_at(code: &[Slot], index: usize) -> Result<Insn, DecodeError> {
    let fail = |problem| DecodeError {
        slot: index,
        problem,
    };
    let slot = code.get(index).ok_or(fail(Problem::Truncated))?;
    if slot.opcode != ops::LOAD_IMM64 {
        return decode(*slot).map_err(fail);
    }
    let next = code.get(index + 1).ok_or(fail(Problem::Truncated))?;
    load_imm64(*slot, *next).map_err(fail)
}

/// Decodes an instruction of one slot.
///
/// # Errors
/// When the slot is no instruction of the set, or the first half of a 64-bit constant.
pub fn decode(slot: Slot) -> Result<Insn, Problem> {
    let insn = match slot.opcode & 7 {
        class::LDX => load(slot)?,
        class::ST | class::STX => store(slot)?,
        class::ALU => alu(slot, Width::W32)?,
        class::ALU64 => alu(slot, Width::W64)?,
        class::JMP => jump(slot, Width::W64)?,
        class::JMP32 => jump(slot, Width::W32)?,
        _ if slot.opcode == ops::LOAD_IMM64 => return Err(Problem::Truncated),
        _ => return Err(Problem::Opcode(slot.opcode)),
    };
    // The encoding is one to one: a field an instruction does not use must be zero.
    if insn.encode().slots() == [slot] {
        Ok(insn)
    } else {
        Err(Problem::Reserved)
    }
}

fn reg(number: u8) -> Result<Reg, Problem> {
    Reg::new(number).ok_or(Problem::Register(number))
}

fn operand(slot: Slot) -> Result<Operand, Problem> {
    if slot.opcode & ops::SOURCE_REG == 0 {
        return Ok(Operand::Imm(slot.imm));
    }
    reg(slot.src).map(Operand::Reg)
}

fn load_imm64(low: Slot, high: Slot) -> Result<Insn, Problem> {
    let insn = Insn::LoadImm64 {
        dst: reg(low.dst)?,
        imm: (high.imm as u32 as u64) << 32 | low.imm as u32 as u64,
    };
    if insn.encode().slots() == [low, high] {
        Ok(insn)
    } else {
        Err(Problem::Reserved)
    }
}

fn load(slot: Slot) -> Result<Insn, Problem> {
    let size = Size::from_code(slot.opcode);
    let signed = match slot.opcode & 0xe0 {
        ops::MODE_MEM => false,
        ops::MODE_MEMSX if size != Size::U64 => true,
        _ => return Err(Problem::Opcode(slot.opcode)),
    };
    Ok(Insn::Load {
        size,
        signed,
        dst: reg(slot.dst)?,
        base: reg(slot.src)?,
        off: slot.off,
    })
}

fn store(slot: Slot) -> Result<Insn, Problem> {
    if slot.opcode & 0xe0 != ops::MODE_MEM {
        return Err(Problem::Opcode(slot.opcode));
    }
    let src = if slot.opcode & 7 == class::ST {
        Operand::Imm(slot.imm)
    } else {
        Operand::Reg(reg(slot.src)?)
    };
    Ok(Insn::Store {
        size: Size::from_code(slot.opcode),
        base: reg(slot.dst)?,
        off: slot.off,
        src,
    })
}

fn alu(slot: Slot, width: Width) -> Result<Insn, Problem> {
    let dst = reg(slot.dst)?;
    match slot.opcode & 0xf0 {
        ops::NEG => Ok(Insn::Neg { width, dst }),
        ops::END => swap(slot, dst),
        ops::MOV if slot.off != 0 => mov_signed(slot, width, dst),
        code => Ok(Insn::Alu {
            width,
            op: AluOp::find(code, slot.off).ok_or(Problem::Opcode(slot.opcode))?,
            dst,
            src: operand(slot)?,
        }),
    }
}

fn mov_signed(slot: Slot, width: Width, dst: Reg) -> Result<Insn, Problem> {
    let from = match (slot.off, width) {
        (8, _) => Size::U8,
        (16, _) => Size::U16,
        (32, Width::W64) => Size::U32,
        _ => return Err(Problem::Opcode(slot.opcode)),
    };
    let Operand::Reg(src) = operand(slot)? else {
        return Err(Problem::Opcode(slot.opcode));
    };
    Ok(Insn::MovSigned {
        width,
        from,
        dst,
        src,
    })
}

fn swap(slot: Slot, dst: Reg) -> Result<Insn, Problem> {
    let unknown = Problem::Opcode(slot.opcode);
    let kind = SwapKind::ALL
        .into_iter()
        .find(|kind| kind.opcode() == slot.opcode)
        .ok_or(unknown)?;
    let size = match slot.imm {
        16 => Size::U16,
        32 => Size::U32,
        64 => Size::U64,
        _ => return Err(unknown),
    };
    Ok(Insn::Swap { kind, size, dst })
}

fn jump(slot: Slot, width: Width) -> Result<Insn, Problem> {
    match slot.opcode {
        ops::GOTO => {
            return Ok(Insn::Goto {
                off: slot.off.into(),
                long: false,
            });
        }
        ops::GOTO_LONG => {
            return Ok(Insn::Goto {
                off: slot.imm,
                long: true,
            });
        }
        ops::EXIT => return Ok(Insn::Exit),
        ops::CALL => return call(slot),
        _ => {}
    }
    Ok(Insn::JumpIf {
        width,
        op: JumpOp::find(slot.opcode & 0xf0, 0).ok_or(Problem::Opcode(slot.opcode))?,
        dst: reg(slot.dst)?,
        src: operand(slot)?,
        off: slot.off,
    })
}

fn call(slot: Slot) -> Result<Insn, Problem> {
    match slot.src {
        0 => Ok(Insn::CallHelper {
            number: slot.imm as u32,
        }),
        ops::PSEUDO_CALL => Ok(Insn::CallSymbol { imm: slot.imm }),
        _ => Err(Problem::Opcode(slot.opcode)),
    }
}
