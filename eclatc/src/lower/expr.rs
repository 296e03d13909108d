//! Expressions whose value matters.

use super::builder::Builder;
use super::condition::Ways;
use super::{binary_op, unary_op};
use crate::hir::{Call, Callee, Expr, ExprKind, LocalId};
use crate::ir::{BlockId, Op, Operand, Operands, Target, Terminator, UnaryOp};
use crate::source::Span;
use smallvec::smallvec;

impl Builder<'_> {
    /// The value of an expression.
    pub fn expr(&mut self, expr: &Expr) -> Operand {
        match &expr.kind {
            ExprKind::Const(value) => Operand::Const(*value),
            ExprKind::Local(local) => self.env.get(*local),
            ExprKind::Unary(op, value) => {
                let value = self.expr(value);
                self.emit(Op::Unary(unary_op(*op), value), expr.span)
            }
            ExprKind::Binary(op, left, right) => {
                let left = self.expr(left);
                let right = self.expr(right);
                self.emit(Op::Binary(binary_op(*op), left, right), expr.span)
            }
            ExprKind::Convert(value) => self.convert(expr, value),
            ExprKind::Let { local, value, body } => {
                self.with_temporary(*local, value, |this| this.expr(body))
            }
            ExprKind::Call(call) => self.call(call, expr.span),
            ExprKind::Select {
                cond,
                then,
                otherwise,
            } => self.select(cond, Arm::Expr(then), Arm::Expr(otherwise), expr.span),
            ExprKind::Not(_) | ExprKind::Compare(..) | ExprKind::And(..) | ExprKind::Or(..) => {
                self.select(expr, Arm::Const(1), Arm::Const(0), expr.span)
            }
        }
    }

    /// What `body` gives while a temporary has a value. Afterwards nothing is known of the
    /// temporary: control may go on where it was never assigned.
    pub(super) fn with_temporary<T>(
        &mut self,
        local: LocalId,
        value: &Expr,
        body: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let value = self.expr(value);
        let mark = self.env.mark();
        self.env.set(local, value);
        let result = body(self);
        self.env.rewind(mark);
        result
    }

    fn convert(&mut self, to: &Expr, value: &Expr) -> Operand {
        let value = self.expr(value);
        match UnaryOp::extension(to.ty.bits.into(), to.ty.signed) {
            Some(op) => self.emit(Op::Unary(op, value), to.span),
            None => value,
        }
    }

    fn call(&mut self, call: &Call, span: Span) -> Operand {
        let args: Operands = call.args.iter().map(|arg| self.expr(arg)).collect();
        let callee = call.callee.clone();
        if call.ends_chain && matches!(callee, Callee::Program(_)) {
            self.end(Terminator::Finish(callee, args), span);
            return Operand::Const(0);
        }
        self.emit(Op::Call(callee, args), span)
    }

    /// One of two values.
    fn select(&mut self, cond: &Expr, then: Arm, otherwise: Arm, span: Span) -> Operand {
        let ways = Ways {
            then: self.new_block(span),
            otherwise: self.new_block(span),
        };
        let after = self.new_block(span);
        self.condition(cond, ways);
        self.arm(ways.then, then, after, span);
        self.arm(ways.otherwise, otherwise, after, span);
        self.enter(after);
        self.param(after).into()
    }

    fn arm(&mut self, start: BlockId, arm: Arm, after: BlockId, span: Span) {
        self.enter(start);
        let value = match arm {
            Arm::Const(value) => Operand::Const(value),
            Arm::Expr(expr) => self.expr(expr),
        };
        let target = Target {
            block: after,
            args: smallvec![value],
        };
        self.end(Terminator::Jump(target), span);
    }
}

/// One side of a choice.
enum Arm<'a> {
    Const(u64),
    Expr(&'a Expr),
}
