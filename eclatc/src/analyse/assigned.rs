//! Definite assignment: no path reads a variable before it has a value.

use super::Session;
use super::variables::Variables;
use crate::diagnostics::{names, tooling};
use crate::hir::{Block, Chain, Expr, ExprKind, LocalId, Stmt, StmtKind};
use crate::source::Span;
use std::collections::BTreeMap;

/// Variables a chain may have, temporaries included; no chain has the instructions to use more.
const MAX_VARIABLES: usize = 1024;

impl Session<'_, '_> {
    /// Reports each variable of a chain that a path may read too early, once.
    pub fn check_assigned(&mut self, chain: &Chain) {
        let variables = chain.locals.len();
        if variables > MAX_VARIABLES {
            let message = format!(
                "`{}` has {variables} variables, expected at most {MAX_VARIABLES}",
                chain.name
            );
            return self.report(tooling::cannot_generate(chain.span, message));
        }
        let mut flow = Flow {
            early: BTreeMap::new(),
            loops: Vec::new(),
        };
        let mut state = State::entry(chain);
        flow.block(&chain.body, &mut state);
        for (local, span) in flow.early {
            let local = &chain.locals[local.index()];
            self.report(names::maybe_unassigned(span, &local.name, local.span));
        }
    }
}

/// Which variables are assigned on every path to a point; `None` where no path leads.
#[derive(Clone)]
struct State(Option<Variables>);

impl State {
    fn entry(chain: &Chain) -> Self {
        Self(Some(Variables::first(chain.params as usize)))
    }

    fn assign(&mut self, local: LocalId) {
        if let Some(assigned) = &mut self.0 {
            assigned.insert(local.index());
        }
    }

    fn has(&self, local: LocalId) -> bool {
        self.0
            .as_ref()
            .is_none_or(|assigned| assigned.contains(local.index()))
    }

    fn end(&mut self) {
        self.0 = None;
    }

    /// Where two paths meet, what both have assigned.
    fn join(&mut self, other: Self) {
        match (&mut self.0, other.0) {
            (Some(mine), Some(other)) => mine.intersect(&other),
            (mine @ None, other) => *mine = other,
            (Some(_), None) => {}
        }
    }
}

struct Flow {
    /// First early read of each variable.
    early: BTreeMap<LocalId, Span>,
    /// For each loop around, the state at its `break`s and at its `continue`s.
    loops: Vec<(State, State)>,
}

impl Flow {
    fn block(&mut self, block: &Block, state: &mut State) {
        for stmt in block {
            self.stmt(stmt, state);
        }
    }

    fn stmt(&mut self, stmt: &Stmt, state: &mut State) {
        match &stmt.kind {
            StmtKind::Assign { local, value } => {
                self.expr(value, state);
                state.assign(*local);
            }
            StmtKind::Expr(value) => {
                self.expr(value, state);
                if ends_chain(value) {
                    state.end();
                }
            }
            StmtKind::If {
                cond,
                then,
                otherwise,
            } => self.branch(cond, then, otherwise, state),
            StmtKind::Loop { cond, body, step } => self.repeat(cond, body, step, state),
            StmtKind::Break => self.leave(state, |exits| &mut exits.0),
            StmtKind::Continue => self.leave(state, |exits| &mut exits.1),
            StmtKind::Return(value) => {
                value.iter().for_each(|value| self.expr(value, state));
                state.end();
            }
        }
    }

    fn branch(&mut self, cond: &Expr, then: &Block, otherwise: &Block, state: &mut State) {
        self.expr(cond, state);
        let mut other = state.clone();
        self.block(then, state);
        self.block(otherwise, &mut other);
        state.join(other);
    }

    fn repeat(&mut self, cond: &Expr, body: &Block, step: &Block, state: &mut State) {
        self.expr(cond, state);
        self.loops.push((State(None), State(None)));
        let mut turn = state.clone();
        self.block(body, &mut turn);
        let (breaks, continues) = self.loops.pop().unwrap_or((State(None), State(None)));
        turn.join(continues);
        self.block(step, &mut turn);
        if is_always(cond) {
            state.end();
        }
        state.join(breaks);
    }

    fn leave(&mut self, state: &mut State, exit: fn(&mut (State, State)) -> &mut State) {
        if let Some(exits) = self.loops.last_mut() {
            exit(exits).join(state.clone());
        }
        state.end();
    }

    fn expr(&mut self, expr: &Expr, state: &mut State) {
        match &expr.kind {
            ExprKind::Const(_) => {}
            ExprKind::Local(local) if state.has(*local) => {}
            ExprKind::Local(local) => {
                self.early.entry(*local).or_insert(expr.span);
            }
            ExprKind::Unary(_, value) | ExprKind::Not(value) | ExprKind::Convert(value) => {
                self.expr(value, state);
            }
            ExprKind::Binary(_, left, right)
            | ExprKind::Compare(_, left, right)
            | ExprKind::And(left, right)
            | ExprKind::Or(left, right) => {
                self.expr(left, state);
                self.expr(right, state);
            }
            ExprKind::Select {
                cond,
                then,
                otherwise,
            } => [cond, then, otherwise]
                .into_iter()
                .for_each(|part| self.expr(part, state)),
            ExprKind::Let { local, value, body } => {
                self.expr(value, state);
                state.assign(*local);
                self.expr(body, state);
            }
            ExprKind::Call(call) => call.args.iter().for_each(|arg| self.expr(arg, state)),
        }
    }
}

/// Whether a statement's expression ends the chain.
pub fn ends_chain(value: &Expr) -> bool {
    matches!(&value.kind, ExprKind::Call(call) if call.ends_chain)
}

/// Whether a condition always holds.
pub fn is_always(cond: &Expr) -> bool {
    matches!(cond.kind, ExprKind::Const(value) if value != 0)
}
