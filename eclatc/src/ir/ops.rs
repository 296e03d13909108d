//! Operations of the IR: their names in the text form, and what they compute.

macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// Every operation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name in the text form.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The operation with this name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|op| op.name() == name)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

named! {
    /// Arithmetic on two 64-bit values, RFC 9669 section 4.1.
    BinaryOp {
        /// Wraps.
        Add = "add";
        /// Wraps.
        Sub = "sub";
        /// Wraps.
        Mul = "mul";
        /// Unsigned division; by zero it gives 0.
        Udiv = "udiv";
        /// Signed division towards zero; by zero it gives 0.
        Sdiv = "sdiv";
        /// Unsigned remainder; by zero it gives the dividend.
        Umod = "umod";
        /// Signed remainder with the sign of the dividend; by zero it gives the dividend.
        Smod = "smod";
        /// Bitwise and.
        And = "and";
        /// Bitwise or.
        Or = "or";
        /// Bitwise exclusive or.
        Xor = "xor";
        /// Left shift by the low 6 bits of the right side.
        Shl = "shl";
        /// Logical right shift by the low 6 bits of the right side.
        Lshr = "lshr";
        /// Arithmetic right shift by the low 6 bits of the right side.
        Ashr = "ashr";
    }
}

named! {
    /// Arithmetic on one value: two complements and six extensions of its low bits.
    UnaryOp {
        /// Two's complement.
        Neg = "neg";
        /// Bitwise complement.
        Not = "not";
        /// Keeps 8 bits.
        Zext8 = "zext8";
        /// Keeps 16 bits.
        Zext16 = "zext16";
        /// Keeps 32 bits.
        Zext32 = "zext32";
        /// Extends the sign of the low 8 bits.
        Sext8 = "sext8";
        /// Extends the sign of the low 16 bits.
        Sext16 = "sext16";
        /// Extends the sign of the low 32 bits.
        Sext32 = "sext32";
    }
}

named! {
    /// Comparisons of branches, RFC 9669 section 4.3.
    Condition {
        /// Equal.
        Eq = "eq";
        /// Different.
        Ne = "ne";
        /// Unsigned less.
        Ult = "ult";
        /// Unsigned less or equal.
        Ule = "ule";
        /// Unsigned greater.
        Ugt = "ugt";
        /// Unsigned greater or equal.
        Uge = "uge";
        /// Signed less.
        Slt = "slt";
        /// Signed less or equal.
        Sle = "sle";
        /// Signed greater.
        Sgt = "sgt";
        /// Signed greater or equal.
        Sge = "sge";
        /// Any common bit.
        Set = "set";
    }
}

impl BinaryOp {
    /// Its result.
    pub fn compute(self, left: u64, right: u64) -> u64 {
        let (signed_left, signed_right) = (left as i64, right as i64);
        match self {
            Self::Add => left.wrapping_add(right),
            Self::Sub => left.wrapping_sub(right),
            Self::Mul => left.wrapping_mul(right),
            Self::Udiv => left.checked_div(right).unwrap_or(0),
            Self::Umod => left.checked_rem(right).unwrap_or(left),
            Self::Sdiv if right == 0 => 0,
            Self::Smod if right == 0 => left,
            Self::Sdiv => signed_left.wrapping_div(signed_right) as u64,
            Self::Smod => signed_left.wrapping_rem(signed_right) as u64,
            Self::And => left & right,
            Self::Or => left | right,
            Self::Xor => left ^ right,
            Self::Shl => left << (right & 63),
            Self::Lshr => left >> (right & 63),
            Self::Ashr => (signed_left >> (right & 63)) as u64,
        }
    }

    /// Whether the sides can be exchanged.
    pub fn is_commutative(self) -> bool {
        matches!(
            self,
            Self::Add | Self::Mul | Self::And | Self::Or | Self::Xor
        )
    }
}

impl UnaryOp {
    /// Its result.
    pub fn compute(self, value: u64) -> u64 {
        match self {
            Self::Neg => value.wrapping_neg(),
            Self::Not => !value,
            Self::Zext8 => value as u8 as u64,
            Self::Zext16 => value as u16 as u64,
            Self::Zext32 => value as u32 as u64,
            Self::Sext8 => value as i8 as u64,
            Self::Sext16 => value as i16 as u64,
            Self::Sext32 => value as i32 as u64,
        }
    }

    /// How many low bits an extension keeps; `None` for other operations.
    pub fn kept_bits(self) -> Option<u32> {
        match self {
            Self::Neg | Self::Not => None,
            Self::Zext8 | Self::Sext8 => Some(8),
            Self::Zext16 | Self::Sext16 => Some(16),
            Self::Zext32 | Self::Sext32 => Some(32),
        }
    }

    /// Whether it extends the sign.
    pub fn is_signed(self) -> bool {
        matches!(self, Self::Sext8 | Self::Sext16 | Self::Sext32)
    }

    /// The extension of so many bits; `None` for all 64 and for widths no type has.
    pub fn extension(bits: u32, signed: bool) -> Option<Self> {
        match (bits, signed) {
            (8, false) => Some(Self::Zext8),
            (16, false) => Some(Self::Zext16),
            (32, false) => Some(Self::Zext32),
            (8, true) => Some(Self::Sext8),
            (16, true) => Some(Self::Sext16),
            (32, true) => Some(Self::Sext32),
            _ => None,
        }
    }
}

impl Condition {
    /// Whether it holds.
    pub fn holds(self, left: u64, right: u64) -> bool {
        let (signed_left, signed_right) = (left as i64, right as i64);
        match self {
            Self::Eq => left == right,
            Self::Ne => left != right,
            Self::Ult => left < right,
            Self::Ule => left <= right,
            Self::Ugt => left > right,
            Self::Uge => left >= right,
            Self::Slt => signed_left < signed_right,
            Self::Sle => signed_left <= signed_right,
            Self::Sgt => signed_left > signed_right,
            Self::Sge => signed_left >= signed_right,
            Self::Set => left & right != 0,
        }
    }

    /// The condition that holds exactly when this one does not; a bit test has none.
    pub fn negated(self) -> Option<Self> {
        Some(match self {
            Self::Eq => Self::Ne,
            Self::Ne => Self::Eq,
            Self::Ult => Self::Uge,
            Self::Ule => Self::Ugt,
            Self::Ugt => Self::Ule,
            Self::Uge => Self::Ult,
            Self::Slt => Self::Sge,
            Self::Sle => Self::Sgt,
            Self::Sgt => Self::Sle,
            Self::Sge => Self::Slt,
            Self::Set => return None,
        })
    }

    /// The condition that says the same with the sides exchanged.
    pub fn swapped(self) -> Self {
        match self {
            Self::Eq | Self::Ne | Self::Set => self,
            Self::Ult => Self::Ugt,
            Self::Ule => Self::Uge,
            Self::Ugt => Self::Ult,
            Self::Uge => Self::Ule,
            Self::Slt => Self::Sgt,
            Self::Sle => Self::Sge,
            Self::Sgt => Self::Slt,
            Self::Sge => Self::Sle,
        }
    }

    /// Whether it holds of any value and itself, where that is certain.
    pub fn holds_of_same(self) -> Option<bool> {
        match self {
            Self::Eq | Self::Ule | Self::Uge | Self::Sle | Self::Sge => Some(true),
            Self::Ne | Self::Ult | Self::Ugt | Self::Slt | Self::Sgt => Some(false),
            Self::Set => None,
        }
    }
}
