//! Conditions: expressions of which only zero or not zero matters become branches.

use super::builder::Builder;
use super::comparison;
use crate::hir::{Expr, ExprKind};
use crate::ir::{BlockId, Condition, Operand, Target, Terminator};
use crate::source::Span;

/// Where a condition leads.
#[derive(Clone, Copy)]
pub struct Ways {
    /// When it is not 0.
    pub then: BlockId,
    /// When it is 0.
    pub otherwise: BlockId,
}

impl Ways {
    fn swapped(self) -> Self {
        Self {
            then: self.otherwise,
            otherwise: self.then,
        }
    }
}

impl Builder<'_> {
    /// Ends the current block with a branch on `expr`.
    pub fn condition(&mut self, expr: &Expr, ways: Ways) {
        match &expr.kind {
            ExprKind::Const(0) => self.jump(ways.otherwise, expr.span),
            ExprKind::Const(_) => self.jump(ways.then, expr.span),
            ExprKind::Not(inner) => self.condition(inner, ways.swapped()),
            ExprKind::Convert(inner) if is_truth(inner) => self.condition(inner, ways),
            ExprKind::And(left, right) => self.both(left, right, ways),
            ExprKind::Or(left, right) => self.either(left, right, ways),
            ExprKind::Compare(op, left, right) => {
                let left = self.expr(left);
                let right = self.expr(right);
                self.branch(comparison(*op), (left, right), ways, expr.span);
            }
            ExprKind::Let { local, value, body } => {
                self.with_temporary(*local, value, |this| this.condition(body, ways));
            }
            _ => {
                let value = self.expr(expr);
                self.branch(Condition::Ne, (value, Operand::Const(0)), ways, expr.span);
            }
        }
    }

    fn both(&mut self, left: &Expr, right: &Expr, ways: Ways) {
        let then = self.new_block(right.span);
        self.condition(left, Ways { then, ..ways });
        self.enter(then);
        self.condition(right, ways);
    }

    fn either(&mut self, left: &Expr, right: &Expr, ways: Ways) {
        let otherwise = self.new_block(right.span);
        self.condition(left, Ways { otherwise, ..ways });
        self.enter(otherwise);
        self.condition(right, ways);
    }

    fn branch(
        &mut self,
        condition: Condition,
        (left, right): (Operand, Operand),
        ways: Ways,
        span: Span,
    ) {
        let branch = Terminator::Branch {
            condition,
            left,
            right,
            then: Target::bare(ways.then),
            otherwise: Target::bare(ways.otherwise),
        };
        self.end(branch, span);
    }
}

/// Whether an expression is 0 or 1, so that no conversion changes it.
fn is_truth(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Not(_) | ExprKind::And(..) | ExprKind::Or(..) | ExprKind::Compare(..)
    )
}
