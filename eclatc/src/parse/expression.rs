//! Expressions, one production a function, weakest first.

use super::error::Expected;
use super::precedence;
use super::tokens::{Production, kind, name, span_of, token, type_name};
use crate::lex::{Kind, Token, literal};
use crate::syntax::{Arena, Arg, BinaryOp, Call, CompareOp, Expr, ExprKind, Ident, UnaryOp};
use chumsky::prelude::*;

/// Any expression, in the arena.
pub fn kept_expression<'t, 's: 't>(arena: &'s Arena) -> impl Production<'t, 's, &'s Expr<'s>> {
    expression(arena).map(move |value| &*arena.alloc(value))
}

/// Any expression.
fn expression<'t, 's: 't>(arena: &'s Arena) -> impl Production<'t, 's, Expr<'s>> {
    recursive(|inner| {
        conditional(inner, arena)
            .labelled(Expected::Expression)
            .boxed()
    })
}

/// `THEN if COND else OTHERWISE`
fn conditional<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
    arena: &'s Arena,
) -> impl Production<'t, 's, Expr<'s>> {
    let cond = kind(Kind::If).ignore_then(disjunction(inner.clone(), arena));
    let otherwise = kind(Kind::Else).ignore_then(inner.clone());
    disjunction(inner, arena)
        .then(cond.then(otherwise).or_not())
        .map(move |(then, rest)| match rest {
            Some((cond, otherwise)) => {
                conditional_expr(arena.alloc(then), arena.alloc(cond), arena.alloc(otherwise))
            }
            None => then,
        })
}

/// `THEN if COND else OTHERWISE`
pub fn conditional_expr<'s>(
    then: &'s Expr<'s>,
    cond: &'s Expr<'s>,
    otherwise: &'s Expr<'s>,
) -> Expr<'s> {
    Expr {
        span: then.span.to(otherwise.span),
        kind: ExprKind::Conditional {
            then,
            cond,
            otherwise,
        },
    }
}

/// `a or b`
fn disjunction<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
    arena: &'s Arena,
) -> impl Production<'t, 's, Expr<'s>> {
    let operand = conjunction(inner, arena).boxed();
    let rest = logical(Kind::Or).ignore_then(operand.clone()).repeated();
    operand.foldl(rest, move |left, right| {
        precedence::binary(BinaryOp::Or, arena.alloc(left), arena.alloc(right))
    })
}

/// `a and b`
fn conjunction<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
    arena: &'s Arena,
) -> impl Production<'t, 's, Expr<'s>> {
    let operand = negation(inner, arena).boxed();
    let rest = logical(Kind::And).ignore_then(operand.clone()).repeated();
    operand.foldl(rest, move |left, right| {
        precedence::binary(BinaryOp::And, arena.alloc(left), arena.alloc(right))
    })
}

fn logical<'t, 's: 't>(word: Kind) -> impl Production<'t, 's, ()> {
    token(Expected::Operator, move |token| {
        (token.kind == word).then_some(())
    })
}

/// `not a`
fn negation<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
    arena: &'s Arena,
) -> impl Production<'t, 's, Expr<'s>> {
    let operand = comparison(inner, arena);
    kind(Kind::Not)
        .repeated()
        .foldr(operand, move |not, value| {
            unary(UnaryOp::Not, &not, arena.alloc(value))
        })
}

/// `a < b <= c`
fn comparison<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
    arena: &'s Arena,
) -> impl Production<'t, 's, Expr<'s>> {
    let operand = arithmetic(inner, arena).boxed();
    let rest = comparison_operator().then(operand.clone()).repeated();
    operand
        .then(rest.collect::<Vec<_>>())
        .map(move |(first, rest)| compare(arena, arena.alloc(first), &rest))
}

/// Comparisons behind a first operand; that alone without any.
pub fn compare<'s>(
    arena: &'s Arena,
    first: &'s Expr<'s>,
    rest: &[(CompareOp, Expr<'s>)],
) -> Expr<'s> {
    match rest.last() {
        None => *first,
        Some((_, last)) => Expr {
            span: first.span.to(last.span),
            kind: ExprKind::Compare(first, arena.alloc_slice_copy(rest)),
        },
    }
}

fn comparison_operator<'t, 's: 't>() -> impl Production<'t, 's, CompareOp> {
    token(Expected::Operator, |token| comparison_of(token.kind))
}

/// The comparison of a token.
pub fn comparison_of(kind: Kind) -> Option<CompareOp> {
    match kind {
        Kind::Equal => Some(CompareOp::Eq),
        Kind::NotEqual => Some(CompareOp::Ne),
        Kind::Less => Some(CompareOp::Lt),
        Kind::LessEqual => Some(CompareOp::Le),
        Kind::Greater => Some(CompareOp::Gt),
        Kind::GreaterEqual => Some(CompareOp::Ge),
        _ => None,
    }
}

