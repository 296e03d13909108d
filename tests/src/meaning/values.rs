//! Types and constants of the language, as the manual has them.
//!
//! A constant expression is an exact number; what 64 bits cannot hold wraps. It is signed
//! when it is negative. Every other value has 64 bits and the sign of its type.

use eclatc::hir::meaning::convert;
use eclatc::hir::{S64, U64};
use eclatc::syntax::{BinaryOp, CompareOp, TypeName, UnaryOp};
use hike_format::signature::IntType;

/// 64 bits of this sign.
pub fn wide(signed: bool) -> IntType {
    if signed { S64 } else { U64 }
}

/// How a type is stored.
pub fn stored(ty: TypeName) -> IntType {
    match ty {
        TypeName::Int { bits, signed } => IntType { bits, signed },
        TypeName::Bool => IntType {
            bits: 8,
            signed: false,
        },
    }
}

/// A value on its way into a type.
pub fn cast(value: u64, ty: TypeName) -> u64 {
    match ty {
        TypeName::Bool => u64::from(value != 0),
        TypeName::Int { .. } => convert(value, stored(ty)),
    }
}

/// A number and its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// From -2^63 to 2^64 - 1.
    pub value: i128,
    /// Its type.
    pub ty: IntType,
}

impl Number {
    /// A number as it is written, or wrapped when 64 bits do not hold it.
    pub fn new(value: i128) -> Self {
        let fits = (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&value);
        let value = if fits {
            value
        } else {
            i128::from(value as u64)
        };
        Self {
            value,
            ty: wide(value < 0),
        }
    }

    /// Its 64 bits.
    pub fn bits(self) -> u64 {
        self.value as u64
    }

    /// These bits as a type reads them.
    pub fn read(bits: u64, ty: IntType) -> Self {
        let value = match ty.signed {
            true => i128::from(bits as i64),
            false => i128::from(bits),
        };
        Self { value, ty }
    }

    /// 0 or 1.
    pub fn truth(value: bool) -> Self {
        Self::new(value.into())
    }

    /// In another type.
    pub fn cast(self, ty: TypeName) -> Self {
        Self::read(cast(self.bits(), ty), stored(ty))
    }
}

/// An operator before a constant.
pub fn unary_constant(op: UnaryOp, number: Number) -> Number {
    match op {
        UnaryOp::Plus => number,
        UnaryOp::Minus => Number::new(-number.value),
        UnaryOp::Invert if number.value < 0 => Number::new(!number.value),
        UnaryOp::Invert => Number::new((!number.bits()).into()),
        UnaryOp::Not => Number::truth(number.value == 0),
    }
}

/// An operator between constants.
pub fn binary_constant(op: BinaryOp, left: Number, right: Number) -> Number {
    let (a, b) = (left.value, right.value);
    match op {
        BinaryOp::Add => Number::new(a + b),
        BinaryOp::Sub => Number::new(a - b),
        BinaryOp::Mul => Number::new(a.wrapping_mul(b)),
        BinaryOp::BitAnd => Number::new(a & b),
        BinaryOp::BitOr => Number::new(a | b),
        BinaryOp::BitXor => Number::new(a ^ b),
        _ => {
            let ty = binary_type(op, left.ty, right.ty);
            let bits = binary(op, ty.signed, left.bits(), right.bits());
            Number::new(Number::read(bits, ty).value)
        }
    }
}

/// The type of an operation: shifts have the left side's sign, all others are signed when
/// either side is.
pub fn binary_type(op: BinaryOp, left: IntType, right: IntType) -> IntType {
    match op {
        BinaryOp::And | BinaryOp::Or => U64,
        BinaryOp::Shl | BinaryOp::Shr => wide(left.signed),
        _ => wide(left.signed || right.signed),
    }
}

/// An operation on values of 64 bits.
pub fn binary(op: BinaryOp, signed: bool, left: u64, right: u64) -> u64 {
    let count = (right % 64) as u32;
    match op {
        BinaryOp::Add => left.wrapping_add(right),
        BinaryOp::Sub => left.wrapping_sub(right),
        BinaryOp::Mul => left.wrapping_mul(right),
        BinaryOp::Div | BinaryOp::Mod => divide(op == BinaryOp::Div, signed, left, right),
        BinaryOp::BitAnd => left & right,
        BinaryOp::BitOr => left | right,
        BinaryOp::BitXor => left ^ right,
        BinaryOp::Shl => left << count,
        BinaryOp::Shr if signed => (left as i64 >> count) as u64,
        BinaryOp::Shr => left >> count,
        BinaryOp::And | BinaryOp::Or => unreachable!("these choose what they evaluate"),
    }
}

/// Exact division towards zero, cut to 64 bits.
fn divide(quotient: bool, signed: bool, left: u64, right: u64) -> u64 {
    let ty = wide(signed);
    let (a, b) = (Number::read(left, ty).value, Number::read(right, ty).value);
    match (quotient, b) {
        (true, 0) => 0,
        (false, 0) => left,
        (true, _) => (a / b) as u64,
        (false, _) => (a % b) as u64,
    }
}

/// A comparison of 64 bits, read with one sign on both sides.
pub fn compare(op: CompareOp, signed: bool, left: u64, right: u64) -> bool {
    let ty = wide(signed);
    let (a, b) = (Number::read(left, ty).value, Number::read(right, ty).value);
    match op {
        CompareOp::Eq => a == b,
        CompareOp::Ne => a != b,
        CompareOp::Lt => a < b,
        CompareOp::Le => a <= b,
        CompareOp::Gt => a > b,
        CompareOp::Ge => a >= b,
    }
}
