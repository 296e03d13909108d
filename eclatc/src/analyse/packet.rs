//! `Packet.readU16(12)` and the functions that need no import.

use super::Session;
use super::constant::Constant;
use super::convert::wide;
use super::operation::{hold, release};
use super::scope::Scope;
use crate::diagnostics::{calls, values};
use crate::hir::{self, Call, Callee, CompareOp, ExprKind, Extern, Symbol, U64};
use crate::source::Span;
use crate::syntax::{self, Arg, Expr, Ident};
use hike_abi::Helper;
use hike_format::signature::{IntType, Param, ResultKind};
use std::rc::Rc;

/// How many functions the packet object has.
pub const PACKET_FUNCTIONS: usize = 8;

/// The functions of the packet object: their two names, the helper, the width in bits.
const FUNCTIONS: [(&str, &str, Helper, u8); PACKET_FUNCTIONS] = [
    ("readU8", "read_u8", Helper::PacketReadU8, 8),
    ("readU16", "read_u16", Helper::PacketReadU16, 16),
    ("readU32", "read_u32", Helper::PacketReadU32, 32),
    ("readU64", "read_u64", Helper::PacketReadU64, 64),
    ("writeU8", "write_u8", Helper::PacketWriteU8, 8),
    ("writeU16", "write_u16", Helper::PacketWriteU16, 16),
    ("writeU32", "write_u32", Helper::PacketWriteU32, 32),
    ("writeU64", "write_u64", Helper::PacketWriteU64, 64),
];

/// Most arguments of `min` and `max`.
const MAX_EXTREMES: usize = 16;

/// Whether a name is the packet object.
pub fn is_packet(name: &str) -> bool {
    matches!(name, "Packet" | "packet")
}

