//! Headers: named fields that read and write the packet.

use super::Session;
use super::constant::Constant;
use super::convert::{Type, cast};
use super::globals::Global;
use super::scope::Scope;
use crate::diagnostics::{headers, names, values};
use crate::hir::{self, Call, Callee, ExprKind as Hir, StmtKind, U64};
use crate::source::Span;
use crate::syntax::{self, BinaryOp, Expr, ExprKind, Ident, Stmt};
use hike_abi::Helper;
use hike_format::signature::IntType;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A header: where it begins, and its fields.
pub struct Layout {
    offset: hir::Expr,
    fields: BTreeMap<String, Field>,
}

/// Bits of the packet that have a name.
#[derive(Clone, Copy)]
struct Field {
    /// Bytes from the start of the header.
    at: u32,
    /// What is read and written at once: 8, 16, 32 or 64 bits.
    bits: u8,
    signed: bool,
    /// The lowest bit of what is read, and the number of bits, when not all of it.
    part: Option<(u8, u8)>,
}

impl<'s> Session<'_, 's> {
    /// Defines the headers of a script, in source order.
    pub fn layouts(&mut self, items: &[Stmt<'s>]) {
        for item in items {
            if let syntax::StmtKind::Layout(layout) = &item.kind {
                let global = match self.layout(layout) {
                    Some(layout) => Global::Header(Rc::new(layout)),
                    None => Global::Poisoned,
                };
                self.define(layout.name, global);
            }
        }
    }

    fn layout(&mut self, layout: &syntax::Layout<'s>) -> Option<Layout> {
        let mut outside = Scope::default();
        let offset = self.expr(layout.offset, &mut outside);
        let mut made = Made::default();
        for field in &layout.fields {
            self.field(field, &mut made);
        }
        if !outside.variables.is_empty() {
            return self.fail(headers::complex_offset(layout.offset.span));
        }
        if layout
            .fields
            .iter()
            .any(|field| matches!(field.kind, syntax::StmtKind::Broken(_)))
        {
            return None;
        }
        Some(Layout {
            offset: offset?,
            fields: made.fields,
        })
    }

    fn field(&mut self, stmt: &Stmt<'s>, made: &mut Made<'s>) {
        let (name, field) = match &stmt.kind {
            syntax::StmtKind::Declare {
                name, ty, value, ..
            } => {
                self.problems
                    .extend(value.map(|value| headers::not_a_field(value.span)));
                (*name, Some(made.next(Type::of(*ty).int())))
            }
            syntax::StmtKind::Assign(targets, value) if targets.len() == 1 => {
                (targets[0], self.part(value, made))
            }
            syntax::StmtKind::Broken(_) | syntax::StmtKind::Pass => return,
            syntax::StmtKind::Expr(expr) if matches!(expr.kind, ExprKind::String(_)) => return,
            _ => return self.report(headers::not_a_field(stmt.span)),
        };
        if let Some(first) = made.places.insert(name.text, name.span) {
            self.report(names::defined_twice(name.span, name.text, first));
        }
        made.fields
            .extend(field.map(|field| (name.text.to_owned(), field)));
    }

    /// `(FIELD, BIT, WIDTH)`
    fn part(&mut self, value: &Expr<'s>, made: &Made<'s>) -> Option<Field> {
        let ExprKind::Tuple(items) = &value.kind else {
            return self.fail(headers::not_a_field(value.span));
        };
        let [whole, low, width] = items else {
            return self.fail(headers::not_a_field(value.span));
        };
        let field = match &whole.kind {
            ExprKind::Path(path) if path.len() == 1 => made.fields.get(path[0].text).copied(),
            _ => None,
        };
        let Some(field) = field.filter(|field| field.part.is_none()) else {
            return self.fail(headers::not_a_field(whole.span));
        };
        let low = self.constant_expr(low, "the lowest bit")?.value();
        let width = self.constant_expr(width, "the number of bits")?.value();
        if low < 0 || width < 1 || low + width > field.bits.into() {
            return self.fail(headers::beyond_the_field(value.span, field.bits));
        }
        Some(Field {
            signed: false,
            part: Some((low as u8, width as u8)),
            ..field
        })
    }

    /// The header of a name, if it is one.
    pub fn header(&mut self, name: &str, scope: &Scope<'s>) -> Option<Rc<Layout>> {
        if scope.lookup(name).is_some() {
            return None;
        }
        match &self.globals.lookup(name)?.global {
            Global::Header(layout) => Some(layout.clone()),
            _ => None,
        }
    }

    /// `HEADER.FIELD` as a value
    pub fn field_value(
        &mut self,
        layout: &Layout,
        header: Ident<'s>,
        field: Ident<'s>,
    ) -> Option<hir::Expr> {
        let found = self.find_field(layout, header, field)?;
        let span = header.span.to(field.span);
        let whole = self.read(layout, found, span)?;
        let Some((low, width)) = found.part else {
            let ty = IntType {
                bits: found.bits,
                signed: found.signed,
            };
            return Some(cast(whole, Type::Int(ty)));
        };
        let moved = match low {
            0 => whole,
            low => self.binary(BinaryOp::Shr, whole, number(low.into(), span), span)?,
        };
        let all_above = low + width == found.bits;
        match all_above {
            true => Some(moved),
            false => self.binary(BinaryOp::BitAnd, moved, number(ones(width), span), span),
        }
    }

    fn find_field(
        &mut self,
        layout: &Layout,
        header: Ident<'s>,
        field: Ident<'s>,
    ) -> Option<Field> {
        if let Some(found) = layout.fields.get(field.text) {
            return Some(*found);
        }
        let known: Vec<&str> = layout.fields.keys().map(String::as_str).collect();
        let near = self.nearest(field.text, known.iter().copied());
        let problem = headers::unknown_field(field.span, header.text, field.text, near, &known);
        self.fail(problem)
    }

    /// `HEADER.FIELD = VALUE`, `HEADER.FIELD += VALUE`
    pub fn assign_field(
        &mut self,
        (header, field): (Ident<'s>, Ident<'s>),
        op: Option<BinaryOp>,
        value: &Expr<'s>,
        scope: &mut Scope<'s>,
    ) -> Option<StmtKind> {
        let right = self.expr(value, scope);
        let Some(layout) = self.header(header.text, scope) else {
            return self.no_header(header, field, scope);
        };
        let found = self.find_field(&layout, header, field)?;
        let mut right = right?;
        if let Some(op) = op {
            let left = self.field_value(&layout, header, field)?;
            right = self.binary(op, left, right, value.span)?;
        }
        self.check_fits(&right, field.text, found);
        let span = header.span.to(field.span);
        let stored = match found.part {
            None => right,
            Some(part) => self.merged(&layout, found, part, right, span)?,
        };
        let address = self.address(&layout, found, span)?;
        let call = access(write_helper(found.bits), vec![address, stored], U64, span);
        Some(StmtKind::Expr(call))
    }

    fn no_header(
        &mut self,
        header: Ident<'s>,
        field: Ident<'s>,
        scope: &mut Scope<'s>,
    ) -> Option<StmtKind> {
        let path = [header, field];
        let problem = match self.globals.peek(header.text) {
            Some(definition) if scope.lookup(header.text).is_none() => {
                let what = definition.global.describe();
                names::not_assignable(header.span.to(field.span), header.text, what)
            }
            _ => {
                self.member(&path, header.span.to(field.span), scope);
                return None;
            }
        };
        self.fail(problem)
    }

    fn check_fits(&mut self, value: &hir::Expr, name: &str, field: Field) {
        let bits = field.part.map_or(field.bits, |(_, width)| width);
        let Some(value_known) = Constant::of(value).map(Constant::value) else {
            return;
        };
        let lowest = if field.signed {
            -(1i128 << (bits - 1))
        } else {
            0
        };
        if !(lowest..1i128 << bits).contains(&value_known) {
            let problem = headers::field_out_of_range(value.span, value_known, name, bits);
            self.report(problem);
        }
    }

    /// What is to be written so that a part of it becomes a value and the rest stays.
    fn merged(
        &mut self,
        layout: &Layout,
        field: Field,
        (low, width): (u8, u8),
        value: hir::Expr,
        span: Span,
    ) -> Option<hir::Expr> {
        let keep = !(ones(width) << low) & ones(field.bits);
        let old = self.read(layout, field, span)?;
        let old = self.binary(BinaryOp::BitAnd, old, number(keep, span), span)?;
        let value = self.binary(BinaryOp::BitAnd, value, number(ones(width), span), span)?;
        let value = self.binary(BinaryOp::Shl, value, number(low.into(), span), span)?;
        self.binary(BinaryOp::BitOr, old, value, span)
    }

    fn read(&mut self, layout: &Layout, field: Field, span: Span) -> Option<hir::Expr> {
        let address = self.address(layout, field, span)?;
        let ty = IntType {
            bits: field.bits,
            signed: false,
        };
        Some(access(read_helper(field.bits), vec![address], ty, span))
    }

    fn address(&mut self, layout: &Layout, field: Field, span: Span) -> Option<hir::Expr> {
        let mut start = layout.offset.clone();
        respan(&mut start, span);
        if let Some(negative) = Constant::of(&start).filter(|start| start.value() < 0) {
            let what = format!("the offset of a header, here {},", negative.value());
            return self.fail(values::not_constant(span, &what));
        }
        self.binary(BinaryOp::Add, start, number(field.at.into(), span), span)
    }
}

