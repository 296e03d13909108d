//! Expressions: what is constant, what type they have, what value.

use super::{Frame, Name, Names};
use crate::meaning::values::{
    Number, binary, binary_constant, binary_type, cast, compare, stored, unary_constant, wide,
};
use crate::meaning::world::{End, PROGRAMS};
use eclatc::hir::{S64, U64};
use eclatc::syntax::{Arg, BinaryOp, CompareOp, Expr, ExprKind, Ident, UnaryOp};
use hike_abi::Helper;
use hike_format::signature::IntType;

/// The value of an expression that only consists of constants.
pub fn constant(expr: &Expr<'_>, names: &Names<'_>) -> Option<Number> {
    match &expr.kind {
        ExprKind::Number(value) => Some(Number::new(i128::try_from(*value).ok()?)),
        ExprKind::Bool(value) => Some(Number::truth(*value)),
        ExprKind::Path(path) => match names.get(path[0].text)? {
            Name::Constant(value) => Some(*value),
            Name::Variable(_) => None,
        },
        ExprKind::Cast(ty, value) => Some(constant(value, names)?.cast(*ty)),
        ExprKind::Unary(op, value) => Some(unary_constant(*op, constant(value, names)?)),
        ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), left, right) => {
            let left = constant(left, names)?.value != 0;
            match left == (*op == BinaryOp::Or) {
                true => Some(Number::truth(left)),
                false => Some(Number::truth(constant(right, names)?.value != 0)),
            }
        }
        ExprKind::Binary(op, left, right) => {
            let (left, right) = (constant(left, names)?, constant(right, names)?);
            Some(binary_constant(*op, left, right))
        }
        ExprKind::Compare(first, rest) => {
            let mut left = constant(first, names)?;
            for (op, right) in *rest {
                let right = constant(right, names)?;
                if !compare_numbers(*op, left, right) {
                    return Some(Number::truth(false));
                }
                left = right;
            }
            Some(Number::truth(true))
        }
        ExprKind::Conditional {
            then,
            cond,
            otherwise,
        } => match constant(cond, names)?.value {
            0 => constant(otherwise, names),
            _ => constant(then, names),
        },
        ExprKind::Call(call) => extreme_constant(call.path, call.args, names),
        ExprKind::String(_) | ExprKind::Tuple(_) => None,
    }
}

fn compare_numbers(op: CompareOp, left: Number, right: Number) -> bool {
    let signed = left.ty.signed || right.ty.signed;
    compare(op, signed, left.bits(), right.bits())
}

