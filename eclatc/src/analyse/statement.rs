//! Statements of a chain.

use super::Session;
use super::constant::{Constant, range};
use super::convert::{Type, cast, truth, wide};
use super::scope::Scope;
use crate::diagnostics::{habits, suspicious, syntactic};
use crate::hir::{self, BinaryOp, CompareOp, ExprKind, LocalId, StmtKind as Hir};
use crate::source::Span;
use crate::syntax::{self, Arm, Block, Expr, Ident, Stmt, StmtKind};

impl<'s> Session<'_, 's> {
    /// The statements of a block.
    pub fn block(&mut self, block: &Block<'s>, scope: &mut Scope<'s>) -> hir::Block {
        let mut out = Vec::with_capacity(block.len());
        for stmt in block {
            self.statement(stmt, scope, &mut out);
        }
        out
    }

    fn statement(&mut self, stmt: &Stmt<'s>, scope: &mut Scope<'s>, out: &mut hir::Block) {
        let span = stmt.span;
        let kind = match &stmt.kind {
            StmtKind::If { arms, otherwise } => self.if_chain(arms, otherwise.as_ref(), scope),
            StmtKind::While(arm) => self.while_loop(arm, scope),
            StmtKind::For {
                name,
                iterable,
                body,
            } => return self.for_loop((*name, iterable, body), span, scope, out),
            StmtKind::Declare {
                name, ty, value, ..
            } => return self.declaration(*name, *ty, *value, span, scope, out),
            StmtKind::Assign(targets, value) => {
                return self.assignment(targets, value, span, scope, out);
            }
            StmtKind::Augmented(name, op, value) => self.augmented((*name, *op, value), scope),
            StmtKind::AssignField {
                header,
                field,
                op,
                value,
            } => self.assign_field((*header, *field), *op, value, scope),
            StmtKind::Break => self.loop_exit(span, "break", Hir::Break, scope),
            StmtKind::Continue => self.loop_exit(span, "continue", Hir::Continue, scope),
            StmtKind::Return(value) => self.return_statement(*value, scope),
            StmtKind::Expr(expr) => self.expression_statement(expr, scope),
            StmtKind::Broken(broken) => {
                out.extend(self.block(&broken.body, scope));
                None
            }
            StmtKind::Pass => None,
            _ => self.misplaced_in_chain(stmt),
        };
        if let StmtKind::Return(Some(value)) = &stmt.kind {
            self.suggest_call_alone(span, value.span);
        }
        out.extend(kind.map(|kind| hir::Stmt { kind, span }));
    }

    fn misplaced_in_chain(&mut self, stmt: &Stmt<'s>) -> Option<Hir> {
        if let StmtKind::Def(_) = stmt.kind {
            return self.fail(habits::nested_chain(stmt.span));
        }
        let what = match stmt.kind {
            StmtKind::Import(_) => "`from ... import`",
            StmtKind::Const(..) => "`const`",
            StmtKind::Layout(_) => "`header`",
            StmtKind::MapAssign { .. } => "a map assignment",
            _ => "`test`",
        };
        let problem = syntactic::not_allowed_here(stmt.span, what, "in a chain");
        self.fail(problem.help("move it to top level, without indentation"))
    }

    fn condition(&mut self, cond: &Expr<'s>, scope: &mut Scope<'s>) -> hir::Expr {
        let value = self.expr(cond, scope);
        value.unwrap_or_else(|| truth(ExprKind::Const(1), cond.span))
    }

    fn if_chain(
        &mut self,
        arms: &[Arm<'s>],
        otherwise: Option<&Block<'s>>,
        scope: &mut Scope<'s>,
    ) -> Option<Hir> {
        if let [arm] = arms {
            return Some(Hir::If {
                cond: self.condition(arm.cond, scope),
                then: self.block(&arm.body, scope),
                otherwise: otherwise.map_or(Vec::new(), |block| self.block(block, scope)),
            });
        }
        let mut done: Vec<(hir::Expr, hir::Block, Span)> = Vec::new();
        for arm in arms {
            let cond = self.condition(arm.cond, scope);
            done.push((cond, self.block(&arm.body, scope), arm.span));
        }
        let mut rest = otherwise.map_or(Vec::new(), |block| self.block(block, scope));
        while let Some((cond, then, span)) = done.pop() {
            let kind = Hir::If {
                cond,
                then,
                otherwise: rest,
            };
            if done.is_empty() {
                return Some(kind);
            }
            rest = vec![hir::Stmt { kind, span }];
        }
        None
    }

    fn while_loop(&mut self, arm: &Arm<'s>, scope: &mut Scope<'s>) -> Option<Hir> {
        let cond = self.condition(arm.cond, scope);
        let body = self.loop_body(&arm.body, scope);
        Some(Hir::Loop {
            cond,
            body,
            step: Vec::new(),
        })
    }

    fn loop_body(&mut self, body: &Block<'s>, scope: &mut Scope<'s>) -> hir::Block {
        scope.loops += 1;
        let body = self.block(body, scope);
        scope.loops -= 1;
        body
    }

    /// `for NAME in range(START, STOP, STEP)`: a hidden counter, so that the body may change
    /// the variable as in Python.
    fn for_loop(
        &mut self,
        (name, iterable, body): (Ident<'s>, &Expr<'s>, &Block<'s>),
        span: Span,
        scope: &mut Scope<'s>,
        out: &mut hir::Block,
    ) {
        let range = self.range(iterable, scope);
        let target = self.target(name, scope);
        let (Some(range), Some((target, ty))) = (range, target) else {
            self.loop_body(body, scope);
            return;
        };
        let counter_ty = Type::Int(wide(range.signed));
        let counter = scope.temporary("%counter", counter_ty, name.span);
        out.push(assign(counter, cast(range.start, counter_ty), span));
        let stop = self.once(cast(range.stop, counter_ty), "%stop", scope, out);
        let current = local(counter, counter_ty, name.span);
        let first = assign(target, cast(current.clone(), ty), name.span);
        let mut turn = vec![first];
        turn.extend(self.loop_body(body, scope));
        let kind = Hir::Loop {
            cond: counting(current.clone(), stop.clone(), range.step, range.signed),
            body: turn,
            step: vec![assign(counter, stepped(current, stop, range.step), span)],
        };
        out.push(hir::Stmt { kind, span });
    }

    /// The value, evaluated now if evaluating it later could differ.
    pub fn once(
        &mut self,
        value: hir::Expr,
        name: &str,
        scope: &mut Scope<'s>,
        out: &mut hir::Block,
    ) -> hir::Expr {
        if Constant::of(&value).is_some() {
            return value;
        }
        let (span, ty) = (value.span, Type::Int(wide(value.ty.signed)));
        let temporary = scope.temporary(name, ty, span);
        out.push(assign(temporary, cast(value, ty), span));
        local(temporary, ty, span)
    }

    fn loop_exit(&mut self, span: Span, word: &str, kind: Hir, scope: &Scope<'s>) -> Option<Hir> {
        match scope.loops {
            0 => self.fail(syntactic::not_in_a_loop(span, word)),
            _ => Some(kind),
        }
    }

    fn return_statement(&mut self, value: Option<&Expr<'s>>, scope: &mut Scope<'s>) -> Option<Hir> {
        let ty = scope.result.unwrap_or(Type::DEFAULT);
        let Some(value) = value else {
            return Some(Hir::Return(None));
        };
        let value = self.expr(value, scope);
        let value = value.map(|value| self.returned(value, ty));
        Some(Hir::Return(value))
    }

    /// A result; a negative constant is welcome where 64 bits are returned, whatever the sign.
    fn returned(&mut self, value: hir::Expr, ty: Type) -> hir::Expr {
        match ty {
            Type::Int(int) if int.bits == 64 => cast(value, ty),
            ty => self.store(value, ty, "return"),
        }
    }

    fn expression_statement(&mut self, expr: &Expr<'s>, scope: &mut Scope<'s>) -> Option<Hir> {
        match &expr.kind {
            syntax::ExprKind::String(_) => None,
            syntax::ExprKind::Call(call) => {
                let value = self.call(call, expr.span, scope, false)?;
                Some(Hir::Expr(value))
            }
            _ => {
                let value = self.expr(expr, scope)?;
                if !self.suggest_change_of(expr) && !has_call(expr) {
                    self.report(suspicious::no_effect(expr.span, equals_gap(expr)));
                }
                Some(Hir::Expr(value))
            }
        }
    }
}

/// Whether evaluating an expression can do something: everything else only gives a value.
fn has_call(expr: &Expr<'_>) -> bool {
    match &expr.kind {
        syntax::ExprKind::Call(..) => true,
        syntax::ExprKind::Cast(_, value) | syntax::ExprKind::Unary(_, value) => has_call(value),
        syntax::ExprKind::Binary(_, left, right) => has_call(left) || has_call(right),
        syntax::ExprKind::Compare(first, rest) => {
            has_call(first) || rest.iter().any(|(_, operand)| has_call(operand))
        }
        syntax::ExprKind::Conditional {
            then,
            cond,
            otherwise,
        } => has_call(then) || has_call(cond) || has_call(otherwise),
        _ => false,
    }
}

/// The place of the `==` in `NAME == VALUE`.
fn equals_gap(expr: &Expr<'_>) -> Option<Span> {
    let syntax::ExprKind::Compare(first, rest) = &expr.kind else {
        return None;
    };
    let [(syntax::CompareOp::Eq, value)] = rest else {
        return None;
    };
    let named = matches!(first.kind, syntax::ExprKind::Path(_));
    named.then(|| Span::new(expr.span.file, first.span.end, value.span.start))
}

/// `local = value`
pub fn assign(local: LocalId, value: hir::Expr, span: Span) -> hir::Stmt {
    let kind = Hir::Assign { local, value };
    hir::Stmt { kind, span }
}

/// The value of a variable.
pub fn local(id: LocalId, ty: Type, span: Span) -> hir::Expr {
    hir::Expr {
        kind: ExprKind::Local(id),
        ty: ty.int(),
        span,
    }
}

/// Whether the counter has not reached the end of its range.
fn counting(current: hir::Expr, stop: hir::Expr, step: i128, signed: bool) -> hir::Expr {
    let op = match (step > 0, signed) {
        (true, false) => CompareOp::LtU,
        (true, true) => CompareOp::LtS,
        (false, false) => CompareOp::GtU,
        (false, true) => CompareOp::GtS,
    };
    let span = current.span;
    truth(
        ExprKind::Compare(op, Box::new(current), Box::new(stop)),
        span,
    )
}

/// The next number of a range, or its end where the next one would be beyond it and 64 bits
/// might not hold it.
fn stepped(current: hir::Expr, stop: hir::Expr, step: i128) -> hir::Expr {
    let (span, ty) = (current.span, current.ty);
    let expr = |kind| hir::Expr { kind, ty, span };
    let constant = |value| Box::new(expr(ExprKind::Const(value)));
    let (lower, upper) = match step > 0 {
        true => (current.clone(), stop.clone()),
        false => (stop.clone(), current.clone()),
    };
    let next = ExprKind::Binary(BinaryOp::Add, Box::new(current), constant(step as u64));
    if has_room(&stop, step) {
        return expr(next);
    }
    let distance = ExprKind::Binary(BinaryOp::Sub, Box::new(upper), Box::new(lower));
    let step = constant(step.unsigned_abs() as u64);
    let inside = ExprKind::Compare(CompareOp::GtU, Box::new(expr(distance)), step);
    expr(ExprKind::Select {
        cond: Box::new(truth(inside, span)),
        then: Box::new(expr(next)),
        otherwise: Box::new(stop),
    })
}

/// Whether a step from before the end of a range gives a number that 64 bits hold.
fn has_room(stop: &hir::Expr, step: i128) -> bool {
    let (lowest, highest) = range(stop.ty);
    let last = Constant::of(stop).map_or(if step > 0 { highest } else { lowest }, Constant::value);
    (lowest..=highest).contains(&(last - step.signum() + step))
}
