//! Operators: the sign of each operation, and the value of those on constants.

use super::Session;
use super::constant::{self, Constant, range};
use super::convert::{Type, truth, wide};
use super::scope::Scope;
use super::statement::local;
use crate::diagnostics::{suspicious, values};
use crate::hir::{BinaryOp, CompareOp, Expr, ExprKind, LocalId, UnaryOp};
use crate::source::Span;
use crate::syntax;

/// `- value`, `~ value`
pub fn unary(op: UnaryOp, value: Expr, span: Span) -> Expr {
    if let Some(known) = Constant::of(&value) {
        return constant::unary(op, known).expr(span);
    }
    let ty = wide(value.ty.signed || op == UnaryOp::Neg);
    let kind = ExprKind::Unary(op, Box::new(value));
    Expr { kind, ty, span }
}

/// `not value`
pub fn not(value: Expr, span: Span) -> Expr {
    let kind = match Constant::of(&value) {
        Some(known) => ExprKind::Const((known.bits() == 0).into()),
        None => ExprKind::Not(Box::new(value)),
    };
    truth(kind, span)
}

impl<'s> Session<'_, 's> {
    /// `left op right`; `right_span` is where a divisor that is 0 is shown.
    pub fn binary(
        &mut self,
        op: syntax::BinaryOp,
        left: Expr,
        right: Expr,
        right_span: Span,
    ) -> Option<Expr> {
        let span = left.span.to(right.span);
        match op {
            syntax::BinaryOp::And | syntax::BinaryOp::Or => {
                return Some(logical(op == syntax::BinaryOp::And, left, right, span));
            }
            syntax::BinaryOp::Div if is_zero(&right) => {
                return self.fail(values::division_by_zero(right_span, "division"));
            }
            syntax::BinaryOp::Mod if is_zero(&right) => {
                return self.fail(values::division_by_zero(right_span, "remainder"));
            }
            _ => {}
        }
        self.warn_shift(op, &right, right_span);
        let signed = left.ty.signed || right.ty.signed;
        let shift = matches!(op, syntax::BinaryOp::Shl | syntax::BinaryOp::Shr);
        let signed = if shift { left.ty.signed } else { signed };
        Some(arithmetic(operation(op, signed), signed, left, right, span))
    }

    fn warn_shift(&mut self, op: syntax::BinaryOp, right: &Expr, span: Span) {
        let shift = matches!(op, syntax::BinaryOp::Shl | syntax::BinaryOp::Shr);
        let known = Constant::of(right).map(Constant::value);
        if let Some(bits) = known.filter(|bits| shift && !(0..64).contains(bits)) {
            self.report(suspicious::shift_too_far(span, bits));
        }
    }

    /// `a < b <= c`; inner operands are evaluated once.
    pub fn comparison(
        &mut self,
        first: &syntax::Expr<'s>,
        rest: &[(syntax::CompareOp, syntax::Expr<'s>)],
        span: Span,
        scope: &mut Scope<'s>,
    ) -> Option<Expr> {
        if let [(op, right)] = rest {
            return self.one_comparison(*op, (first, right), span, scope);
        }
        let before = self.problems.len();
        let mut operands = vec![self.expr(first, scope)];
        for (_, operand) in rest {
            let value = self.expr(operand, scope);
            operands.push(value);
        }
        self.keep_first_text(before);
        let mut operands = operands.into_iter().collect::<Option<Vec<_>>>()?;
        let held = operands[..rest.len()]
            .iter_mut()
            .map(|operand| hold(operand, scope));
        let held: Vec<_> = held.collect();
        let pairs = operands.windows(2).zip(rest);
        let links: Vec<Expr> = pairs
            .map(|(pair, (op, _))| self.compare(*op, pair[0].clone(), pair[1].clone()))
            .collect();
        let all = chained(links, held, span)?;
        Some(Expr { span, ..all })
    }

    /// `a < b`
    fn one_comparison(
        &mut self,
        op: syntax::CompareOp,
        (left, right): (&syntax::Expr<'s>, &syntax::Expr<'s>),
        span: Span,
        scope: &mut Scope<'s>,
    ) -> Option<Expr> {
        let before = self.problems.len();
        let left = self.expr(left, scope);
        let right = self.expr(right, scope);
        self.keep_first_text(before);
        let value = self.compare(op, left?, right?);
        Some(Expr { span, ..value })
    }

    fn compare(&mut self, op: syntax::CompareOp, left: Expr, right: Expr) -> Expr {
        let span = left.span.to(right.span);
        let signed = left.ty.signed || right.ty.signed;
        self.warn_mixed_signs(span, &left, &right);
        let op = comparison(op, signed);
        if let (Some(a), Some(b)) = (Constant::of(&left), Constant::of(&right)) {
            return truth(ExprKind::Const(constant::compare(op, a, b).into()), span);
        }
        self.warn_constant(op, &left, &right, span);
        truth(ExprKind::Compare(op, Box::new(left), Box::new(right)), span)
    }

    /// An unsigned value of fewer than 64 bits is never taken for a negative one.
    fn warn_mixed_signs(&mut self, span: Span, left: &Expr, right: &Expr) {
        let both_vary = Constant::of(left).is_none() && Constant::of(right).is_none();
        if !both_vary || left.ty.signed == right.ty.signed {
            return;
        }
        let (signed, unsigned) = if left.ty.signed {
            (left, right)
        } else {
            (right, left)
        };
        if unsigned.ty.bits == 64 {
            self.report(values::mixed_signs(span, signed.span, unsigned.span));
        }
    }

    /// Warns when the type of one side decides the comparison with the constant on the other.
    fn warn_constant(&mut self, op: CompareOp, left: &Expr, right: &Expr, span: Span) {
        let (value, known, op) = match (Constant::of(left), Constant::of(right)) {
            (None, Some(known)) => (left, known, op),
            (Some(known), None) => (right, known, mirrored(op)),
            _ => return,
        };
        let (low, high) = range(value.ty);
        if let Some(outcome) = decided(op, (low, high), known.value()) {
            let operand = (value.span, value.ty);
            self.report(values::constant_comparison(
                span,
                outcome,
                operand,
                known.value(),
            ));
        }
    }
}

fn is_zero(value: &Expr) -> bool {
    Constant::of(value).is_some_and(|value| value.bits() == 0)
}

fn arithmetic(op: BinaryOp, signed: bool, left: Expr, right: Expr, span: Span) -> Expr {
    if let (Some(a), Some(b)) = (Constant::of(&left), Constant::of(&right)) {
        return constant::binary(op, a, b).expr(span);
    }
    Expr {
        kind: ExprKind::Binary(op, Box::new(left), Box::new(right)),
        ty: wide(signed),
        span,
    }
}

/// `and`, `or`: constants on the left decide at once.
fn logical(and: bool, left: Expr, right: Expr, span: Span) -> Expr {
    if let Some(known) = Constant::of(&left) {
        let decides = (known.bits() != 0) != and;
        return match decides {
            true => truth(ExprKind::Const((!and).into()), span),
            false => not(not(right, span), span),
        };
    }
    let (left, right) = (Box::new(left), Box::new(right));
    let kind = match and {
        true => ExprKind::And(left, right),
        false => ExprKind::Or(left, right),
    };
    truth(kind, span)
}

/// Comparisons that must all hold. An operand that two of them share is evaluated where
/// the first of the two is reached.
fn chained(mut links: Vec<Expr>, mut held: Vec<Option<Held>>, span: Span) -> Option<Expr> {
    let mut all = links.pop()?;
    while let Some(link) = links.pop() {
        let shared = held.get_mut(links.len() + 2).and_then(Option::take);
        let rest = release(all, shared.into_iter().collect());
        all = logical(true, link, rest, span);
    }
    Some(release(all, held.into_iter().flatten().collect()))
}

fn operation(op: syntax::BinaryOp, signed: bool) -> BinaryOp {
    match op {
        syntax::BinaryOp::Add => BinaryOp::Add,
        syntax::BinaryOp::Sub => BinaryOp::Sub,
        syntax::BinaryOp::Mul => BinaryOp::Mul,
        syntax::BinaryOp::Div if signed => BinaryOp::DivS,
        syntax::BinaryOp::Div => BinaryOp::DivU,
        syntax::BinaryOp::Mod if signed => BinaryOp::ModS,
        syntax::BinaryOp::Mod => BinaryOp::ModU,
        syntax::BinaryOp::BitAnd | syntax::BinaryOp::And => BinaryOp::And,
        syntax::BinaryOp::BitOr | syntax::BinaryOp::Or => BinaryOp::Or,
        syntax::BinaryOp::BitXor => BinaryOp::Xor,
        syntax::BinaryOp::Shl => BinaryOp::Shl,
        syntax::BinaryOp::Shr if signed => BinaryOp::ShrS,
        syntax::BinaryOp::Shr => BinaryOp::ShrU,
    }
}

fn comparison(op: syntax::CompareOp, signed: bool) -> CompareOp {
    match (op, signed) {
        (syntax::CompareOp::Eq, _) => CompareOp::Eq,
        (syntax::CompareOp::Ne, _) => CompareOp::Ne,
        (syntax::CompareOp::Lt, false) => CompareOp::LtU,
        (syntax::CompareOp::Le, false) => CompareOp::LeU,
        (syntax::CompareOp::Gt, false) => CompareOp::GtU,
        (syntax::CompareOp::Ge, false) => CompareOp::GeU,
        (syntax::CompareOp::Lt, true) => CompareOp::LtS,
        (syntax::CompareOp::Le, true) => CompareOp::LeS,
        (syntax::CompareOp::Gt, true) => CompareOp::GtS,
        (syntax::CompareOp::Ge, true) => CompareOp::GeS,
    }
}

/// The comparison with its sides exchanged.
fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Eq | CompareOp::Ne => op,
        CompareOp::LtU => CompareOp::GtU,
        CompareOp::LeU => CompareOp::GeU,
        CompareOp::GtU => CompareOp::LtU,
        CompareOp::GeU => CompareOp::LeU,
        CompareOp::LtS => CompareOp::GtS,
        CompareOp::LeS => CompareOp::GeS,
        CompareOp::GtS => CompareOp::LtS,
        CompareOp::GeS => CompareOp::LeS,
    }
}

