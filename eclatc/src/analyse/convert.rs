//! Types, and values on their way into narrower ones.

use super::Session;
use super::constant::Constant;
use crate::diagnostics::values;
use crate::hir::display::TypeName as IntName;
use crate::hir::{CompareOp, Expr, ExprKind, S64, U64};
use crate::source::Span;
use crate::syntax::TypeName;
use hike_format::signature::IntType;
use std::fmt;

/// A type of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A number.
    Int(IntType),
    /// 0 or 1 in 8 bits.
    Bool,
}

impl Type {
    /// The type a variable has when none is given.
    pub const DEFAULT: Self = Self::Int(U64);

    /// The type as written.
    pub fn of(name: TypeName) -> Self {
        match name {
            TypeName::Int { bits, signed } => Self::Int(IntType { bits, signed }),
            TypeName::Bool => Self::Bool,
        }
    }

    /// How it is stored.
    pub fn int(self) -> IntType {
        match self {
            Self::Int(ty) => ty,
            Self::Bool => IntType {
                bits: 8,
                signed: false,
            },
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(ty) => IntName(*ty).fmt(f),
            Self::Bool => f.write_str("bool"),
        }
    }
}

/// 64 bits, signed or not.
pub fn wide(signed: bool) -> IntType {
    if signed { S64 } else { U64 }
}

/// A 64-bit comparison result, 0 or 1.
pub fn truth(kind: ExprKind, span: Span) -> Expr {
    Expr {
        kind,
        ty: U64,
        span,
    }
}

/// The value in a type: what does not fit is cut off.
pub fn cast(value: Expr, ty: Type) -> Expr {
    match ty {
        Type::Bool => to_bool(value),
        Type::Int(ty) => to_int(value, ty),
    }
}

fn to_int(value: Expr, ty: IntType) -> Expr {
    let span = value.span;
    if let Some(constant) = Constant::of(&value) {
        let kind = ExprKind::Const(constant.truncated(ty).bits());
        return Expr { kind, ty, span };
    }
    if value.ty == ty {
        return value;
    }
    let kind = ExprKind::Convert(Box::new(value));
    Expr { kind, ty, span }
}

fn to_bool(value: Expr) -> Expr {
    let span = value.span;
    let value = match Constant::of(&value) {
        Some(constant) => truth(ExprKind::Const((constant.bits() != 0).into()), span),
        None if is_truth(&value) => value,
        None => {
            let zero = truth(ExprKind::Const(0), span);
            let kind = ExprKind::Compare(CompareOp::Ne, Box::new(value), Box::new(zero));
            truth(kind, span)
        }
    };
    let ty = Type::Bool.int();
    match value.kind {
        kind @ ExprKind::Const(_) => Expr { kind, ty, span },
        _ if value.ty == ty => value,
        _ => Expr {
            kind: ExprKind::Convert(Box::new(value)),
            ty,
            span,
        },
    }
}

/// Whether an expression can only be 0 or 1.
fn is_truth(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Compare(..) | ExprKind::Not(_) | ExprKind::And(..) | ExprKind::Or(..) => true,
        ExprKind::Convert(inner) => is_truth(inner),
        _ => false,
    }
}

impl Session<'_, '_> {
    /// The value as it is stored in something of a type; a constant that does not fit is
    /// reported. `name` is what it is stored in.
    pub fn store(&mut self, value: Expr, ty: Type, name: &str) -> Expr {
        if let (Some(constant), Type::Int(int)) = (Constant::of(&value), ty)
            && !constant.fits(int)
        {
            self.report(values::out_of_range(
                value.span,
                constant.value(),
                int,
                name,
            ));
        }
        cast(value, ty)
    }
}
