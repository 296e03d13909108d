//! Instructions as values.

use crate::ops::{AluOp, JumpOp, Size, SwapKind, Width};

/// A register, `r0` to `r10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reg(u8);

impl Reg {
    /// The result of a call.
    pub const R0: Self = Self(0);
    /// First argument.
    pub const R1: Self = Self(1);
    /// Second argument.
    pub const R2: Self = Self(2);
    /// Third argument.
    pub const R3: Self = Self(3);
    /// Fourth argument.
    pub const R4: Self = Self(4);
    /// Fifth argument.
    pub const R5: Self = Self(5);
    /// First register that calls preserve.
    pub const R6: Self = Self(6);
    /// Preserved by calls.
    pub const R7: Self = Self(7);
    /// Preserved by calls.
    pub const R8: Self = Self(8);
    /// Last register that calls preserve.
    pub const R9: Self = Self(9);
    /// The frame pointer, read-only.
    pub const FP: Self = Self(10);

    /// The register with this number, at most 10.
    pub const fn new(number: u8) -> Option<Self> {
        if number <= 10 {
            Some(Self(number))
        } else {
            None
        }
    }

    /// Its number.
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// A second operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    /// A register.
    Reg(Reg),
    /// A constant, sign-extended to 64 bits where the operation is that wide.
    Imm(i32),
}

impl From<Reg> for Operand {
    fn from(reg: Reg) -> Self {
        Self::Reg(reg)
    }
}

impl From<i32> for Operand {
    fn from(imm: i32) -> Self {
        Self::Imm(imm)
    }
}

/// One instruction; the 64-bit constant is one too, of two slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Insn {
    /// `dst op= src`
    Alu {
        /// Width of the operation.
        width: Width,
        /// The operation.
        op: AluOp,
        /// First operand and result.
        dst: Reg,
        /// Second operand.
        src: Operand,
    },
    /// `dst = (sNN)src`: a move that extends the sign of the low bits.
    MovSigned {
        /// Width of the result.
        width: Width,
        /// Bits taken: `U8`, `U16`, and `U32` where the width is 64.
        from: Size,
        /// The result.
        dst: Reg,
        /// The source.
        src: Reg,
    },
    /// `dst = -dst`
    Neg {
        /// Width of the operation.
        width: Width,
        /// Operand and result.
        dst: Reg,
    },
    /// Byte order conversion.
    Swap {
        /// Which one.
        kind: SwapKind,
        /// Bits converted: `U16`, `U32` or `U64`.
        size: Size,
        /// Operand and result.
        dst: Reg,
    },
    /// `dst = *(size *)(base + off)`
    Load {
        /// Size of the access.
        size: Size,
        /// Extends the sign (not with `U64`).
        signed: bool,
        /// The result.
        dst: Reg,
        /// Register with the address.
        base: Reg,
        /// Added to the address.
        off: i16,
    },
    /// `*(size *)(base + off) = src`
    Store {
        /// Size of the access.
        size: Size,
        /// Register with the address.
        base: Reg,
        /// Added to the address.
        off: i16,
        /// The value: a register, or a sign-extended constant.
        src: Operand,
    },
    /// `dst = imm ll`
    LoadImm64 {
        /// The result.
        dst: Reg,
        /// The constant.
        imm: u64,
    },
    /// `goto +off`
    Goto {
        /// Distance in slots from the next one.
        off: i32,
        /// Encoded as `gotol`, with a distance of 32 bits.
        long: bool,
    },
    /// `if dst op src goto +off`
    JumpIf {
        /// Width of the comparison.
        width: Width,
        /// The condition.
        op: JumpOp,
        /// First operand.
        dst: Reg,
        /// Second operand.
        src: Operand,
        /// Distance in slots from the next one.
        off: i16,
    },
    /// Call of a helper by number.
    CallHelper {
        /// The helper's number.
        number: u32,
    },
    /// Call of a program or chain; the relocation at this slot names it.
    CallSymbol {
        /// What `imm` holds before relocation: -1 from compilers of external symbols.
        imm: i32,
    },
    /// Return from the chain, with the result in `r0`.
    Exit,
}

impl Insn {
    /// Number of slots it takes.
    pub const fn slots(&self) -> usize {
        match self {
            Self::LoadImm64 { .. } => 2,
            _ => 1,
        }
    }

    /// Distance it may jump, in slots from the next one.
    pub const fn jump_offset(&self) -> Option<i32> {
        match self {
            Self::Goto { off, .. } => Some(*off),
            Self::JumpIf { off, .. } => Some(*off as i32),
            _ => None,
        }
    }

    /// The register it writes, besides what calls clobber.
    pub const fn written(&self) -> Option<Reg> {
        match self {
            Self::Alu { dst, .. }
            | Self::MovSigned { dst, .. }
            | Self::Neg { dst, .. }
            | Self::Swap { dst, .. }
            | Self::Load { dst, .. }
            | Self::LoadImm64 { dst, .. } => Some(*dst),
            Self::CallHelper { .. } | Self::CallSymbol { .. } => Some(Reg::R0),
            _ => None,
        }
    }

    /// Whether control can reach the next instruction.
    pub const fn falls_through(&self) -> bool {
        !matches!(self, Self::Goto { .. } | Self::Exit)
    }
}
