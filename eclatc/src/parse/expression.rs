//! Expressions, one production a function, weakest first.

use super::error::{Expected, ParseError, Tokens};
use super::precedence;
use super::tokens::{Extra, Manner, Production, kind, name, peek_two, span_of, token, type_name};
use crate::lex::{Kind, Token, literal};
use crate::syntax::{Arg, BinaryOp, CompareOp, Expr, ExprKind, Ident, UnaryOp};
use chumsky::input::InputRef;
use chumsky::prelude::*;

/// Any expression.
pub fn expression<'t, 's: 't>(manner: Manner) -> impl Production<'t, 's, Expr<'s>> {
    recursive(|inner| {
        let whole = conditional(inner).labelled(Expected::Expression);
        match manner {
            Manner::Quick => lone_operand().or(whole).boxed(),
            Manner::Thorough => whole.boxed(),
        }
    })
}

/// A literal or name with nothing behind it that could go on with the expression.
fn lone_operand<'t, 's: 't>() -> impl Production<'t, 's, Expr<'s>> {
    let operand = literal().or(name().map(|name| Expr {
        span: name.span,
        kind: ExprKind::Path(vec![name]),
    }));
    custom(move |input: &mut InputRef<'t, '_, Tokens<'t, 's>, Extra>| {
        let before = input.cursor();
        match peek_two(input) {
            (_, Some(Kind::Newline | Kind::Comma | Kind::RightParen | Kind::Semicolon)) => {
                input.parse(&operand)
            }
            _ => {
                let at = input.span_since(&before).start;
                Err(ParseError::no_shortcut(at))
            }
        }
    })
}

/// `THEN if COND else OTHERWISE`
fn conditional<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
) -> impl Production<'t, 's, Expr<'s>> {
    let cond = kind(Kind::If).ignore_then(disjunction(inner.clone()));
    let otherwise = kind(Kind::Else).ignore_then(inner.clone());
    disjunction(inner)
        .then(cond.then(otherwise).or_not())
        .map(|(then, rest)| match rest {
            Some((cond, otherwise)) => conditional_expr(then, cond, otherwise),
            None => then,
        })
}

fn conditional_expr<'s>(then: Expr<'s>, cond: Expr<'s>, otherwise: Expr<'s>) -> Expr<'s> {
    Expr {
        span: then.span.to(otherwise.span),
        kind: ExprKind::Conditional {
            then: Box::new(then),
            cond: Box::new(cond),
            otherwise: Box::new(otherwise),
        },
    }
}

/// `a or b`
fn disjunction<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
) -> impl Production<'t, 's, Expr<'s>> {
    let operand = conjunction(inner).boxed();
    let rest = logical(Kind::Or).ignore_then(operand.clone()).repeated();
    operand.foldl(rest, |left, right| {
        precedence::binary(BinaryOp::Or, left, right)
    })
}

/// `a and b`
fn conjunction<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
) -> impl Production<'t, 's, Expr<'s>> {
    let operand = negation(inner).boxed();
    let rest = logical(Kind::And).ignore_then(operand.clone()).repeated();
    operand.foldl(rest, |left, right| {
        precedence::binary(BinaryOp::And, left, right)
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
) -> impl Production<'t, 's, Expr<'s>> {
    let operand = comparison(inner);
    kind(Kind::Not)
        .repeated()
        .foldr(operand, |not, value| unary(UnaryOp::Not, &not, value))
}

/// `a < b <= c`
fn comparison<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
) -> impl Production<'t, 's, Expr<'s>> {
    let operand = arithmetic(inner).boxed();
    let rest = comparison_operator().then(operand.clone()).repeated();
    operand
        .then(rest.collect())
        .map(|(first, rest)| compare(first, rest))
}

fn compare<'s>(first: Expr<'s>, rest: Vec<(CompareOp, Expr<'s>)>) -> Expr<'s> {
    match rest.last() {
        None => first,
        Some((_, last)) => Expr {
            span: first.span.to(last.span),
            kind: ExprKind::Compare(Box::new(first), rest),
        },
    }
}

fn comparison_operator<'t, 's: 't>() -> impl Production<'t, 's, CompareOp> {
    token(Expected::Operator, |token| match token.kind {
        Kind::Equal => Some(CompareOp::Eq),
        Kind::NotEqual => Some(CompareOp::Ne),
        Kind::Less => Some(CompareOp::Lt),
        Kind::LessEqual => Some(CompareOp::Le),
        Kind::Greater => Some(CompareOp::Gt),
        Kind::GreaterEqual => Some(CompareOp::Ge),
        _ => None,
    })
}

