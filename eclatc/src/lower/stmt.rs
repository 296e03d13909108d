//! Statements.

use super::assigned;
use super::builder::{Builder, Edges, Loop};
use super::condition::Ways;
use crate::hir::{Block, Expr, ExprKind, LocalId, Stmt, StmtKind};
use crate::ir::{BlockId, Operand, Target, Terminator};
use crate::source::Span;

impl Builder<'_> {
    /// Statements in order, as far as control comes.
    pub fn block(&mut self, block: &Block) {
        for stmt in block {
            if self.current().is_none() {
                break;
            }
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Assign { local, value } => {
                let value = self.expr(value);
                self.env.set(*local, value);
            }
            StmtKind::Expr(value) => {
                self.expr(value);
            }
            StmtKind::If {
                cond,
                then,
                otherwise,
            } => self.choice(cond, then, otherwise, stmt.span),
            StmtKind::Loop { cond, body, step } if is_cheap(cond) => {
                self.loop_tested_last(cond, (body, step), stmt.span);
            }
            StmtKind::Loop { cond, body, step } => {
                self.loop_tested_first(cond, (body, step), stmt.span);
            }
            StmtKind::Break => self.leave_loop(stmt.span, true),
            StmtKind::Continue => self.leave_loop(stmt.span, false),
            StmtKind::Return(value) => {
                let value = value.as_ref().map(|value| self.expr(value));
                let value = value.unwrap_or(Operand::Const(0));
                self.end(Terminator::Return(value), stmt.span);
            }
        }
    }

    fn choice(&mut self, cond: &Expr, then: &Block, otherwise: &Block, span: Span) {
        let mark = self.env.mark();
        let ways = self.new_ways(span);
        self.condition(cond, ways);
        let mut edges = Edges::new();
        for (start, block) in [(ways.then, then), (ways.otherwise, otherwise)] {
            self.env.rewind(mark);
            self.enter(start);
            self.block(block);
            edges.extend(self.leave(mark, span));
        }
        self.env.rewind(mark);
        self.join(edges, span);
    }

    fn new_ways(&mut self, span: Span) -> Ways {
        Ways {
            then: self.new_block(span),
            otherwise: self.new_block(span),
        }
    }

    /// `while` with one place for the test, at the head.
    fn loop_tested_first(&mut self, cond: &Expr, parts: (&Block, &Block), span: Span) {
        let head = LoopHead::new(self, parts, span);
        head.jump(self, span);
        head.start(self);
        let mark = self.env.mark();
        let ways = self.new_ways(cond.span);
        self.condition(cond, ways);
        self.enter(ways.then);
        self.loops.push(Loop {
            head: mark,
            exit: mark,
            continues: Edges::new(),
            breaks: Edges::new(),
        });
        let mut exits = self.turn(parts, span);
        head.jump(self, span);
        self.env.rewind(mark);
        self.enter(ways.otherwise);
        exits.extend(self.leave(mark, span));
        self.join(exits, span);
    }

    /// `while` as `if` and `do while`: no longer for a test of one instruction, faster, and
    /// when the first test is decided, as with most ranges, shorter.
    fn loop_tested_last(&mut self, cond: &Expr, parts: (&Block, &Block), span: Span) {
        let exit = self.env.mark();
        let first = self.new_ways(cond.span);
        self.condition(cond, first);
        self.enter(first.otherwise);
        let mut exits = Edges::from_iter(self.leave(exit, span));
        self.enter(first.then);
        let head = LoopHead::new(self, parts, span);
        head.jump(self, span);
        head.start(self);
        self.loops.push(Loop {
            head: self.env.mark(),
            exit,
            continues: Edges::new(),
            breaks: Edges::new(),
        });
        exits.extend(self.turn(parts, span));
        let again = self.new_ways(cond.span);
        self.condition(cond, again);
        self.enter(again.otherwise);
        exits.extend(self.leave(exit, span));
        self.enter(again.then);
        head.jump(self, span);
        self.env.rewind(exit);
        self.join(exits, span);
    }

    /// Body and step of the innermost loop; gives its breaks.
    fn turn(&mut self, (body, step): (&Block, &Block), span: Span) -> Edges {
        let head = self.loops.last().map(|innermost| innermost.head);
        self.block(body);
        let Some(mark) = head else {
            return Edges::new();
        };
        let last = self.leave(mark, span);
        let innermost = self.loops.pop();
        let (mut continues, breaks) =
            innermost.map_or_else(Default::default, |inner| (inner.continues, inner.breaks));
        continues.extend(last);
        self.env.rewind(mark);
        self.join(continues, span);
        self.block(step);
        breaks
    }

    fn leave_loop(&mut self, span: Span, breaks: bool) {
        let marks = self.loops.last().map(|inner| (inner.head, inner.exit));
        let Some((head, exit)) = marks else {
            return;
        };
        let edge = self.leave(if breaks { exit } else { head }, span);
        if let Some(innermost) = self.loops.last_mut() {
            match breaks {
                true => innermost.breaks.extend(edge),
                false => innermost.continues.extend(edge),
            }
        }
    }
}

/// Whether a test takes one instruction wherever it stands.
fn is_cheap(cond: &Expr) -> bool {
    let is_leaf = |expr: &Expr| matches!(expr.kind, ExprKind::Const(_) | ExprKind::Local(_));
    match &cond.kind {
        ExprKind::Compare(_, left, right) => is_leaf(left) && is_leaf(right),
        ExprKind::Not(inner) => is_cheap(inner),
        _ => is_leaf(cond),
    }
}

/// The block a loop starts with, and the variables that change in the loop.
struct LoopHead {
    block: BlockId,
    locals: Vec<LocalId>,
}

impl LoopHead {
    fn new(builder: &mut Builder, (body, step): (&Block, &Block), span: Span) -> Self {
        Self {
            block: builder.new_block(span),
            locals: assigned::in_blocks(&[body, step]).into_iter().collect(),
        }
    }

    /// Jumps there with the present values.
    fn jump(&self, builder: &mut Builder, span: Span) {
        let args = self.locals.iter().map(|local| builder.env.get(*local));
        let target = Target {
            block: self.block,
            args: args.collect(),
        };
        builder.end(Terminator::Jump(target), span);
    }

    /// Enters it: the variables are its parameters.
    fn start(&self, builder: &mut Builder) {
        builder.enter(self.block);
        for &local in &self.locals {
            let param = builder.param(self.block);
            builder.env.set(local, param.into());
        }
    }
}