/// What `value op known` gives for every value of the range, when that is always the same.
///
/// 64-bit values are compared bit by bit, so that `== -1` finds an error number in them.
fn decided(op: CompareOp, (low, high): (i128, i128), known: i128) -> Option<bool> {
    let wide = high > i128::from(u32::MAX);
    match op {
        CompareOp::Eq if !wide && !(low..=high).contains(&known) => Some(false),
        CompareOp::Ne if !wide && !(low..=high).contains(&known) => Some(true),
        CompareOp::Eq | CompareOp::Ne => None,
        CompareOp::LtU | CompareOp::LtS => always(known > high, known <= low),
        CompareOp::LeU | CompareOp::LeS => always(known >= high, known < low),
        CompareOp::GtU | CompareOp::GtS => always(known < low, known >= high),
        CompareOp::GeU | CompareOp::GeS => always(known <= low, known > high),
    }
    .filter(|_| !(wide && op_is_signed(op) && low == 0))
}

fn op_is_signed(op: CompareOp) -> bool {
    matches!(
        op,
        CompareOp::LtS | CompareOp::LeS | CompareOp::GtS | CompareOp::GeS
    )
}

fn always(holds: bool, fails: bool) -> Option<bool> {
    match (holds, fails) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// A value kept in a temporary until the whole expression has been evaluated.
pub struct Held {
    local: LocalId,
    value: Expr,
}

/// Replaces an operand by a temporary if evaluating it twice would matter.
pub fn hold(operand: &mut Expr, scope: &mut Scope<'_>) -> Option<Held> {
    if matches!(operand.kind, ExprKind::Const(_) | ExprKind::Local(_)) {
        return None;
    }
    let (ty, span) = (Type::Int(operand.ty), operand.span);
    let id = scope.temporary("%held", ty, span);
    let value = std::mem::replace(operand, local(id, ty, span));
    Some(Held { local: id, value })
}

/// Wraps an expression in the temporaries it uses, the first held one outermost.
pub fn release(body: Expr, held: Vec<Held>) -> Expr {
    held.into_iter().rev().fold(body, |body, held| Expr {
        ty: body.ty,
        span: body.span,
        kind: ExprKind::Let {
            local: held.local,
            value: Box::new(held.value),
            body: Box::new(body),
        },
    })
}
