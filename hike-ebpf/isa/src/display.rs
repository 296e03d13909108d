//! Instructions as text, in the notation of `llvm-objdump`.

use core::fmt;

use crate::insn::{Insn, Operand, Reg};
use crate::ops::{Size, Width};

impl fmt::Display for Reg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "r{}", self.number())
    }
}

/// A register as the width names it: `w1` is the low half of `r1`.
struct Sized(Width, Reg);

impl fmt::Display for Sized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Width::W32 => write!(f, "w{}", self.1.number()),
            Width::W64 => write!(f, "{}", self.1),
        }
    }
}

struct SizedOperand(Width, Operand);

impl fmt::Display for SizedOperand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Operand::Reg(reg) => write!(f, "{}", Sized(self.0, reg)),
            Operand::Imm(imm) => write!(f, "{imm}"),
        }
    }
}

/// A place in memory: size, base register, offset.
struct Place(Size, bool, Reg, i16);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.1 { 's' } else { 'u' };
        let (op, off) = if self.3 < 0 {
            ('-', -i32::from(self.3))
        } else {
            ('+', i32::from(self.3))
        };
        write!(f, "*({sign}{} *)({} {op} {off:#x})", self.0.bits(), self.2)
    }
}

impl fmt::Display for Insn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Alu {
                width,
                op,
                dst,
                src,
            } => {
                let (dst, src) = (Sized(width, dst), SizedOperand(width, src));
                write!(f, "{dst} {} {src}", op.symbol())
            }
            Self::MovSigned {
                width,
                from,
                dst,
                src,
            } => {
                let (dst, src) = (Sized(width, dst), Sized(width, src));
                write!(f, "{dst} = (s{}){src}", from.bits())
            }
            Self::Neg { width, dst } => {
                let dst = Sized(width, dst);
                write!(f, "{dst} = -{dst}")
            }
            Self::Swap { kind, size, dst } => {
                write!(f, "{dst} = {}{} {dst}", kind.name(), size.bits())
            }
            Self::Load {
                size,
                signed,
                dst,
                base,
                off,
            } => write!(f, "{dst} = {}", Place(size, signed, base, off)),
            Self::Store {
                size,
                base,
                off,
                src,
            } => {
                let src = SizedOperand(Width::W64, src);
                write!(f, "{} = {src}", Place(size, false, base, off))
            }
            Self::LoadImm64 { dst, imm } => write!(f, "{dst} = {imm:#x} ll"),
            Self::Goto { off, long: false } => write!(f, "goto {off:+}"),
            Self::Goto { off, long: true } => write!(f, "gotol {off:+}"),
            Self::JumpIf {
                width,
                op,
                dst,
                src,
                off,
            } => {
                let (dst, src) = (Sized(width, dst), SizedOperand(width, src));
                write!(f, "if {dst} {} {src} goto {off:+}", op.symbol())
            }
            Self::CallHelper { number } => write!(f, "call {number}"),
            Self::CallSymbol { imm } => write!(f, "call {imm}"),
            Self::Exit => f.write_str("exit"),
        }
    }
}
