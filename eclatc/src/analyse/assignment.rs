//! Declarations and assignments of a chain.

use super::Session;
use super::convert::{Type, cast, truth};
use super::scope::{Name, Scope};
use super::statement::{assign, local};
use crate::diagnostics::{names, values};
use crate::hir::{self, ExprKind, LocalId, StmtKind as Hir};
use crate::source::Span;
use crate::syntax::{self, Expr, Ident};

impl<'s> Session<'_, 's> {
    /// `TYPE : NAME [= EXPR]`
    pub fn declaration(
        &mut self,
        name: Ident<'s>,
        ty: syntax::TypeName,
        value: Option<&Expr<'s>>,
        span: Span,
        scope: &mut Scope<'s>,
        out: &mut hir::Block,
    ) {
        let ty = Type::of(ty);
        let Some(value) = value else {
            self.declare(name, ty, scope);
            return;
        };
        if is_capital(name.text) && self.bind_constant(name, value, Some(ty), scope) {
            return;
        }
        let value = self.expr(value, scope);
        let Some((target, ty)) = self.declare(name, ty, scope) else {
            return;
        };
        out.push(self.assign_or_zero(target, ty, value, name, span));
    }

    /// The variable that a declaration makes, or the one it repeats.
    fn declare(
        &mut self,
        name: Ident<'s>,
        ty: Type,
        scope: &mut Scope<'s>,
    ) -> Option<(LocalId, Type)> {
        match scope.lookup(name.text) {
            None if self.is_free(name) => Some((scope.declare(name.text, ty, name.span), ty)),
            None => {
                scope.poison(name.text);
                None
            }
            Some(Name::Poisoned) => None,
            Some(Name::Constant(_, first)) => {
                self.fail(names::constant_rebound(name.span, name.text, Some(first)))
            }
            Some(Name::Variable(id)) => {
                let before = scope.variable(id);
                if before.ty == ty {
                    return Some((id, ty));
                }
                let first = (before.local.span, before.ty.to_string());
                let ty = ty.to_string();
                self.fail(values::conflicting_types(name.span, name.text, first, ty))
            }
        }
    }

    /// Whether a name of the script leaves a name to a variable.
    fn is_free(&mut self, name: Ident<'s>) -> bool {
        let Some(global) = self.globals.peek(name.text) else {
            return true;
        };
        let (what, first) = (global.global.describe(), global.span);
        let problem = match what {
            "a constant" => names::constant_rebound(name.span, name.text, Some(first)),
            what => names::not_assignable(name.span, name.text, what),
        };
        self.report(problem);
        false
    }

    /// The variable that an assignment stores into; a new name is a `u64`.
    pub fn target(&mut self, name: Ident<'s>, scope: &mut Scope<'s>) -> Option<(LocalId, Type)> {
        match scope.lookup(name.text) {
            Some(Name::Variable(id)) => Some((id, scope.variable(id).ty)),
            _ => self.declare(name, Type::DEFAULT, scope),
        }
    }

    /// `NAME = EXPR`, or several names
    pub fn assignment(
        &mut self,
        targets: &[Ident<'s>],
        value: &Expr<'s>,
        span: Span,
        scope: &mut Scope<'s>,
        out: &mut hir::Block,
    ) {
        let [name] = targets else {
            return self.assign_several(targets, value, span, scope, out);
        };
        if is_capital(name.text) && self.bind_constant(*name, value, None, scope) {
            return;
        }
        let place = value.span;
        let value = self.expr(value, scope);
        self.suggest_call_alone(span, place);
        if let Some((target, ty)) = self.target(*name, scope) {
            out.push(self.assign_or_zero(target, ty, value, *name, span));
        }
    }

    /// `A = B = EXPR`
    fn assign_several(
        &mut self,
        targets: &[Ident<'s>],
        value: &Expr<'s>,
        span: Span,
        scope: &mut Scope<'s>,
        out: &mut hir::Block,
    ) {
        let value = self.expr(value, scope);
        let shared = value.map(|value| self.once(value, "%shared", scope, out));
        for name in targets {
            if let Some((target, ty)) = self.target(*name, scope) {
                out.push(self.assign_or_zero(target, ty, shared.clone(), *name, span));
            }
        }
    }

    /// Stores a value; one that could not be made is taken as 0, so that the variable counts
    /// as assigned.
    fn assign_or_zero(
        &mut self,
        target: LocalId,
        ty: Type,
        value: Option<hir::Expr>,
        name: Ident<'s>,
        span: Span,
    ) -> hir::Stmt {
        let value = match value {
            Some(value) => self.store(value, ty, name.text),
            None => cast(truth(ExprKind::Const(0), span), ty),
        };
        assign(target, value, span)
    }

    /// Binds a name in capitals to a literal, once. Another value makes a variable.
    fn bind_constant(
        &mut self,
        name: Ident<'s>,
        value: &Expr<'s>,
        ty: Option<Type>,
        scope: &mut Scope<'s>,
    ) -> bool {
        let free = scope.lookup(name.text).is_none() && self.globals.peek(name.text).is_none();
        if !free || !is_literal(value) {
            return false;
        }
        let constant = match self.defined(name.text) {
            Some(constant) => Some(constant),
            None => self.constant_expr(value, "a constant"),
        };
        let constant = constant.unwrap_or_default();
        if let Some(ty) = ty {
            self.store(constant.expr(value.span), ty, name.text);
        }
        scope.bind(name.text, constant, name.span);
        true
    }

    /// `NAME += EXPR`
    pub fn augmented(
        &mut self,
        (name, op, value): (Ident<'s>, syntax::BinaryOp, &Expr<'s>),
        scope: &mut Scope<'s>,
    ) -> Option<Hir> {
        let right = self.expr(value, scope);
        let (target, ty) = match scope.lookup(name.text) {
            Some(Name::Variable(id)) => (id, scope.variable(id).ty),
            Some(Name::Constant(_, first)) => {
                return self.fail(names::constant_rebound(name.span, name.text, Some(first)));
            }
            None if self.is_free(name) => {
                let before = self.problems.len();
                self.unknown_name::<()>(name, scope);
                if let Some(problem) = self.problems.get_mut(before) {
                    *problem = names::changed_before_assigned(problem.clone(), name.text);
                }
                return None;
            }
            None | Some(Name::Poisoned) => return None,
        };
        let left = local(target, ty, name.span);
        let value = self.binary(op, left, right?, value.span)?;
        let value = self.store(value, ty, name.text);
        Some(Hir::Assign {
            local: target,
            value,
        })
    }
}

/// Whether a name is written in capitals.
fn is_capital(name: &str) -> bool {
    let mut letters = name.bytes();
    !letters.any(|c| c.is_ascii_lowercase()) && name.bytes().any(|c| c.is_ascii_uppercase())
}

/// Whether an expression is a literal, possibly with a sign.
fn is_literal(expr: &Expr<'_>) -> bool {
    match &expr.kind {
        syntax::ExprKind::Number(_) | syntax::ExprKind::Bool(_) => true,
        syntax::ExprKind::Unary(op, value) => {
            *op != syntax::UnaryOp::Not && matches!(value.kind, syntax::ExprKind::Number(_))
        }
        _ => false,
    }
}
