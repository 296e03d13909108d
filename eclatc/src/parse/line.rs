//! One logical line: simple statements, or the header of a block.

use super::error::{Expected, ParseError, Tokens};
use super::expression::expression;
use super::statement::simple_statement;
use super::tokens::{Extra, Manner, Production, kind, name, peek_two, type_name, word};
use crate::lex::Kind;
use crate::syntax::{Expr, Ident, Param, Stmt, TypeName};
use chumsky::input::InputRef;
use chumsky::prelude::*;

/// What a line is.
#[derive(Clone, Debug)]
pub enum Line<'s> {
    /// Statements separated by `;`.
    Simple(Vec<Stmt<'s>>),
    /// A header, and the statements behind its `:` on the same line.
    Header(Header<'s>, Vec<Stmt<'s>>),
}

/// The part of a compound statement before its block.
#[derive(Clone, Debug)]
pub enum Header<'s> {
    /// `def NAME(PARAMS) -> TYPE`
    Def(Ident<'s>, Vec<Param<'s>>, Option<TypeName>),
    /// `if COND`
    If(Expr<'s>),
    /// `elif COND`
    Elif(Expr<'s>),
    /// `else`
    Else,
    /// `while COND`
    While(Expr<'s>),
    /// `for NAME in EXPR`
    For(Ident<'s>, Expr<'s>),
    /// `header NAME(OFFSET)`
    Layout(Ident<'s>, Expr<'s>),
    /// `test "NAME"`
    Test,
}

/// A whole line with its line end.
pub fn line<'t, 's: 't>(manner: Manner) -> impl Production<'t, 's, Line<'s>> {
    let header = header(manner)
        .then_ignore(kind(Kind::Colon))
        .then(inline_block(manner))
        .map(|(header, inline)| Line::Header(header, inline));
    let simple = statements(manner).map(Line::Simple);
    let any = choice((header, simple.clone())).boxed();
    let line = match manner {
        Manner::Quick => usual_line(simple).or(any).boxed(),
        Manner::Thorough => any,
    };
    line.then_ignore(kind(Kind::Newline)).boxed()
}

/// A line that its first two tokens tell to be no header.
fn usual_line<'t, 's: 't>(
    simple: impl Production<'t, 's, Line<'s>>,
) -> impl Production<'t, 's, Line<'s>> {
    custom(move |input: &mut InputRef<'t, '_, Tokens<'t, 's>, Extra>| {
        let before = input.cursor();
        match peek_two(input) {
            (Some(Kind::Type | Kind::Return | Kind::String), _)
            | (Some(Kind::Name), Some(Kind::Assign | Kind::LeftParen)) => input.parse(&simple),
            _ => {
                let at = input.span_since(&before).start;
                Err(ParseError::no_shortcut(at))
            }
        }
    })
}

/// `STATEMENT; STATEMENT;`
fn statements<'t, 's: 't>(manner: Manner) -> impl Production<'t, 's, Vec<Stmt<'s>>> {
    simple_statement(manner)
        .separated_by(kind(Kind::Semicolon))
        .allow_trailing()
        .at_least(1)
        .collect()
}

/// Statements behind the `:` of a header, none when the block follows on its own lines.
fn inline_block<'t, 's: 't>(manner: Manner) -> impl Production<'t, 's, Vec<Stmt<'s>>> {
    statements(manner).or_not().map(Option::unwrap_or_default)
}

fn header<'t, 's: 't>(manner: Manner) -> impl Production<'t, 's, Header<'s>> {
    let expr = expression(manner).boxed();
    let with_condition = |word| kind(word).ignore_then(expr.clone());
    choice((
        with_condition(Kind::If).map(Header::If),
        with_condition(Kind::Elif).map(Header::Elif),
        with_condition(Kind::While).map(Header::While),
        kind(Kind::Else).to(Header::Else),
        for_header(expr.clone()),
        def_header(),
        layout_header(expr.clone()),
        word("test")
            .ignore_then(kind(Kind::String))
            .to(Header::Test),
    ))
    .labelled(Expected::Statement)
}

/// `for NAME in EXPR`
fn for_header<'t, 's: 't>(
    expr: impl Production<'t, 's, Expr<'s>>,
) -> impl Production<'t, 's, Header<'s>> {
    kind(Kind::For)
        .ignore_then(name())
        .then_ignore(kind(Kind::In))
        .then(expr)
        .map(|(name, iterable)| Header::For(name, iterable))
}

/// `header NAME(OFFSET)`
fn layout_header<'t, 's: 't>(
    expr: impl Production<'t, 's, Expr<'s>>,
) -> impl Production<'t, 's, Header<'s>> {
    let offset = expr.delimited_by(kind(Kind::LeftParen), kind(Kind::RightParen));
    word("header")
        .ignore_then(name())
        .then(offset)
        .map(|(name, offset)| Header::Layout(name, offset))
}

/// `def NAME(PARAMS) [-> TYPE]`
fn def_header<'t, 's: 't>() -> impl Production<'t, 's, Header<'s>> {
    let result = kind(Kind::Arrow).ignore_then(type_name()).or_not();
    let params = parameter()
        .separated_by(kind(Kind::Comma))
        .allow_trailing()
        .collect()
        .delimited_by(kind(Kind::LeftParen), kind(Kind::RightParen));
    kind(Kind::Def)
        .ignore_then(name())
        .then(params)
        .then(result)
        .map(|((name, params), result)| Header::Def(name, params, result.map(|(ty, _)| ty)))
}

/// `TYPE : NAME`, `NAME : TYPE` or `NAME`
fn parameter<'t, 's: 't>() -> impl Production<'t, 's, Param<'s>> {
    let type_first = type_name().then_ignore(kind(Kind::Colon)).then(name());
    let name_first = name().then(kind(Kind::Colon).ignore_then(type_name()).or_not());
    choice((
        type_first.map(|((ty, _), name)| Param { name, ty: Some(ty) }),
        name_first.map(|(name, ty)| Param {
            name,
            ty: ty.map(|(ty, _)| ty),
        }),
    ))
}