/// Fields while they are being laid out.
#[derive(Default)]
struct Made<'s> {
    fields: BTreeMap<String, Field>,
    places: BTreeMap<&'s str, Span>,
    end: u32,
}

impl Made<'_> {
    /// The field that follows the ones before.
    fn next(&mut self, ty: IntType) -> Field {
        let at = self.end;
        self.end += u32::from(ty.bits / 8);
        Field {
            at,
            bits: ty.bits,
            signed: ty.signed,
            part: None,
        }
    }
}

fn ones(width: u8) -> u64 {
    u64::MAX >> (64 - u32::from(width))
}

fn number(value: u64, span: Span) -> hir::Expr {
    hir::Expr {
        kind: Hir::Const(value),
        ty: U64,
        span,
    }
}

fn access(helper: Helper, args: Vec<hir::Expr>, ty: IntType, span: Span) -> hir::Expr {
    let call = Call {
        callee: Callee::Helper(helper),
        args,
        ends_chain: false,
    };
    hir::Expr {
        kind: Hir::Call(Box::new(call)),
        ty,
        span,
    }
}

fn read_helper(bits: u8) -> Helper {
    match bits {
        8 => Helper::PacketReadU8,
        16 => Helper::PacketReadU16,
        32 => Helper::PacketReadU32,
        _ => Helper::PacketReadU64,
    }
}

fn write_helper(bits: u8) -> Helper {
    match bits {
        8 => Helper::PacketWriteU8,
        16 => Helper::PacketWriteU16,
        32 => Helper::PacketWriteU32,
        _ => Helper::PacketWriteU64,
    }
}

/// Moves an expression to the place where it is used: a fault there is a fault of that line.
fn respan(expr: &mut hir::Expr, span: Span) {
    expr.span = span;
    match &mut expr.kind {
        Hir::Const(_) | Hir::Local(_) => {}
        Hir::Unary(_, value) | Hir::Not(value) | Hir::Convert(value) => respan(value, span),
        Hir::Binary(_, left, right)
        | Hir::Compare(_, left, right)
        | Hir::And(left, right)
        | Hir::Or(left, right) => {
            respan(left, span);
            respan(right, span);
        }
        Hir::Select {
            cond,
            then,
            otherwise,
        } => {
            for part in [cond, then, otherwise] {
                respan(part, span);
            }
        }
        Hir::Let { value, body, .. } => {
            respan(value, span);
            respan(body, span);
        }
        Hir::Call(call) => call.args.iter_mut().for_each(|arg| respan(arg, span)),
    }
}
