//! What was probably meant by a name or call that is wrong, and what would only repeat it.

use super::{MAX_SUGGESTIONS, Session};
use crate::diagnostic::Diagnostic;
use crate::diagnostics::{Code, names};
use crate::packages::SymbolKind;
use crate::source::Span;
use crate::syntax::{Expr, ExprKind, Ident, Stmt, StmtKind, UnaryOp};

impl<'s> Session<'_, 's> {
    /// Remembers where an import can be added: before the first line that is no doc string.
    pub fn remember_import_place(&mut self, items: &[Stmt<'s>]) {
        let is_doc = |item: &&Stmt<'s>| matches!(&item.kind, StmtKind::Expr(expr) if matches!(expr.kind, ExprKind::String(_)));
        let first = items.iter().find(|item| !is_doc(item));
        let place = first.map(|item| item.span);
        self.import_place = place.map(|span| Span::new(span.file, span.start, span.start));
    }

    /// Adds the import of a name that a package has, if one has it.
    pub fn with_import(
        &self,
        problem: Diagnostic,
        name: Ident<'s>,
        kinds: &[SymbolKind],
    ) -> Option<Diagnostic> {
        let place = self.import_place?;
        if self.problems.len() > MAX_SUGGESTIONS {
            return None;
        }
        let (kind, package) = kinds.iter().find_map(|kind| {
            let found = self.options.packages.having(*kind, name.text);
            found.into_iter().next().map(|package| (*kind, package))
        })?;
        let line = format!("from {}.{package} import {}", kind.prefix(), name.text);
        Some(
            problem
                .help(format!("import it: `{line}`"))
                .suggest(place, format!("{line}\n")),
        )
    }

    /// `PACKAGE.NAME` where `NAME` alone is meant.
    pub fn qualified(&self, path: &[Ident<'s>]) -> Option<Diagnostic> {
        let (first, last) = (path.first()?, path.last()?);
        let before = Span::new(first.span.file, first.span.start, last.span.start);
        let problem = names::qualified(first.span, before, first.text, last.text);
        match self.globals.peek(last.text) {
            Some(_) => Some(problem),
            None => self.with_import(problem, *last, &[SymbolKind::Program]),
        }
    }

    /// Drops problems from an index on that a wrong use of values only repeats: what is
    /// called or computed does not exist, so it does not matter that it takes no text.
    pub fn forget_misuses(&mut self, from: usize) {
        let mut tail = self.problems.split_off(from);
        tail.retain(|problem| !matches!(problem.code, Code::E0303 | Code::E0211));
        self.problems.append(&mut tail);
    }

    /// Keeps only the first of the texts among numbers that are found from an index on.
    pub fn keep_first_text(&mut self, from: usize) {
        if self.problems.len() == from {
            return;
        }
        let mut met = false;
        let mut tail = self.problems.split_off(from);
        tail.retain(|problem| {
            let again = met && problem.code == Code::E0303;
            met |= problem.code == Code::E0303;
            !again
        });
        self.problems.append(&mut tail);
    }

    /// Whether a statement has just been reported as `++x` or `--x`; offers to write what a C
    /// programmer means by it.
    pub fn suggest_change_of(&mut self, statement: &Expr<'s>) -> bool {
        let last = self.problems.last_mut();
        let reported =
            |last: &&mut Diagnostic| last.code == Code::W0611 && last.span() == statement.span;
        let Some(problem) = last.filter(reported) else {
            return false;
        };
        if let Some((sign, name)) = doubly_signed(statement) {
            let text = format!("{name} {sign}= 1");
            *problem = problem.clone().suggest(statement.span, text);
        }
        true
    }

    /// Offers to remove what stands before the call of a final program: `x =`, `return`.
    pub fn suggest_call_alone(&mut self, statement: Span, value: Span) {
        let last = self.problems.last_mut();
        if let Some(problem) = last.filter(|last| last.code == Code::E0403 && last.span() == value)
        {
            let before = Span::new(value.file, statement.start, value.start);
            *problem = problem.clone().suggest(before, "");
        }
    }
}

/// The sign and the name of `++NAME`.
fn doubly_signed<'s>(expr: &Expr<'s>) -> Option<(&'static str, &'s str)> {
    let ExprKind::Unary(op, inner) = &expr.kind else {
        return None;
    };
    let ExprKind::Unary(_, innermost) = &inner.kind else {
        return None;
    };
    let sign = match op {
        UnaryOp::Plus => "+",
        UnaryOp::Minus => "-",
        _ => return None,
    };
    match &innermost.kind {
        ExprKind::Path(path) if path.len() == 1 => Some((sign, path[0].text)),
        _ => None,
    }
}
