//! Expressions: every node gets a type and a value of 64 bits.

use super::Session;
use super::constant::Constant;
use super::convert::{Type, cast, truth, wide};
use super::globals::Global;
use super::scope::{Name, Scope};
use super::statement::local;
use crate::diagnostics::{habits, names, suspicious, values};
use crate::hir::{self, ExprKind as Hir, UnaryOp};
use crate::lex::literal;
use crate::source::Span;
use crate::syntax::{self, BinaryOp, CompareOp, Expr, ExprKind, Ident};
use std::net::Ipv4Addr;

impl<'s> Session<'_, 's> {
    /// The typed form of an expression.
    pub fn expr(&mut self, expr: &Expr<'s>, scope: &mut Scope<'s>) -> Option<hir::Expr> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Number(value) => self.number(*value, span),
            ExprKind::Bool(value) => Some(truth(Hir::Const((*value).into()), span)),
            ExprKind::String(text) => {
                let problem = values::not_a_number(span, "a text");
                self.fail(match literal::string(text).parse::<Ipv4Addr>() {
                    Ok(address) => values::address_as_number(problem, address),
                    Err(_) => problem,
                })
            }
            ExprKind::Tuple(_) => self.fail(values::not_a_number(span, "several values")),
            ExprKind::Path(path) => self.path(path, span, scope),
            ExprKind::Call(call) => self.call(call, span, scope, true),
            ExprKind::Cast(ty, value) => {
                let value = self.expr(value, scope)?;
                let value = cast(value, Type::of(*ty));
                Some(hir::Expr { span, ..value })
            }
            ExprKind::Unary(op, value) => self.unary(*op, value, span, scope),
            ExprKind::Binary(op, left, right) => self.binary_expr(*op, (left, right), span, scope),
            ExprKind::Compare(first, rest) => self.comparison(first, rest, span, scope),
            ExprKind::Conditional {
                then,
                cond,
                otherwise,
            } => self.conditional((cond, then, otherwise), span, scope),
        }
    }

    fn number(&mut self, value: u128, span: Span) -> Option<hir::Expr> {
        let constant = i128::try_from(value).ok().and_then(Constant::new);
        match constant {
            Some(constant) => Some(constant.expr(span)),
            None => self.fail(values::too_big_for_an_expression(span)),
        }
    }

    /// The constant that `-D` gives a name.
    pub fn defined(&self, name: &str) -> Option<Constant> {
        let text = self.options.defines.get(name)?;
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.as_str()),
        };
        let value = i128::try_from(literal::number(digits).ok()?).ok()?;
        Constant::new(if negative { -value } else { value })
    }

    /// The value of an expression that must be a constant; `what` names it in the message.
    pub fn constant_expr(&mut self, expr: &Expr<'s>, what: &str) -> Option<Constant> {
        let mut outside = Scope::default();
        let value = self.expr(expr, &mut outside)?;
        match Constant::of(&value) {
            Some(constant) => Some(constant),
            None => self.fail(values::not_constant(expr.span, what)),
        }
    }

    fn path(&mut self, path: &[Ident<'s>], span: Span, scope: &mut Scope<'s>) -> Option<hir::Expr> {
        let [name] = path else {
            return self.member(path, span, scope);
        };
        if let Some(found) = scope.lookup(name.text) {
            return Some(match found {
                Name::Poisoned => return None,
                Name::Constant(value, _) => value.expr(span),
                Name::Variable(id) => {
                    let variable = scope.variable(id);
                    variable.read = true;
                    local(id, variable.ty, span)
                }
            });
        }
        if let Some(constant) = self.defined(name.text) {
            return Some(constant.expr(span));
        }
        self.global_value(*name, scope)
    }

    fn global_value(&mut self, name: Ident<'s>, scope: &Scope<'s>) -> Option<hir::Expr> {
        let Some(definition) = self.globals.lookup(name.text) else {
            return self.unknown_name(name, scope);
        };
        match &definition.global {
            Global::Program(_) | Global::Loader(_) | Global::Chain(_) | Global::Header(_) => {
                let what = definition.global.describe();
                let parameters = definition.global.parameters();
                self.fail(match parameters {
                    Some(0) => names::not_called(name.span, name.text, what),
                    _ => names::not_a_value(name.span, name.text, what),
                })
            }
            Global::Poisoned => None,
            _ => self
                .constant_value(name.text)
                .map(|constant| constant.expr(name.span)),
        }
    }

    /// `NAME.NAME` as a value: a field of a header.
    pub fn member(
        &mut self,
        path: &[Ident<'s>],
        span: Span,
        scope: &Scope<'s>,
    ) -> Option<hir::Expr> {
        let first = path[0];
        if let ([_, field], Some(layout)) = (path, self.header(first.text, scope)) {
            return self.field_value(&layout, first, *field);
        }
        let known = scope.lookup(first.text).is_some() || self.globals.lookup(first.text).is_some();
        if !known && super::packet::is_packet(first.text) {
            return self.unknown_packet_function(path[1]);
        }
        if !known {
            return match self.qualified(path) {
                Some(problem) => self.fail(problem),
                None => self.unknown_name(first, scope),
            };
        }
        if let Some(what) = scope.describe(first.text) {
            return self.fail(habits::no_members(span, first.text, what));
        }
        let text: Vec<&str> = path.iter().map(|part| part.text).collect();
        let problem = names::not_a_value(span, &text.join("."), "a member");
        self.fail(problem)
    }

    /// Reports a name that nothing defines, unless a line that could not be read may have.
    pub fn unknown_name<T>(&mut self, name: Ident<'s>, scope: &Scope<'s>) -> Option<T> {
        if let Some(problem) = habits::none(name.span, name.text) {
            return self.fail(problem);
        }
        if self.is_doubtful(name.text, scope) {
            return None;
        }
        if super::packet::is_packet(name.text) {
            return self.fail(names::not_a_value(name.span, name.text, "the packet"));
        }
        let globals = self.globals.iter().map(|(name, _)| name);
        let doubtful = scope.doubtful.iter().copied();
        let known = scope.names().chain(globals).chain(doubtful);
        let candidates = known.chain(["True", "False"]);
        let near = self.nearest(name.text, candidates);
        self.fail(names::unknown(name.span, name.text, near))
    }

    /// Whether a line that could not be read may have defined a name.
    pub fn is_doubtful(&self, name: &str, scope: &Scope<'s>) -> bool {
        scope.doubtful.contains(name) || self.globals.doubtful.contains(name)
    }

    fn unary(
        &mut self,
        op: syntax::UnaryOp,
        value: &Expr<'s>,
        span: Span,
        scope: &mut Scope<'s>,
    ) -> Option<hir::Expr> {
        if let Some(sign) = repeated_sign(op, value, span) {
            self.report(suspicious::repeated_sign(span, sign));
        }
        if let (syntax::UnaryOp::Minus, ExprKind::Number(number)) = (op, &value.kind) {
            return self.negative(*number, span);
        }
        let value = self.expr(value, scope)?;
        match op {
            syntax::UnaryOp::Plus => Some(hir::Expr { span, ..value }),
            syntax::UnaryOp::Minus => Some(super::operation::unary(UnaryOp::Neg, value, span)),
            syntax::UnaryOp::Invert => Some(super::operation::unary(UnaryOp::Invert, value, span)),
            syntax::UnaryOp::Not => Some(super::operation::not(value, span)),
        }
    }

    fn negative(&mut self, number: u128, span: Span) -> Option<hir::Expr> {
        let constant = i128::try_from(number)
            .ok()
            .and_then(|value| Constant::new(-value));
        match constant {
            Some(constant) => Some(constant.expr(span)),
            None => self.fail(values::too_small(span)),
        }
    }

    fn binary_expr(
        &mut self,
        op: BinaryOp,
        (left, right): (&Expr<'s>, &Expr<'s>),
        span: Span,
        scope: &mut Scope<'s>,
    ) -> Option<hir::Expr> {
        self.warn_truth(op, [left, right]);
        self.warn_constant_operand(op, left, right);
        let before = self.problems.len();
        let left = self.expr(left, scope);
        let right_value = self.expr(right, scope);
        self.keep_first_text(before);
        let value = self.binary(op, left?, right_value?, right.span)?;
        Some(hir::Expr { span, ..value })
    }

    /// Warns of `x == 1 or 2`, where the comparison was to hold for both numbers.
    fn warn_constant_operand(&mut self, op: BinaryOp, left: &Expr<'s>, right: &Expr<'s>) {
        let ExprKind::Compare(first, links) = &last_operand(op, left).kind else {
            return;
        };
        let operator = match (op, *links) {
            (BinaryOp::Or, [(CompareOp::Eq, _)]) => "==",
            (BinaryOp::And, [(CompareOp::Ne, _)]) => "!=",
            _ => return,
        };
        if !matches!(right.kind, ExprKind::Number(number) if number != 0) {
            return;
        }
        let name = match &first.kind {
            ExprKind::Path(path) if path.len() == 1 => Some(path[0].text),
            _ => None,
        };
        self.report(suspicious::constant_operand(right.span, operator, name));
    }

    /// Warns of `True` and `False` as numbers.
    fn warn_truth(&mut self, op: BinaryOp, operands: [&Expr<'s>; 2]) {
        if matches!(op, BinaryOp::And | BinaryOp::Or) {
            return;
        }
        for operand in operands {
            if let ExprKind::Bool(_) = operand.kind {
                self.report(suspicious::truth_as_number(operand.span));
            }
        }
    }

    fn conditional(
        &mut self,
        (cond, then, otherwise): (&Expr<'s>, &Expr<'s>, &Expr<'s>),
        span: Span,
        scope: &mut Scope<'s>,
    ) -> Option<hir::Expr> {
        let cond = self.expr(cond, scope);
        let then = self.expr(then, scope);
        let otherwise = self.expr(otherwise, scope);
        let (cond, then, otherwise) = (cond?, then?, otherwise?);
        let ty = match then.ty == otherwise.ty {
            true => then.ty,
            false => wide(then.ty.signed || otherwise.ty.signed),
        };
        if let Some(cond) = Constant::of(&cond) {
            let chosen = if cond.bits() != 0 { then } else { otherwise };
            return Some(match Constant::of(&chosen) {
                Some(_) => chosen,
                None => cast(chosen, Type::Int(ty)),
            });
        }
        let kind = Hir::Select {
            cond: Box::new(cond),
            then: Box::new(then),
            otherwise: Box::new(otherwise),
        };
        Some(hir::Expr { kind, ty, span })
    }
}

/// The operand before the last operator of `a or b or c`.
fn last_operand<'e, 's>(op: BinaryOp, left: &'e Expr<'s>) -> &'e Expr<'s> {
    match &left.kind {
        ExprKind::Binary(again, _, right) if *again == op => right,
        _ => left,
    }
}

/// The sign of `++x` or `--x`, written without a blank.
fn repeated_sign(op: syntax::UnaryOp, value: &Expr<'_>, span: Span) -> Option<&'static str> {
    let sign = match op {
        syntax::UnaryOp::Plus => "+",
        syntax::UnaryOp::Minus => "-",
        _ => return None,
    };
    let again = matches!(&value.kind, ExprKind::Unary(inner, _) if *inner == op);
    (again && value.span.start == span.start + 1).then_some(sign)
}
