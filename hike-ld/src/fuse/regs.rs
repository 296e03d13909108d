//! Sets of registers.

use hike_isa::Reg;

/// A set of the registers `r0` to `r9`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Regs(u16);

impl Regs {
    /// No register.
    pub const NONE: Self = Self(0);
    /// `r0` to `r5`, which calls clobber.
    pub const CLOBBERED: Self = Self(0x03f);
    /// `r1` to `r5`.
    pub const ARGUMENTS: Self = Self(0x03e);
    /// `r6` to `r9`, which calls preserve.
    pub const PRESERVED: Self = Self(0x3c0);

    /// `r1` to `rN`.
    pub const fn arguments(count: usize) -> Self {
        Self(((1u16 << (count + 1)) - 1) & Self::ARGUMENTS.0)
    }

    /// This one.
    pub const fn one(reg: Reg) -> Self {
        Self::NONE.with(reg)
    }

    /// With this one; the frame pointer is in no set.
    #[must_use]
    pub const fn with(self, reg: Reg) -> Self {
        self.with_number(reg.number())
    }

    /// With the register of this number.
    #[must_use]
    pub const fn with_number(self, number: u8) -> Self {
        if number > 9 {
            return self;
        }
        Self(self.0 | 1 << number)
    }

    /// Those in either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that are not in the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether it is in.
    pub const fn contains(self, reg: Reg) -> bool {
        self.0 >> reg.number() & 1 != 0
    }

    /// In ascending order.
    pub fn iter(self) -> impl Iterator<Item = Reg> {
        let numbers = (0..10).filter(move |number| self.0 >> number & 1 != 0);
        numbers.filter_map(Reg::new)
    }
}
