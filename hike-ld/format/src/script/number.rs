//! Numbers of scripts: up to 128 bits, or negative.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number as a map key, a map value or a setting: -2⁶³ to 2¹²⁸-1.
///
/// In JSON it is a number where 64 bits hold it, else a string of `0x` and hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number {
    negative: bool,
    magnitude: u128,
}

impl Number {
    /// The number, which is not negative.
    pub const fn unsigned(value: u128) -> Self {
        Self {
            negative: false,
            magnitude: value,
        }
    }

    /// The number, which may be negative.
    pub const fn signed(value: i64) -> Self {
        Self {
            negative: value < 0,
            magnitude: value.unsigned_abs() as u128,
        }
    }

    /// Whether an integer of so many bits, signed or not, can hold it.
    pub fn fits(self, bits: u8, signed: bool) -> bool {
        let width = if signed { bits.saturating_sub(1) } else { bits };
        // 2 to the width; none when that is beyond every magnitude.
        let limit = 1u128.checked_shl(width.into());
        match self.negative {
            true => signed && limit.is_none_or(|limit| self.magnitude <= limit),
            false => limit.is_none_or(|limit| self.magnitude < limit),
        }
    }

    /// Its value in 128-bit two's complement.
    pub const fn bits(self) -> u128 {
        if self.negative {
            self.magnitude.wrapping_neg()
        } else {
            self.magnitude
        }
    }

    /// Whether it is less than zero.
    pub const fn is_negative(self) -> bool {
        self.negative
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self::unsigned(value.into())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.negative, u64::try_from(self.magnitude)) {
            (true, _) => write!(f, "-{}", self.magnitude),
            (false, Ok(small)) => write!(f, "{small}"),
            (false, Err(_)) => write!(f, "{:#x}", self.magnitude),
        }
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.negative {
            return to.serialize_i64(self.bits() as i64);
        }
        match u64::try_from(self.magnitude) {
            Ok(small) => to.serialize_u64(small),
            Err(_) => to.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer, or a string of `0x` and up to 32 hexadecimal digits")
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Number, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Number, E> {
        Ok(Number::signed(value))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
        text.strip_prefix("0x")
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u128::from_str_radix(digits, 16).ok())
            .map(Number::unsigned)
            .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(number: Number) {
        let json = serde_json::to_string(&number).unwrap();
        assert_eq!(serde_json::from_str::<Number>(&json).unwrap(), number);
    }

    proptest! {
        #[test]
        fn any_number_comes_back(unsigned: u128, signed: i64) {
            check(Number::unsigned(unsigned));
            check(Number::signed(signed));
        }

        #[test]
        fn fits_agrees_with_the_conversions(value: i64) {
            let number = Number::signed(value);
            prop_assert_eq!(number.fits(8, true), i8::try_from(value).is_ok());
            prop_assert_eq!(number.fits(16, false), u16::try_from(value).is_ok());
            prop_assert_eq!(number.fits(64, true), true);
            prop_assert_eq!(number.fits(128, false), value >= 0);
        }
    }

    #[test]
    fn numbers_beyond_64_bits_are_strings() {
        let json = serde_json::to_string(&Number::unsigned(1 << 64)).unwrap();
        assert_eq!(json, "\"0x10000000000000000\"");
        assert!(serde_json::from_str::<Number>("\"0x+1\"").is_err());
        assert!(serde_json::from_str::<Number>("\"1\"").is_err());
    }
}
