//! Operations, their numbers and their symbols: the one table everything derives from.

/// Instruction classes, RFC 9669 section 3.2.1.
pub mod class {
    /// Non-standard loads; only the 64-bit constant is HIKe's.
    pub const LD: u8 = 0x00;
    /// Loads into a register.
    pub const LDX: u8 = 0x01;
    /// Stores of an immediate.
    pub const ST: u8 = 0x02;
    /// Stores of a register.
    pub const STX: u8 = 0x03;
    /// 32-bit arithmetic.
    pub const ALU: u8 = 0x04;
    /// 64-bit jumps.
    pub const JMP: u8 = 0x05;
    /// 32-bit jumps.
    pub const JMP32: u8 = 0x06;
    /// 64-bit arithmetic.
    pub const ALU64: u8 = 0x07;
}

/// The source bit: the second operand is a register.
pub const SOURCE_REG: u8 = 0x08;
/// Load and store mode: plain.
pub const MODE_MEM: u8 = 0x60;
/// Load mode: sign-extending.
pub const MODE_MEMSX: u8 = 0x80;
/// Opcode of the 64-bit constant, two slots.
pub const LOAD_IMM64: u8 = 0x18;
/// Opcode of `goto` with its distance in `off`.
pub const GOTO: u8 = 0x05;
/// Opcode of `gotol`, its distance in `imm`.
pub const GOTO_LONG: u8 = 0x06;
/// Opcode of `call`.
pub const CALL: u8 = 0x85;
/// Opcode of `exit`.
pub const EXIT: u8 = 0x95;
/// Code bits of negation.
pub const NEG: u8 = 0x80;
/// Code bits of byte swaps.
pub const END: u8 = 0xd0;
/// Code bits of moves, sign-extending ones included.
pub const MOV: u8 = 0xb0;
/// `src` of a call of a symbol (clang's pseudo call).
pub const PSEUDO_CALL: u8 = 1;

macro_rules! operations {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal, $off:literal, $symbol:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// Every operation, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The upper four bits of the opcode.
            pub const fn code(self) -> u8 {
                match self { $(Self::$variant => $code,)* }
            }

            /// The symbol in listings.
            pub const fn symbol(self) -> &'static str {
                match self { $(Self::$variant => $symbol,)* }
            }

            /// The value of the `off` field that belongs to the opcode (0 for jumps).
            pub const fn off(self) -> i16 {
                match self { $(Self::$variant => $off,)* }
            }

            pub(crate) fn find(code: u8, off: i16) -> Option<Self> {
                Self::ALL.iter().copied().find(|op| op.code() == code && op.off() == off)
            }
        }
    };
}

operations! {
    /// Two-operand arithmetic, RFC 9669 section 4.1.
    AluOp {
        /// `dst += src`
        Add = 0x00, 0, "+=";
        /// `dst -= src`
        Sub = 0x10, 0, "-=";
        /// `dst *= src`
        Mul = 0x20, 0, "*=";
        /// Unsigned division; by zero it gives 0.
        Div = 0x30, 0, "/=";
        /// Signed division; by zero it gives 0.
        SignedDiv = 0x30, 1, "s/=";
        /// `dst |= src`
        Or = 0x40, 0, "|=";
        /// `dst &= src`
        And = 0x50, 0, "&=";
        /// Shift left; the count is taken modulo the width.
        ShiftLeft = 0x60, 0, "<<=";
        /// Logical shift right; the count is taken modulo the width.
        ShiftRight = 0x70, 0, ">>=";
        /// Unsigned remainder; by zero it leaves the dividend.
        Mod = 0x90, 0, "%=";
        /// Signed remainder; by zero it leaves the dividend.
        SignedMod = 0x90, 1, "s%=";
        /// `dst ^= src`
        Xor = 0xa0, 0, "^=";
        /// `dst = src`
        Mov = 0xb0, 0, "=";
        /// Arithmetic shift right; the count is taken modulo the width.
        SignedShiftRight = 0xc0, 0, "s>>=";
    }
}

operations! {
    /// Conditions, RFC 9669 section 4.3.
    JumpOp {
        /// Equal.
        Eq = 0x10, 0, "==";
        /// Unsigned greater.
        Gt = 0x20, 0, ">";
        /// Unsigned greater or equal.
        Ge = 0x30, 0, ">=";
        /// Any common bit.
        Set = 0x40, 0, "&";
        /// Not equal.
        Ne = 0x50, 0, "!=";
        /// Signed greater.
        SignedGt = 0x60, 0, "s>";
        /// Signed greater or equal.
        SignedGe = 0x70, 0, "s>=";
        /// Unsigned less.
        Lt = 0xa0, 0, "<";
        /// Unsigned less or equal.
        Le = 0xb0, 0, "<=";
        /// Signed less.
        SignedLt = 0xc0, 0, "s<";
        /// Signed less or equal.
        SignedLe = 0xd0, 0, "s<=";
    }
}

/// Width of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Width {
    /// 32 bits; arithmetic clears the upper half of its result.
    W32,
    /// 64 bits.
    W64,
}

impl Width {
    /// Both widths.
    pub const ALL: [Self; 2] = [Self::W32, Self::W64];

    /// Class of arithmetic in this width.
    pub const fn alu_class(self) -> u8 {
        match self {
            Self::W32 => class::ALU,
            Self::W64 => class::ALU64,
        }
    }

    /// Class of conditional jumps in this width.
    pub const fn jump_class(self) -> u8 {
        match self {
            Self::W32 => class::JMP32,
            Self::W64 => class::JMP,
        }
    }
}

/// Size of a memory access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Size {
    /// 1 byte.
    U8,
    /// 2 bytes.
    U16,
    /// 4 bytes.
    U32,
    /// 8 bytes.
    U64,
}

impl Size {
    /// Every size, smallest first.
    pub const ALL: [Self; 4] = [Self::U8, Self::U16, Self::U32, Self::U64];

    /// Its bits in the opcode, RFC 9669 section 5.
    pub const fn code(self) -> u8 {
        match self {
            Self::U8 => 0x10,
            Self::U16 => 0x08,
            Self::U32 => 0x00,
            Self::U64 => 0x18,
        }
    }

    /// The size with these bits.
    pub const fn from_code(code: u8) -> Self {
        match code & 0x18 {
            0x10 => Self::U8,
            0x08 => Self::U16,
            0x00 => Self::U32,
            _ => Self::U64,
        }
    }

    /// Number of bytes.
    pub const fn bytes(self) -> u32 {
        match self {
            Self::U8 => 1,
            Self::U16 => 2,
            Self::U32 => 4,
            Self::U64 => 8,
        }
    }

    /// Number of bits.
    pub const fn bits(self) -> u32 {
        self.bytes() * 8
    }
}

/// Byte swaps, RFC 9669 section 4.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SwapKind {
    /// To little-endian: keeps the low bits.
    ToLittle,
    /// To big-endian: swaps the low bytes and clears the rest.
    ToBig,
    /// Swaps the low bytes and clears the rest, on every host.
    Swap,
}

impl SwapKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::ToLittle, Self::ToBig, Self::Swap];

    /// Name in listings, followed by the number of bits.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ToLittle => "le",
            Self::ToBig => "be",
            Self::Swap => "bswap",
        }
    }

    /// The whole opcode.
    pub const fn opcode(self) -> u8 {
        match self {
            Self::ToLittle => class::ALU | END,
            Self::ToBig => class::ALU | END | SOURCE_REG,
            Self::Swap => class::ALU64 | END,
        }
    }
}
