//! Instructions to slots.

use crate::insn::{Insn, Operand, Reg};
use crate::ops::{self, Size, SwapKind, Width, class};
use crate::slot::Slot;

/// One or two slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoded {
    slots: [Slot; 2],
    len: usize,
}

impl Encoded {
    /// The slots.
    pub fn slots(&self) -> &[Slot] {
        &self.slots[..self.len]
    }

    fn one(slot: Slot) -> Self {
        Self {
            slots: [slot, Slot::default()],
            len: 1,
        }
    }
}

impl Insn {
    /// Encodes the instruction, RFC 9669 section 3.
    pub fn encode(&self) -> Encoded {
        Encoded::one(match *self {
            Self::LoadImm64 { dst, imm } => return load_imm64(dst, imm),
            Self::Alu {
                width,
                op,
                dst,
                src,
            } => Slot {
                off: op.off(),
                ..with_operand(width.alu_class() | op.code(), dst, src)
            },
            Self::MovSigned {
                width,
                from,
                dst,
                src,
            } => mov_signed(width, from, dst, src),
            Self::Neg { width, dst } => plain(width.alu_class() | ops::NEG, dst),
            Self::Swap { kind, size, dst } => swap(kind, size, dst),
            Self::Load {
                size,
                signed,
                dst,
                base,
                off,
            } => load(size, signed, dst, base, off),
            Self::Store {
                size,
                base,
                off,
                src,
            } => store(size, base, off, src),
            Self::Goto { off, long } => goto(off, long),
            Self::JumpIf {
                width,
                op,
                dst,
                src,
                off,
            } => Slot {
                off,
                ..with_operand(width.jump_class() | op.code(), dst, src)
            },
            Self::CallHelper { number } => call(0, number as i32),
            Self::CallSymbol { imm } => call(ops::PSEUDO_CALL, imm),
            Self::Exit => opcode(ops::EXIT),
        })
    }
}

fn opcode(opcode: u8) -> Slot {
    Slot {
        opcode,
        ..Slot::default()
    }
}

fn plain(code: u8, dst: Reg) -> Slot {
    Slot {
        dst: dst.number(),
        ..opcode(code)
    }
}

fn with_operand(code: u8, dst: Reg, src: Operand) -> Slot {
    match src {
        Operand::Reg(src) => Slot {
            src: src.number(),
            ..plain(code | ops::SOURCE_REG, dst)
        },
        Operand::Imm(imm) => Slot {
            imm,
            ..plain(code, dst)
        },
    }
}

fn mov_signed(width: Width, from: Size, dst: Reg, src: Reg) -> Slot {
    Slot {
        off: from.bits() as i16,
        ..with_operand(width.alu_class() | ops::MOV, dst, Operand::Reg(src))
    }
}

fn swap(kind: SwapKind, size: Size, dst: Reg) -> Slot {
    Slot {
        imm: size.bits() as i32,
        ..plain(kind.opcode(), dst)
    }
}

fn load(size: Size, signed: bool, dst: Reg, base: Reg, off: i16) -> Slot {
    let mode = if signed {
        ops::MODE_MEMSX
    } else {
        ops::MODE_MEM
    };
    Slot {
        src: base.number(),
        off,
        ..plain(class::LDX | mode | size.code(), dst)
    }
}

fn store(size: Size, base: Reg, off: i16, src: Operand) -> Slot {
    let code = ops::MODE_MEM | size.code();
    match src {
        Operand::Reg(src) => Slot {
            src: src.number(),
            off,
            ..plain(class::STX | code, base)
        },
        Operand::Imm(imm) => Slot {
            imm,
            off,
            ..plain(class::ST | code, base)
        },
    }
}

fn goto(off: i32, long: bool) -> Slot {
    if long {
        return Slot {
            imm: off,
            ..opcode(ops::GOTO_LONG)
        };
    }
    Slot {
        off: off as i16,
        ..opcode(ops::GOTO)
    }
}

fn call(src: u8, imm: i32) -> Slot {
    Slot {
        src,
        imm,
        ..opcode(ops::CALL)
    }
}

fn load_imm64(dst: Reg, imm: u64) -> Encoded {
    let low = Slot {
        imm: imm as i32,
        ..plain(ops::LOAD_IMM64, dst)
    };
    let high = Slot {
        imm: (imm >> 32) as i32,
        ..Slot::default()
    };
    Encoded {
        slots: [low, high],
        len: 2,
    }
}
