//! Values known at compile time.

use crate::hir::{BinaryOp, CompareOp, Expr, ExprKind, S64, U64, UnaryOp};
use crate::source::Span;
use hike_format::signature::IntType;

/// A whole number from -2^63 to 2^64 - 1: every value that 64 bits can stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Constant(i128);

const LOWEST: i128 = i64::MIN as i128;
const HIGHEST: i128 = u64::MAX as i128;

impl Constant {
    /// This number, if 64 bits can hold it.
    pub fn new(value: i128) -> Option<Self> {
        (LOWEST..=HIGHEST).contains(&value).then_some(Self(value))
    }

    /// The number itself.
    pub fn value(self) -> i128 {
        self.0
    }

    /// Its 64 bits.
    pub fn bits(self) -> u64 {
        self.0 as u64
    }

    /// Negative numbers are signed, the others unsigned.
    pub fn ty(self) -> IntType {
        if self.0 < 0 { S64 } else { U64 }
    }

    /// Whether a type can hold it.
    pub fn fits(self, ty: IntType) -> bool {
        let (low, high) = range(ty);
        (low..=high).contains(&self.0)
    }

    /// What is left of it in a type.
    pub fn truncated(self, ty: IntType) -> Self {
        let shift = 64 - u32::from(ty.bits);
        let moved = self.bits() << shift;
        Self(match ty.signed {
            true => i128::from((moved as i64) >> shift),
            false => i128::from(moved >> shift),
        })
    }

    /// As an expression.
    pub fn expr(self, span: Span) -> Expr {
        Expr {
            kind: ExprKind::Const(self.bits()),
            ty: self.ty(),
            span,
        }
    }

    /// The value of a constant expression.
    pub fn of(expr: &Expr) -> Option<Self> {
        match expr.kind {
            ExprKind::Const(bits) if expr.ty.signed => Some(Self(i128::from(bits as i64))),
            ExprKind::Const(bits) => Some(Self(i128::from(bits))),
            _ => None,
        }
    }

    /// Exact when 64 bits can hold the result, else wrapped as at run time.
    fn wrapped(value: i128) -> Self {
        Self::new(value).unwrap_or(Self(i128::from(value as u64)))
    }
}

/// The least and the greatest number of a type.
pub fn range(ty: IntType) -> (i128, i128) {
    let bits = u32::from(ty.bits);
    match ty.signed {
        true => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
        false => (0, (1 << bits) - 1),
    }
}

/// The value of an operation on one constant.
pub fn unary(op: UnaryOp, value: Constant) -> Constant {
    match op {
        UnaryOp::Neg => Constant::wrapped(-value.0),
        UnaryOp::Invert if value.0 < 0 => Constant(!value.0),
        UnaryOp::Invert => Constant(i128::from(!value.bits())),
    }
}

/// The value of an operation on two constants, as the typed tree defines it.
pub fn binary(op: BinaryOp, left: Constant, right: Constant) -> Constant {
    let (a, b) = (left.0, right.0);
    let shift = (right.bits() & 63) as u32;
    match op {
        BinaryOp::Add => Constant::wrapped(a + b),
        BinaryOp::Sub => Constant::wrapped(a - b),
        BinaryOp::Mul => Constant::wrapped(a.wrapping_mul(b)),
        BinaryOp::DivU | BinaryOp::DivS if b == 0 => Constant(0),
        BinaryOp::ModU | BinaryOp::ModS if b == 0 => left,
        BinaryOp::DivU => unsigned(left.bits() / right.bits()),
        BinaryOp::ModU => unsigned(left.bits() % right.bits()),
        BinaryOp::DivS => signed(left, right, i64::wrapping_div),
        BinaryOp::ModS => signed(left, right, i64::wrapping_rem),
        BinaryOp::And => Constant::wrapped(a & b),
        BinaryOp::Or => Constant::wrapped(a | b),
        BinaryOp::Xor => Constant::wrapped(a ^ b),
        BinaryOp::Shl if a < 0 => Constant(i128::from((left.bits() << shift) as i64)),
        BinaryOp::Shl => unsigned(left.bits() << shift),
        BinaryOp::ShrU => unsigned(left.bits() >> shift),
        BinaryOp::ShrS => Constant(i128::from((left.bits() as i64) >> shift)),
    }
}

fn unsigned(bits: u64) -> Constant {
    Constant(bits.into())
}

/// 0 as divisor has been dealt with, but `right` may still have 64 zero bits only then.
fn signed(left: Constant, right: Constant, op: fn(i64, i64) -> i64) -> Constant {
    Constant(op(left.bits() as i64, right.bits() as i64).into())
}

/// The value of a comparison of two constants.
pub fn compare(op: CompareOp, left: Constant, right: Constant) -> bool {
    let (a, b) = (left.bits(), right.bits());
    let (x, y) = (a as i64, b as i64);
    match op {
        CompareOp::Eq => a == b,
        CompareOp::Ne => a != b,
        CompareOp::LtU => a < b,
        CompareOp::LeU => a <= b,
        CompareOp::GtU => a > b,
        CompareOp::GeU => a >= b,
        CompareOp::LtS => x < y,
        CompareOp::LeS => x <= y,
        CompareOp::GtS => x > y,
        CompareOp::GeS => x >= y,
    }
}
