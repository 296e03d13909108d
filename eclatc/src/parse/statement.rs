//! Statements that fit on a line, one production a function.

use super::error::{Expected, ParseError, Tokens};
use super::expression::expression;
use super::import::import;
use super::tokens::{Extra, Manner, Production, kind, name, peek_two, span_of, token, type_name};
use crate::lex::Kind;
use crate::syntax::{BinaryOp, Entry, Expr, Stmt, StmtKind};
use chumsky::input::InputRef;
use chumsky::prelude::*;

/// A statement without a block.
pub fn simple_statement<'t, 's: 't>(manner: Manner) -> impl Production<'t, 's, Stmt<'s>> {
    let expr = expression(manner).boxed();
    let any = any_statement(expr.clone()).boxed();
    let kind = match manner {
        Manner::Quick => usual_statement(expr).or(any).boxed(),
        Manner::Thorough => any,
    };
    kind.map_with(|kind, e| Stmt {
        kind,
        span: span_of(e.slice()),
    })
    .labelled(Expected::Statement)
    .boxed()
}

/// A statement that its first two tokens tell.
fn usual_statement<'t, 's: 't>(
    expr: impl Production<'t, 's, Expr<'s>> + 't,
) -> impl Production<'t, 's, StmtKind<'s>> {
    let assignment = assignment(expr.clone()).boxed();
    let declaration = declaration_type_first(expr.clone()).boxed();
    let returned = return_statement(expr.clone()).boxed();
    let call = expr.map(StmtKind::Expr).boxed();
    custom(move |input: &mut InputRef<'t, '_, Tokens<'t, 's>, Extra>| {
        let before = input.cursor();
        match peek_two(input) {
            (Some(Kind::Name), Some(Kind::Assign)) => input.parse(&assignment),
            (Some(Kind::Name), Some(Kind::LeftParen)) => input.parse(&call),
            (Some(Kind::Type), Some(Kind::Colon)) => input.parse(&declaration),
            (Some(Kind::Return), _) => input.parse(&returned),
            _ => {
                let at = input.span_since(&before).start;
                Err(ParseError::no_shortcut(at))
            }
        }
    })
}

/// Any statement without a block.
fn any_statement<'t, 's: 't>(
    expr: impl Production<'t, 's, Expr<'s>> + 't,
) -> impl Production<'t, 's, StmtKind<'s>> {
    choice((
        assignment(expr.clone()),
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
    expr: impl Production<'t, 's, Expr<'s>>,
) -> impl Production<'t, 's, StmtKind<'s>> {
    name()
        .then_ignore(kind(Kind::Assign))
        .repeated()
        .at_least(1)
        .collect()
        .then(expr)
        .map(|(names, value)| StmtKind::Assign(names, value))
}

/// `NAME += EXPR`
fn augmented_assignment<'t, 's: 't>(
    expr: impl Production<'t, 's, Expr<'s>>,
) -> impl Production<'t, 's, StmtKind<'s>> {
    name()
        .then(augmented())
        .then(expr)
        .map(|((name, op), value)| StmtKind::Augmented(name, op, value))
}

/// `HEADER.FIELD = EXPR`, `HEADER.FIELD += EXPR`
fn field_assignment<'t, 's: 't>(
    expr: impl Production<'t, 's, Expr<'s>>,
) -> impl Production<'t, 's, StmtKind<'s>> {
    let op = choice((kind(Kind::Assign).to(None), augmented().map(Some)));
    name()
        .then_ignore(kind(Kind::Dot))
        .then(name())
        .then(op)
        .then(expr)
        .map(|(((header, field), op), value)| StmtKind::AssignField {
            header,
            field,
            op,
            value,
        })
}

fn augmented<'t, 's: 't>() -> impl Production<'t, 's, BinaryOp> {
    token(Expected::Augmented, |token| augmented_operator(token.kind))
}

fn augmented_operator(kind: Kind) -> Option<BinaryOp> {
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
    expr: impl Production<'t, 's, Expr<'s>>,
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
    expr: impl Production<'t, 's, Expr<'s>>,
) -> impl Production<'t, 's, StmtKind<'s>> {
    let value = kind(Kind::Assign).ignore_then(expr).or_not();
    type_name()
        .then_ignore(kind(Kind::Colon))
        .then(name())
        .then(value)
        .map(|(((ty, ty_span), name), value)| StmtKind::Declare {
            name,
            ty,
            ty_span,
            value,
        })
}

/// `NAME : TYPE [= EXPR]`
fn declaration_name_first<'t, 's: 't>(
    expr: impl Production<'t, 's, Expr<'s>>,
) -> impl Production<'t, 's, StmtKind<'s>> {
    let value = kind(Kind::Assign).ignore_then(expr).or_not();
    name()
        .then_ignore(kind(Kind::Colon))
        .then(type_name())
        .then(value)
        .map(|((name, (ty, ty_span)), value)| StmtKind::Declare {
            name,
            ty,
            ty_span,
            value,
        })
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
    expr: impl Production<'t, 's, Expr<'s>>,
) -> impl Production<'t, 's, StmtKind<'s>> {
    kind(Kind::Return)
        .ignore_then(expr.or_not())
        .map(StmtKind::Return)
}

/// `const NAME = EXPR`
fn constant<'t, 's: 't>(
    expr: impl Production<'t, 's, Expr<'s>>,
) -> impl Production<'t, 's, StmtKind<'s>> {
    kind(Kind::Const)
        .ignore_then(name())
        .then_ignore(kind(Kind::Assign))
        .then(expr)
        .map(|(name, value)| StmtKind::Const(name, value))
}
