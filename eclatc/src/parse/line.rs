//! One logical line: simple statements, or the header of a block.

use super::error::Expected;
use super::expression::kept_expression;
use super::statement::simple_statement;
use super::tokens::{Production, kind, name, type_name, word};
use crate::lex::Kind;
use crate::syntax::{Arena, Block, Expr, Ident, Param, Stmt, TypeName};
use chumsky::prelude::*;

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line<'s> {
    /// Statements separated by `;`.
    Simple(Block<'s>),
    /// A header, and the statements behind its `:` on the same line.
    Header(Header<'s>, Block<'s>),
}

/// The part of a compound statement before its block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Header<'s> {
    /// `def NAME(PARAMS) -> TYPE`
    Def(Ident<'s>, &'s [Param<'s>], Option<TypeName>),
    /// `if COND`
    If(&'s Expr<'s>),
    /// `elif COND`
    Elif(&'s Expr<'s>),
    /// `else`
    Else,
    /// `while COND`
    While(&'s Expr<'s>),
    /// `for NAME in EXPR`
    For(Ident<'s>, &'s Expr<'s>),
    /// `header NAME(OFFSET)`
    Layout(Ident<'s>, &'s Expr<'s>),
    /// `test "NAME"`
    Test,
}

/// A whole line with its line end.
pub fn line<'t, 's: 't>(arena: &'s Arena) -> impl Production<'t, 's, Line<'s>> {
    let header = header(arena)
        .then_ignore(kind(Kind::Colon))
        .then(inline_block(arena))
        .map(|(header, inline)| Line::Header(header, inline));
    let simple = statements(arena).map(Line::Simple);
    choice((header, simple))
        .boxed()
        .then_ignore(kind(Kind::Newline))
        .boxed()
}

/// `STATEMENT; STATEMENT;`
fn statements<'t, 's: 't>(arena: &'s Arena) -> impl Production<'t, 's, Vec<Stmt<'s>>> {
    simple_statement(arena)
        .separated_by(kind(Kind::Semicolon))
        .allow_trailing()
        .at_least(1)
        .collect()
}

/// Statements behind the `:` of a header, none when the block follows on its own lines.
fn inline_block<'t, 's: 't>(arena: &'s Arena) -> impl Production<'t, 's, Vec<Stmt<'s>>> {
    statements(arena).or_not().map(Option::unwrap_or_default)
}

fn header<'t, 's: 't>(arena: &'s Arena) -> impl Production<'t, 's, Header<'s>> {
    let expr = kept_expression(arena).boxed();
    let with_condition = |word| kind(word).ignore_then(expr.clone());
    choice((
        with_condition(Kind::If).map(Header::If),
        with_condition(Kind::Elif).map(Header::Elif),
        with_condition(Kind::While).map(Header::While),
        kind(Kind::Else).to(Header::Else),
        for_header(expr.clone()),
        def_header(arena),
        layout_header(expr.clone()),
        word("test")
            .ignore_then(kind(Kind::String))
            .to(Header::Test),
    ))
    .labelled(Expected::Statement)
}

/// `for NAME in EXPR`
fn for_header<'t, 's: 't>(
    expr: impl Production<'t, 's, &'s Expr<'s>>,
) -> impl Production<'t, 's, Header<'s>> {
    kind(Kind::For)
        .ignore_then(name())
        .then_ignore(kind(Kind::In))
        .then(expr)
        .map(|(name, iterable)| Header::For(name, iterable))
}

/// `header NAME(OFFSET)`
fn layout_header<'t, 's: 't>(
    expr: impl Production<'t, 's, &'s Expr<'s>>,
) -> impl Production<'t, 's, Header<'s>> {
    let offset = expr.delimited_by(kind(Kind::LeftParen), kind(Kind::RightParen));
    word("header")
        .ignore_then(name())
        .then(offset)
        .map(|(name, offset)| Header::Layout(name, offset))
}

/// `def NAME(PARAMS) [-> TYPE]`
fn def_header<'t, 's: 't>(arena: &'s Arena) -> impl Production<'t, 's, Header<'s>> {
    let result = kind(Kind::Arrow).ignore_then(type_name()).or_not();
    let params = parameter()
        .separated_by(kind(Kind::Comma))
        .allow_trailing()
        .collect::<Vec<_>>()
        .delimited_by(kind(Kind::LeftParen), kind(Kind::RightParen));
    kind(Kind::Def)
        .ignore_then(name())
        .then(params)
        .then(result)
        .map(|((name, params), result)| Header::Def(name, arena.alloc_slice_copy(&params), result))
}

/// `TYPE : NAME`, `NAME : TYPE` or `NAME`
fn parameter<'t, 's: 't>() -> impl Production<'t, 's, Param<'s>> {
    let type_first = type_name().then_ignore(kind(Kind::Colon)).then(name());
    let name_first = name().then(kind(Kind::Colon).ignore_then(type_name()).or_not());
    choice((
        type_first.map(|(ty, name)| Param { name, ty: Some(ty) }),
        name_first.map(|(name, ty)| Param { name, ty }),
    ))
}