/// Operands joined by `|` to `%`.
fn arithmetic<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
) -> impl Production<'t, 's, Expr<'s>> {
    let operand = signed(inner).boxed();
    let operator = token(Expected::Operator, |token| precedence::operator(token.kind));
    let rest = operator.then(operand.clone()).repeated();
    operand
        .then(rest.collect::<Vec<_>>())
        .map(|(first, rest)| match rest.is_empty() {
            true => first,
            false => precedence::resolve(first, rest),
        })
}

/// `- a`, `+ a`, `~ a`
fn signed<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
) -> impl Production<'t, 's, Expr<'s>> {
    let sign = token(Expected::Expression, |token| {
        sign_of(token.kind).map(|op| (op, *token))
    });
    sign.repeated()
        .foldr(atom(inner), |(op, token), value| unary(op, &token, value))
}

fn sign_of(kind: Kind) -> Option<UnaryOp> {
    match kind {
        Kind::Minus => Some(UnaryOp::Minus),
        Kind::Plus => Some(UnaryOp::Plus),
        Kind::Tilde => Some(UnaryOp::Invert),
        _ => None,
    }
}

fn unary<'s>(op: UnaryOp, token: &Token<'s>, value: Expr<'s>) -> Expr<'s> {
    Expr {
        span: token.span.to(value.span),
        kind: ExprKind::Unary(op, Box::new(value)),
    }
}

/// A literal, a name or call, a cast, something in parentheses.
fn atom<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
) -> impl Production<'t, 's, Expr<'s>> {
    choice((
        literal(),
        path_or_call(inner.clone()),
        cast(inner.clone()),
        parenthesised(inner),
    ))
    .labelled(Expected::Expression)
}

fn literal<'t, 's: 't>() -> impl Production<'t, 's, Expr<'s>> {
    token(Expected::Expression, |token| {
        let kind = match token.kind {
            Kind::Number => ExprKind::Number(literal::number(token.text).unwrap_or_default()),
            Kind::String => ExprKind::String(token.text),
            Kind::True => ExprKind::Bool(true),
            Kind::False => ExprKind::Bool(false),
            _ => return None,
        };
        let span = token.span;
        Some(Expr { kind, span })
    })
}

/// `NAME`, `NAME.NAME`, `NAME(ARGS)`, `NAME.NAME(ARGS)`
fn path_or_call<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
) -> impl Production<'t, 's, Expr<'s>> {
    path()
        .then(arguments(inner).or_not())
        .map_with(|(path, args), e| Expr {
            kind: match args {
                Some(args) => ExprKind::Call(path, args),
                None => ExprKind::Path(path),
            },
            span: span_of(e.slice()),
        })
}

/// `NAME.NAME`
pub fn path<'t, 's: 't>() -> impl Production<'t, 's, Vec<Ident<'s>>> {
    name().separated_by(kind(Kind::Dot)).at_least(1).collect()
}

/// `(A, NAME=B)`
fn arguments<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
) -> impl Production<'t, 's, Vec<Arg<'s>>> {
    let keyword = name().then_ignore(kind(Kind::Assign)).or_not();
    keyword
        .then(inner)
        .map(|(name, value)| Arg { name, value })
        .separated_by(kind(Kind::Comma))
        .allow_trailing()
        .collect()
        .delimited_by(kind(Kind::LeftParen), kind(Kind::RightParen))
}

/// `TYPE(EXPR)`
fn cast<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
) -> impl Production<'t, 's, Expr<'s>> {
    let value = inner.delimited_by(kind(Kind::LeftParen), kind(Kind::RightParen));
    type_name()
        .then(value)
        .map_with(|((ty, _), value), e| Expr {
            kind: ExprKind::Cast(ty, Box::new(value)),
            span: span_of(e.slice()),
        })
}

/// `(A)`, which is `A`, or `(A, B)`
fn parenthesised<'t, 's: 't>(
    inner: impl Production<'t, 's, Expr<'s>> + 't,
) -> impl Production<'t, 's, Expr<'s>> {
    let more = kind(Kind::Comma)
        .ignore_then(inner.clone())
        .repeated()
        .collect::<Vec<_>>()
        .then(kind(Kind::Comma).or_not());
    inner
        .then(more)
        .delimited_by(kind(Kind::LeftParen), kind(Kind::RightParen))
        .map_with(|(first, (more, comma)), e| {
            let span = span_of(e.slice());
            if more.is_empty() && comma.is_none() {
                return Expr { span, ..first };
            }
            let items = std::iter::once(first).chain(more).collect();
            let kind = ExprKind::Tuple(items);
            Expr { kind, span }
        })
}
