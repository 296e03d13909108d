//! Paths through a chain: code that none reaches, and those that end without a verdict.

use super::Session;
use super::assigned::{ends_chain, is_always};
use crate::diagnostics::{flow, suspicious};
use crate::hir::{Block, Chain, Configuration, Datum, Expr, Stmt, StmtKind, Symbol};
use crate::source::Span;
use std::collections::BTreeSet;

impl Session<'_, '_> {
    /// Warns of unreachable code in all chains and of missing verdicts in attached ones.
    pub fn check_paths(&mut self, chains: &[Chain], config: &Configuration) {
        if self
            .problems
            .iter()
            .any(crate::diagnostic::Diagnostic::is_error)
        {
            return;
        }
        let attached = attached(config);
        for chain in chains {
            self.unreachable(&chain.body);
            self.check_return(chain);
            if attached.contains(&chain.symbol) {
                self.check_verdict(chain);
            }
        }
    }

    fn unreachable(&mut self, block: &Block) {
        for pair in block.windows(2) {
            if let Some(why) = leaves(&pair[0])
                && !(is_return(&pair[1]) && matches!(pair[0].kind, StmtKind::Expr(_)))
            {
                self.report(flow::unreachable(pair[1].span, pair[0].span, why));
                break;
            }
        }
        for stmt in block {
            match &stmt.kind {
                StmtKind::If {
                    then, otherwise, ..
                } => {
                    self.unreachable(then);
                    self.unreachable(otherwise);
                }
                StmtKind::Loop { body, .. } => self.unreachable(body),
                _ => {}
            }
        }
    }

    /// A chain whose result is used gives one on every path.
    fn check_return(&mut self, chain: &Chain) {
        if let Some(&used) = self.results_used.get(&chain.symbol)
            && !block_leaves(&chain.body)
        {
            self.report(suspicious::missing_return(chain.span, &chain.name, used));
        }
    }

    fn check_verdict(&mut self, chain: &Chain) {
        let mut path = Vec::new();
        match undecided(&chain.body, &mut path) {
            End::Decided => {}
            End::Falls => {
                self.report(flow::no_verdict(chain.span, &chain.name, None, &path));
            }
            End::Returns(span) => {
                self.report(flow::no_verdict(chain.span, &chain.name, Some(span), &path));
            }
        }
    }
}

/// Chains that a loader starts.
fn attached(config: &Configuration) -> BTreeSet<Symbol> {
    let loaders = config
        .maps
        .iter()
        .filter(|map| map.owner.0.starts_with("loaders."));
    let values = loaders
        .flat_map(|map| &map.entries)
        .flat_map(|entry| &entry.value);
    let chains = values.filter_map(|datum| match datum {
        Datum::Chain(symbol) => Some(symbol.clone()),
        _ => None,
    });
    chains.collect()
}

fn is_return(stmt: &Stmt) -> bool {
    matches!(stmt.kind, StmtKind::Return(_))
}

/// Why nothing after a statement is reached, if so.
fn leaves(stmt: &Stmt) -> Option<&'static str> {
    match &stmt.kind {
        StmtKind::Return(_) => Some("the chain ends here"),
        StmtKind::Break | StmtKind::Continue => Some("the loop goes elsewhere from here"),
        StmtKind::Expr(value) if ends_chain(value) => Some("this program always ends the chain"),
        StmtKind::If {
            then, otherwise, ..
        } if block_leaves(then) && block_leaves(otherwise) => Some("every branch leaves here"),
        StmtKind::Loop { cond, body, .. } if is_always(cond) && !has_break(body) => {
            Some("this loop never ends")
        }
        _ => None,
    }
}

fn block_leaves(block: &Block) -> bool {
    block.iter().any(|stmt| leaves(stmt).is_some())
}

/// Whether a loop's body has a `break` of that loop.
fn has_break(body: &Block) -> bool {
    body.iter().any(|stmt| match &stmt.kind {
        StmtKind::Break => true,
        StmtKind::If {
            then, otherwise, ..
        } => has_break(then) || has_break(otherwise),
        _ => false,
    })
}

/// How a block can end.
enum End {
    /// Every path calls a program that decides, or leaves the loop around.
    Decided,
    /// A path reaches the end of the block.
    Falls,
    /// A path returns here.
    Returns(Span),
}

/// Looks for a path without a verdict; `path` gets the conditions that lead along it.
fn undecided(block: &Block, path: &mut Vec<(Span, bool)>) -> End {
    for stmt in block {
        let start = path.len();
        match undecided_stmt(stmt, path) {
            End::Decided => return End::Decided,
            End::Falls if decides_sometimes(stmt) => {}
            End::Falls => path.truncate(start),
            returns => return returns,
        }
    }
    End::Falls
}

/// Whether a statement has a branch that the reader must know was not taken.
fn decides_sometimes(stmt: &Stmt) -> bool {
    matches!(&stmt.kind, StmtKind::If { then, otherwise, .. } if block_leaves(then) || block_leaves(otherwise))
}

fn undecided_stmt(stmt: &Stmt, path: &mut Vec<(Span, bool)>) -> End {
    match &stmt.kind {
        StmtKind::Return(_) => End::Returns(stmt.span),
        StmtKind::Expr(value) if ends_chain(value) => End::Decided,
        StmtKind::Break | StmtKind::Continue => End::Decided,
        StmtKind::If {
            cond,
            then,
            otherwise,
        } => undecided_if(cond, then, otherwise, path),
        StmtKind::Loop { cond, body, .. } => undecided_loop(cond, body, path),
        _ => End::Falls,
    }
}

/// A path that returns comes before one that falls through: it is certain to end.
fn undecided_if(cond: &Expr, then: &Block, otherwise: &Block, path: &mut Vec<(Span, bool)>) -> End {
    let start = path.len();
    path.push((cond.span, true));
    let first = undecided(then, path);
    if let End::Returns(_) = first {
        return first;
    }
    let taken = path.split_off(start);
    path.push((cond.span, false));
    match (first, undecided(otherwise, path)) {
        (_, returns @ End::Returns(_)) => returns,
        (_, End::Falls) => End::Falls,
        (End::Falls, End::Decided) => {
            path.truncate(start);
            path.extend(taken);
            End::Falls
        }
        (_, decided) => {
            path.truncate(start);
            decided
        }
    }
}

fn undecided_loop(cond: &Expr, body: &Block, path: &mut Vec<(Span, bool)>) -> End {
    let start = path.len();
    path.push((cond.span, true));
    if let returns @ End::Returns(_) = undecided(body, path) {
        return returns;
    }
    path.truncate(start);
    match is_always(cond) && !has_break(body) {
        true => End::Decided,
        false => End::Falls,
    }
}