impl<'s> Session<'_, 's> {
    /// `Packet.NAME(ARGS)`
    pub fn packet_call(
        &mut self,
        name: Ident<'s>,
        args: &[Arg<'s>],
        span: Span,
        scope: &mut Scope<'s>,
    ) -> Option<hir::Expr> {
        let named = |row: &(&str, &str, Helper, u8)| row.0 == name.text || row.1 == name.text;
        let Some(index) = FUNCTIONS.iter().position(named) else {
            return self.unknown_packet_function(name);
        };
        let (_, _, helper, bits) = FUNCTIONS[index];
        let ty = IntType::unsigned(bits);
        let made = &mut self.packet_functions[index];
        let callee = Rc::clone(made.get_or_insert_with(|| Rc::new(interface(helper, ty))));
        let args = self.arguments(name.text, &callee, args, span, scope)?;
        let call = Call {
            callee: Callee::Helper(helper),
            args,
            ends_chain: false,
        };
        let ty = if writes(helper) { U64 } else { ty };
        let kind = ExprKind::Call(Box::new(call));
        Some(hir::Expr { kind, ty, span })
    }

    /// Reports `Packet.NAME` that does not exist.
    pub fn unknown_packet_function<T>(&mut self, name: Ident<'s>) -> Option<T> {
        let near = hike_format::nearest(name.text, function_names());
        self.fail(calls::unknown_packet_function(name.span, name.text, near))
    }

    /// `min(a, b, ...)`, `max(a, b, ...)`
    pub fn extreme(
        &mut self,
        name: Ident<'s>,
        args: &[Arg<'s>],
        span: Span,
        scope: &mut Scope<'s>,
    ) -> Option<hir::Expr> {
        let values = self.positional(args, scope)?;
        if !(2..=MAX_EXTREMES).contains(&values.len()) {
            let signature = format!("{}(a, b, ...)", name.text);
            let expected = format!("2 to {MAX_EXTREMES} arguments");
            let place = args
                .get(MAX_EXTREMES)
                .map_or(span, |extra| extra.value.span);
            let many = values.len() > MAX_EXTREMES;
            let count = (expected.as_str(), values.len(), many);
            return self.fail(calls::count_out_of_range(
                place, name.text, count, &signature,
            ));
        }
        values
            .into_iter()
            .reduce(|a, b| choose(name.text == "min", a, b, span, scope))
    }

    /// The values of arguments without names.
    fn positional(&mut self, args: &[Arg<'s>], scope: &mut Scope<'s>) -> Option<Vec<hir::Expr>> {
        let values: Vec<_> = args
            .iter()
            .map(|arg| self.positional_one(arg, None, scope))
            .collect();
        values.into_iter().collect()
    }

    /// The value of an argument; a name before it is reported, and can be left out when it is
    /// that of the parameter in this place.
    pub fn positional_one(
        &mut self,
        arg: &Arg<'s>,
        parameter: Option<&Param>,
        scope: &mut Scope<'s>,
    ) -> Option<hir::Expr> {
        let Some(name) = arg.name else {
            return self.expr(arg.value, scope);
        };
        let fits = parameter.is_some_and(|parameter| parameter.name == name.text);
        let change = Span::new(name.span.file, name.span.start, arg.value.span.start);
        let change = fits.then_some(change);
        self.fail(calls::keyword_argument(name.span, name.text, change))
    }

    /// The parts of `range(...)`.
    pub fn range(&mut self, iterable: &Expr<'s>, scope: &mut Scope<'s>) -> Option<Range> {
        let args = match &iterable.kind {
            syntax::ExprKind::Call(call) if is_range(call.path) => call.args,
            _ => {
                let number = matches!(
                    iterable.kind,
                    syntax::ExprKind::Number(_) | syntax::ExprKind::Path(_)
                );
                return self.fail(values::not_a_range(iterable.span, number));
            }
        };
        let mut values = self.positional(args, scope)?;
        if !(1..=3).contains(&values.len()) {
            let signature = "range(start, stop, step)";
            let place = args.get(3).map_or(iterable.span, |extra| extra.value.span);
            let count = ("1 to 3 arguments", values.len(), values.len() > 3);
            return self.fail(calls::count_out_of_range(place, "range", count, signature));
        }
        if values.len() == 1 {
            values.insert(0, Constant::default().expr(iterable.span));
        }
        let step = match values.get(2) {
            Some(step) => self.step(step)?,
            None => 1,
        };
        let mut values = values.into_iter();
        let (start, stop) = (values.next()?, values.next()?);
        let signed = start.ty.signed || stop.ty.signed || step < 0;
        Some(Range {
            start,
            stop,
            step,
            signed,
        })
    }

    fn step(&mut self, step: &hir::Expr) -> Option<i128> {
        match Constant::of(step).map(Constant::value) {
            Some(0) => self.fail(values::invalid_step(step.span, "is 0")),
            Some(value) => Some(value),
            None => self.fail(values::invalid_step(step.span, "is not a constant")),
        }
    }
}

/// The parts of a `range`.
pub struct Range {
    /// The first number.
    pub start: hir::Expr,
    /// The first number that is not reached.
    pub stop: hir::Expr,
    /// Never 0.
    pub step: i128,
    /// Whether the numbers are signed.
    pub signed: bool,
}

/// The names of the functions of the packet.
pub fn function_names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().flat_map(|row| [row.0, row.1])
}

/// Whether a path is the name `range`.
fn is_range(path: &[Ident<'_>]) -> bool {
    matches!(path, [name] if name.text == "range")
}

fn writes(helper: Helper) -> bool {
    helper as u32 >= Helper::PacketWriteU8 as u32 && helper as u32 <= Helper::PacketWriteU64 as u32
}

/// The interface of a packet function, to check arguments against.
fn interface(helper: Helper, ty: IntType) -> Extern {
    let param = |name: &str, ty| Param {
        name: name.to_owned(),
        ty,
    };
    let mut params = vec![param("offset", U64)];
    if writes(helper) {
        params.push(param("value", ty));
    }
    Extern {
        symbol: Symbol::new(helper.name()),
        params,
        result: ResultKind::Value(ty),
    }
}

/// The lesser or greater of two values.
fn choose(
    least: bool,
    mut a: hir::Expr,
    mut b: hir::Expr,
    span: Span,
    scope: &mut Scope<'_>,
) -> hir::Expr {
    if let (Some(x), Some(y)) = (Constant::of(&a), Constant::of(&b)) {
        let first = (x.value() <= y.value()) == least;
        return if first { x.expr(span) } else { y.expr(span) };
    }
    let signed = a.ty.signed || b.ty.signed;
    let held: Vec<_> = [hold(&mut a, scope), hold(&mut b, scope)]
        .into_iter()
        .flatten()
        .collect();
    let op = match (least, signed) {
        (true, false) => CompareOp::LtU,
        (true, true) => CompareOp::LtS,
        (false, false) => CompareOp::GtU,
        (false, true) => CompareOp::GtS,
    };
    let ty = if a.ty == b.ty { a.ty } else { wide(signed) };
    let kind = ExprKind::Compare(op, Box::new(a.clone()), Box::new(b.clone()));
    let kind = ExprKind::Select {
        cond: Box::new(super::convert::truth(kind, span)),
        then: Box::new(a),
        otherwise: Box::new(b),
    };
    release(hir::Expr { kind, ty, span }, held)
}