/// Operands joined by `|` to `%`.
fn arithmetic<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
    arena: &'s Arena,
) -> impl Production<'t, 's, Expr<'s>> {
    let operand = signed(inner, arena).boxed();
    let operator = token(Expected::Operator, |token| precedence::operator(token.kind));
    let rest = operator.then(operand.clone()).repeated();
    operand
        .then(rest.collect::<Vec<_>>())
        .map(move |(first, rest)| match rest.is_empty() {
            true => first,
            false => precedence::resolve(arena, first, rest),
        })
}

/// `- a`, `+ a`, `~ a`
fn signed<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
    arena: &'s Arena,
) -> impl Production<'t, 's, Expr<'s>> {
    let sign = token(Expected::Expression, |token| {
        sign_of(token.kind).map(|op| (op, *token))
    });
    sign.repeated()
        .foldr(atom(inner, arena), move |(op, token), value| {
            unary(op, &token, arena.alloc(value))
        })
}

/// The operator of a sign.
pub fn sign_of(kind: Kind) -> Option<UnaryOp> {
    match kind {
        Kind::Minus => Some(UnaryOp::Minus),
        Kind::Plus => Some(UnaryOp::Plus),
        Kind::Tilde => Some(UnaryOp::Invert),
        _ => None,
    }
}

/// An operator before its operand.
pub fn unary<'s>(op: UnaryOp, token: &Token<'s>, value: &'s Expr<'s>) -> Expr<'s> {
    Expr {
        span: token.span.to(value.span),
        kind: ExprKind::Unary(op, value),
    }
}

/// A literal, a name or call, a cast, something in parentheses.
fn atom<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
    arena: &'s Arena,
) -> impl Production<'t, 's, Expr<'s>> {
    choice((
        literal(),
        path_or_call(inner.clone(), arena),
        cast(inner.clone(), arena),
        parenthesised(inner, arena),
    ))
    .labelled(Expected::Expression)
}

fn literal<'t, 's: 't>() -> impl Production<'t, 's, Expr<'s>> {
    token(Expected::Expression, literal_of)
}

/// The value of a token that is a literal.
pub fn literal_of<'s>(token: &Token<'s>) -> Option<Expr<'s>> {
    let kind = match token.kind {
        Kind::Number => ExprKind::Number(literal::number(token.text).unwrap_or_default()),
        Kind::String => ExprKind::String(token.text),
        Kind::True => ExprKind::Bool(true),
        Kind::False => ExprKind::Bool(false),
        _ => return None,
    };
    let span = token.span;
    Some(Expr { kind, span })
}

/// `NAME`, `NAME.NAME`, `NAME(ARGS)`, `NAME.NAME(ARGS)`
fn path_or_call<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
    arena: &'s Arena,
) -> impl Production<'t, 's, Expr<'s>> {
    path()
        .then(arguments(inner, arena).or_not())
        .map_with(move |(path, args), e| {
            let path = arena.alloc_slice_copy(&path);
            let kind = match args {
                Some(args) => {
                    let args = arena.alloc_slice_copy(&args);
                    ExprKind::Call(arena.alloc(Call { path, args }))
                }
                None => ExprKind::Path(path),
            };
            let span = span_of(e.slice());
            Expr { kind, span }
        })
}

/// `NAME.NAME`
pub fn path<'t, 's: 't>() -> impl Production<'t, 's, Vec<Ident<'s>>> {
    name().separated_by(kind(Kind::Dot)).at_least(1).collect()
}

/// `(A, NAME=B)`
fn arguments<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
    arena: &'s Arena,
) -> impl Production<'t, 's, Vec<Arg<'s>>> {
    let keyword = name().then_ignore(kind(Kind::Assign)).or_not();
    keyword
        .then(inner)
        .map(move |(name, value)| Arg {
            name,
            value: arena.alloc(value),
        })
        .separated_by(kind(Kind::Comma))
        .allow_trailing()
        .collect()
        .delimited_by(kind(Kind::LeftParen), kind(Kind::RightParen))
}

/// `TYPE(EXPR)`
fn cast<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
    arena: &'s Arena,
) -> impl Production<'t, 's, Expr<'s>> {
    let value = inner.delimited_by(kind(Kind::LeftParen), kind(Kind::RightParen));
    type_name()
        .then(value)
        .map_with(move |(ty, value), e| Expr {
            kind: ExprKind::Cast(ty, arena.alloc(value)),
            span: span_of(e.slice()),
        })
}

/// `(A)`, which is `A`, or `(A, B)`
fn parenthesised<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
    arena: &'s Arena,
) -> impl Production<'t, 's, Expr<'s>> {
    let more = kind(Kind::Comma)
        .ignore_then(inner.clone())
        .repeated()
        .collect::<Vec<_>>()
        .then(kind(Kind::Comma).or_not());
    inner
        .then(more)
        .delimited_by(kind(Kind::LeftParen), kind(Kind::RightParen))
        .map_with(move |(first, (more, comma)), e| {
            let span = span_of(e.slice());
            if more.is_empty() && comma.is_none() {
                return Expr { span, ..first };
            }
            let items: Vec<_> = std::iter::once(first).chain(more).collect();
            let kind = ExprKind::Tuple(arena.alloc_slice_copy(&items));
            Expr { kind, span }
        })
}
