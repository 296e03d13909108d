//! Statements that fit on a line, one production a function.

use super::error::Expected;
use super::expression::kept_expression;
use super::import::import;
use super::tokens::{Production, kind, name, span_of, token, type_name};
use crate::lex::Kind;
use crate::syntax::{Arena, BinaryOp, Entry, Expr, Stmt, StmtKind};
use chumsky::prelude::*;

/// A statement without a block.
pub fn simple_statement<'t, 's: 't>(arena: &'s Arena) -> impl Production<'t, 's, Stmt<'s>> {
    any_statement(kept_expression(arena).boxed(), arena)
        .boxed()
        .map_with(|kind, e| Stmt {
            kind,
            span: span_of(e.slice()),
        })
        .labelled(Expected::Statement)
        .boxed()
}

/// What a statement without a block is.
fn any_statement<'t, 's: 't>(
    expr: impl Production<'t, 's, &'s Expr<'s>> + 't,
    arena: &'s Arena,
) -> impl Production<'t, 's, StmtKind<'s>> {
    choice((
        assignment(expr.clone(), arena),
        augmented_assignment(expr.clone()),
        field_assignment(expr.clone()),
        map_assignment(expr.clone()),
        declaration_type_first(expr.clone()),
        declaration_name_first(expr.clone()),
        keyword_statement(),
        return_statement(expr.clone()),
        constant(expr.clone()),
        import(),
        expr.map(StmtKind::Expr),
    ))
}

/// `NAME = NAME = EXPR`
fn assignment<'t, 's: 't>(
    expr: impl Production<'t, 's, &'s Expr<'s>>,
    arena: &'s Arena,
) -> impl Production<'t, 's, StmtKind<'s>> {
    name()
        .then_ignore(kind(Kind::Assign))
        .repeated()
        .at_least(1)
        .collect::<Vec<_>>()
        .then(expr)
        .map(move |(names, value)| StmtKind::Assign(arena.alloc_slice_copy(&names), value))
}

/// `NAME += EXPR`
fn augmented_assignment<'t, 's: 't>(
    expr: impl Production<'t, 's, &'s Expr<'s>>,
) -> impl Production<'t, 's, StmtKind<'s>> {
    name()
        .then(augmented())
        .then(expr)
        .map(|((name, op), value)| StmtKind::Augmented(name, op, value))
}

/// `HEADER.FIELD = EXPR`, `HEADER.FIELD += EXPR`
fn field_assignment<'t, 's: 't>(
    expr: impl Production<'t, 's, &'s Expr<'s>>,
) -> impl Production<'t, 's, StmtKind<'s>> {
    let op = choice((kind(Kind::Assign).to(None), augmented().map(Some)));
    name()
        .then_ignore(kind(Kind::Dot))
        .then(name())
        .then(op)
        .then(expr)
        .map(
            move |(((header, field), op), value)| StmtKind::AssignField {
                header,
                field,
                op,
                value,
            },
        )
}

fn augmented<'t, 's: 't>() -> impl Production<'t, 's, BinaryOp> {
    token(Expected::Augmented, |token| augmented_operator(token.kind))
}

/// The operator before the `=` of a token.
pub fn augmented_operator(kind: Kind) -> Option<BinaryOp> {
    Some(match kind {
        Kind::AddAssign => BinaryOp::Add,
        Kind::SubAssign => BinaryOp::Sub,
        Kind::MulAssign => BinaryOp::Mul,
        Kind::DivAssign => BinaryOp::Div,
        Kind::ModAssign => BinaryOp::Mod,
        Kind::AndAssign => BinaryOp::BitAnd,
        Kind::OrAssign => BinaryOp::BitOr,
        Kind::XorAssign => BinaryOp::BitXor,
        Kind::ShlAssign => BinaryOp::Shl,
        Kind::ShrAssign => BinaryOp::Shr,
        _ => return None,
    })
}

/// `OWNER[MAP] = { KEY: VALUE, ... }`
fn map_assignment<'t, 's: 't>(
    expr: impl Production<'t, 's, &'s Expr<'s>>,
) -> impl Production<'t, 's, StmtKind<'s>> {
    let map = name().delimited_by(kind(Kind::LeftBracket), kind(Kind::RightBracket));
    let entry = expr.clone().then_ignore(kind(Kind::Colon)).then(expr);
    let entries = entry
        .map(|(key, value)| Entry { key, value })
        .separated_by(kind(Kind::Comma))
        .allow_trailing()
        .collect()
        .delimited_by(kind(Kind::LeftBrace), kind(Kind::RightBrace));
    name()
        .then(map)
        .then_ignore(kind(Kind::Assign))
        .then(entries)
        .map(|((owner, map), entries)| StmtKind::MapAssign {
            owner,
            map,
            entries,
        })
}

/// `TYPE : NAME [= EXPR]`
fn declaration_type_first<'t, 's: 't>(
    expr: impl Production<'t, 's, &'s Expr<'s>>,
) -> impl Production<'t, 's, StmtKind<'s>> {
    let value = kind(Kind::Assign).ignore_then(expr).or_not();
    type_name()
        .then_ignore(kind(Kind::Colon))
        .then(name())
        .then(value)
        .map(|((ty, name), value)| StmtKind::Declare { name, ty, value })
}

/// `NAME : TYPE [= EXPR]`
fn declaration_name_first<'t, 's: 't>(
    expr: impl Production<'t, 's, &'s Expr<'s>>,
) -> impl Production<'t, 's, StmtKind<'s>> {
    let value = kind(Kind::Assign).ignore_then(expr).or_not();
    name()
        .then_ignore(kind(Kind::Colon))
        .then(type_name())
        .then(value)
        .map(|((name, ty), value)| StmtKind::Declare { name, ty, value })
}

/// `pass`, `break`, `continue`
fn keyword_statement<'t, 's: 't>() -> impl Production<'t, 's, StmtKind<'s>> {
    token(Expected::Statement, |token| match token.kind {
        Kind::Pass => Some(StmtKind::Pass),
        Kind::Break => Some(StmtKind::Break),
        Kind::Continue => Some(StmtKind::Continue),
        _ => None,
    })
}

/// `return [EXPR]`
fn return_statement<'t, 's: 't>(
    expr: impl Production<'t, 's, &'s Expr<'s>>,
) -> impl Production<'t, 's, StmtKind<'s>> {
    kind(Kind::Return)
        .ignore_then(expr.or_not())
        .map(StmtKind::Return)
}

/// `const NAME = EXPR`
fn constant<'t, 's: 't>(
    expr: impl Production<'t, 's, &'s Expr<'s>>,
) -> impl Production<'t, 's, StmtKind<'s>> {
    kind(Kind::Const)
        .ignore_then(name())
        .then_ignore(kind(Kind::Assign))
        .then(expr)
        .map(|(name, value)| StmtKind::Const(name, value))
}