fn is_extreme(path: &[Ident<'_>]) -> bool {
    matches!(path, [name] if matches!(name.text, "min" | "max"))
}

fn extreme_constant(path: &[Ident<'_>], args: &[Arg<'_>], names: &Names<'_>) -> Option<Number> {
    if !is_extreme(path) {
        return None;
    }
    let values = args.iter().map(|arg| constant(arg.value, names));
    let values = values.collect::<Option<Vec<_>>>()?.into_iter();
    let chosen = match path[0].text {
        "min" => values.min_by_key(|number| number.value),
        _ => values.max_by_key(|number| number.value),
    };
    chosen.map(|number| Number::new(number.value))
}

/// The packet function of a name in either spelling.
fn helper(name: &str) -> Helper {
    let plain = name.replace('_', "").to_ascii_lowercase();
    match plain.as_str() {
        "readu8" => Helper::PacketReadU8,
        "readu16" => Helper::PacketReadU16,
        "readu32" => Helper::PacketReadU32,
        "readu64" => Helper::PacketReadU64,
        "writeu8" => Helper::PacketWriteU8,
        "writeu16" => Helper::PacketWriteU16,
        "writeu32" => Helper::PacketWriteU32,
        "writeu64" => Helper::PacketWriteU64,
        _ => panic!("no packet function: {name}"),
    }
}

impl<'t> Frame<'_, 't, '_> {
    /// The value of a constant expression.
    pub fn known(&self, expr: &Expr<'_>) -> Option<Number> {
        constant(expr, &self.names)
    }

    /// The type of an expression, which does not depend on what it evaluates to.
    pub fn type_of(&self, expr: &Expr<'_>) -> IntType {
        if let Some(number) = self.known(expr) {
            return number.ty;
        }
        match &expr.kind {
            ExprKind::Path(path) => match self.names[path[0].text] {
                Name::Variable(ty) => stored(ty),
                Name::Constant(number) => number.ty,
            },
            ExprKind::Cast(ty, _) => stored(*ty),
            ExprKind::Unary(UnaryOp::Plus, value) => self.type_of(value),
            ExprKind::Unary(UnaryOp::Minus, _) => S64,
            ExprKind::Unary(UnaryOp::Invert, value) => wide(self.type_of(value).signed),
            ExprKind::Binary(op, left, right) => {
                binary_type(*op, self.type_of(left), self.type_of(right))
            }
            ExprKind::Conditional {
                then, otherwise, ..
            } => common(self.type_of(then), self.type_of(otherwise)),
            ExprKind::Call(call) => self.call_type(call.path, call.args),
            _ => U64,
        }
    }

    fn call_type(&self, path: &[Ident<'_>], args: &[Arg<'_>]) -> IntType {
        match path {
            [_, method] => match helper(method.text) as u32 {
                number @ 1..=4 => IntType {
                    bits: 8 << (number - 1),
                    signed: false,
                },
                _ => U64,
            },
            _ if is_extreme(path) => {
                let types = args.iter().map(|arg| self.type_of(arg.value));
                types.reduce(common).unwrap_or(U64)
            }
            _ => match self.globals.programs.get(path[0].text) {
                Some(index) => PROGRAMS[*index].result.unwrap_or(U64),
                None => wide(stored(self.globals.chain_type(path[0].text)).signed),
            },
        }
    }

    /// The value of an expression, extended to 64 bits.
    pub fn value(&mut self, expr: &'t Expr<'t>) -> Result<u64, End> {
        if let Some(number) = self.known(expr) {
            return Ok(number.bits());
        }
        Ok(match &expr.kind {
            ExprKind::Path(path) => self.variable(path[0]).bits(),
            ExprKind::Cast(ty, value) => cast(self.value(value)?, *ty),
            ExprKind::Unary(op, value) => unary(*op, self.value(value)?),
            ExprKind::Binary(BinaryOp::And, left, right) => {
                u64::from(self.value(left)? != 0 && self.value(right)? != 0)
            }
            ExprKind::Binary(BinaryOp::Or, left, right) => {
                u64::from(self.value(left)? != 0 || self.value(right)? != 0)
            }
            ExprKind::Binary(op, left, right) => {
                let ty = self.type_of(left);
                let left = Number::read(self.value(left)?, ty);
                self.operation(*op, left, right)?
            }
            ExprKind::Compare(first, rest) => self.comparison(first, rest)?,
            ExprKind::Conditional {
                then,
                cond,
                otherwise,
            } => match self.value(cond)? {
                0 => self.value(otherwise)?,
                _ => self.value(then)?,
            },
            ExprKind::Call(call) => self.call(call.path, call.args)?,
            other => panic!("no value: {other:?}"),
        })
    }

    /// An operation whose left side has been evaluated.
    pub fn operation(
        &mut self,
        op: BinaryOp,
        left: Number,
        right: &'t Expr<'t>,
    ) -> Result<u64, End> {
        let ty = binary_type(op, left.ty, self.type_of(right));
        Ok(binary(op, ty.signed, left.bits(), self.value(right)?))
    }

    /// Each operand is evaluated once, and none behind a comparison that does not hold.
    fn comparison(
        &mut self,
        first: &'t Expr<'t>,
        rest: &'t [(CompareOp, Expr<'t>)],
    ) -> Result<u64, End> {
        let ty = self.type_of(first);
        let mut left = Number::read(self.value(first)?, ty);
        for (op, right) in rest {
            let ty = self.type_of(right);
            let right = Number::read(self.value(right)?, ty);
            if !compare_numbers(*op, left, right) {
                return Ok(0);
            }
            left = right;
        }
        Ok(1)
    }

    fn call(&mut self, path: &'t [Ident<'t>], args: &'t [Arg<'t>]) -> Result<u64, End> {
        if is_extreme(path) {
            return self.extreme(path[0].text == "min", args);
        }
        let values = args.iter().map(|arg| self.value(arg.value));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        match path {
            [_, method] => self.world.helper(helper(method.text), &values),
            _ => match self.globals.programs.get(path[0].text) {
                Some(index) => self.world.program(*index, &values),
                None => {
                    let (name, depth) = (path[0].text, self.depth + 1);
                    self.globals.chain(name, &values, self.world, depth)
                }
            },
        }
    }

    /// The arguments are compared in pairs from the left.
    fn extreme(&mut self, least: bool, args: &'t [Arg<'t>]) -> Result<u64, End> {
        let mut best: Option<Number> = None;
        for arg in args {
            let ty = self.type_of(arg.value);
            let next = Number::read(self.value(arg.value)?, ty);
            best = Some(best.map_or(next, |best| choose(least, best, next)));
        }
        Ok(best.map_or(0, Number::bits))
    }
}

fn choose(least: bool, a: Number, b: Number) -> Number {
    let op = if least { CompareOp::Lt } else { CompareOp::Gt };
    let chosen = if compare_numbers(op, a, b) { a } else { b };
    Number::read(chosen.bits(), common(a.ty, b.ty))
}

fn unary(op: UnaryOp, value: u64) -> u64 {
    match op {
        UnaryOp::Plus => value,
        UnaryOp::Minus => value.wrapping_neg(),
        UnaryOp::Invert => !value,
        UnaryOp::Not => u64::from(value == 0),
    }
}

/// The type of a choice between two values.
fn common(a: IntType, b: IntType) -> IntType {
    match a == b {
        true => a,
        false => wide(a.signed || b.signed),
    }
}
