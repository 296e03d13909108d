//! Operators that this language spells in another way, or does not have.

use super::{View, adjacent};
use crate::diagnostic::Diagnostic;
use crate::diagnostics::habits;
use crate::lex::{Kind, Token};
use crate::parse::error::Expected;
use crate::source::Span;

/// `a := b`
pub fn walrus(view: &View<'_, '_>) -> Option<Diagnostic> {
    let (found, before, after) = (view.found(), view.before(1), view.after(1));
    let colon_first = before.filter(|colon| colon.kind == Kind::Colon && adjacent(*colon, found));
    if let (Some(colon), Kind::Assign) = (colon_first, found.kind) {
        return Some(habits::walrus(colon.span.to(found.span), view.at == 2));
    }
    let assign = after.filter(|assign| assign.kind == Kind::Assign && adjacent(found, *assign));
    match (found.kind, assign) {
        (Kind::Colon, Some(assign)) => Some(habits::walrus(found.span.to(assign.span), false)),
        _ => None,
    }
}

/// `a && b`, `a || b`, `!a`
pub fn logical(view: &View<'_, '_>) -> Option<Diagnostic> {
    let found = view.found();
    let (here, word) = match found.kind {
        Kind::Bang => (found.span, "not"),
        Kind::Ampersand => (view.before(1)?.span.to(found.span), "and"),
        Kind::Pipe => (view.before(1)?.span.to(found.span), "or"),
        _ => return None,
    };
    let places = logical_places(view);
    let known = places.iter().any(|(place, _)| *place == here);
    known.then(|| habits::logical_operator(here, word, &places))
}

/// All logical operators of C's in a line, and what is written in their place.
fn logical_places(view: &View<'_, '_>) -> Vec<(Span, &'static str)> {
    let doubled = |kind, word| {
        let places = view.pairs(kind, kind).into_iter();
        places.map(move |place| (place, word))
    };
    let bangs = view.line.iter().filter(|token| token.kind == Kind::Bang);
    let bangs = bangs.map(|token| (token.span, "not "));
    let both = doubled(Kind::Ampersand, "and").chain(doubled(Kind::Pipe, "or"));
    both.chain(bangs).collect()
}

/// `===`, `<>`, `=<`, `=>`, `> =`, `>>>`
pub fn misspelt(view: &View<'_, '_>) -> Option<Diagnostic> {
    let found = view.found();
    let near = [
        view.before(1).map(|token| (token, found)),
        view.after(1).map(|token| (found, token)),
    ];
    near.into_iter().flatten().find_map(|(first, second)| {
        let span = first.span.to(second.span);
        let right = match (first.kind, second.kind) {
            (Kind::Greater, Kind::Assign) => ">=",
            (Kind::Less, Kind::Assign) => "<=",
            (Kind::Bang, Kind::Assign) => "!=",
            _ if !adjacent(first, second) => return None,
            (Kind::Equal, Kind::Assign) => "==",
            (Kind::NotEqual, Kind::Assign) | (Kind::Less, Kind::Greater) => "!=",
            (Kind::Assign, Kind::Less) => "<=",
            (Kind::Assign, Kind::Greater) => ">=",
            (Kind::ShiftRight, Kind::Greater) => ">>",
            _ => return None,
        };
        Some(habits::misspelt_operator(span, right))
    })
}

/// `x++`, `x--`, alone or in an expression
pub fn increment(view: &View<'_, '_>) -> Option<Diagnostic> {
    let (first, second) = (view.before(2)?, view.before(1)?);
    if first.kind != second.kind || !adjacent(first, second) || !view.expects(Expected::Expression)
    {
        return None;
    }
    let operator = match first.kind {
        Kind::Plus => "+=",
        Kind::Minus => "-=",
        _ => return None,
    };
    let ends = matches!(view.found().kind, Kind::Newline | Kind::Semicolon);
    let alone = ends && view.at == 3;
    Some(habits::increment(
        first.span.to(second.span),
        operator,
        alone,
    ))
}

/// `x ** 2`, `x **= 2`
pub fn power(view: &View<'_, '_>) -> Option<Diagnostic> {
    let (first, second) = (view.before(1)?, view.found());
    let stars = first.kind == Kind::Star && matches!(second.kind, Kind::Star | Kind::MulAssign);
    let operand = matches!(
        view.kind_before(2)?,
        Kind::Name | Kind::Number | Kind::RightParen
    );
    (stars && adjacent(first, second) && operand).then(|| habits::power(first.span.to(second.span)))
}

/// `a is b`, `a in b`, `a not in b`, `a AND b`, `NOT a`
pub fn word(view: &View<'_, '_>) -> Option<Diagnostic> {
    let found = view.found();
    if !view.after_operand() {
        return None;
    }
    let next = view.after(1);
    match (found.kind, found.text) {
        (Kind::Name, "is") => {
            let not = next.filter(|next| next.kind == Kind::Not);
            let last = not.unwrap_or(found);
            let value = view.after(if not.is_some() { 2 } else { 1 });
            let none = value.filter(|value| habits::none(value.span, value.text).is_some());
            Some(habits::identity(
                found.span.to(last.span),
                not.is_some(),
                none.map(|none| found.span.to(none.span)),
            ))
        }
        (Kind::In, _) => Some(membership(view, found.span, 1)),
        (Kind::Not, _) if next?.kind == Kind::In => {
            Some(membership(view, found.span.to(next?.span), 2))
        }
        (Kind::Name, "AND" | "OR" | "And" | "Or" | "ELSE" | "Else" | "IF") => Some(
            habits::misspelt_keyword(found.span, found.text, &found.text.to_lowercase()),
        ),
        _ => {
            let before = view.before(1)?;
            let is_not = before.kind == Kind::Name && matches!(before.text, "NOT" | "Not");
            is_not.then(|| habits::misspelt_keyword(before.span, before.text, "not"))
        }
    }
}

/// `a in (1, 2)`; written in comparisons when `a` and the values are plain.
fn membership(view: &View<'_, '_>, operator: Span, words: usize) -> Diagnostic {
    let rewritten = plain_name(view).and_then(|name| {
        let (values, end) = listed(view, view.at + words)?;
        let text = match (values, words) {
            (Listed::Values(values), 1) => compared(name.text, &values, " == ", " or "),
            (Listed::Values(values), _) => compared(name.text, &values, " != ", " and "),
            (Listed::Range(from, to), 1) => format!("{from} <= {} < {to}", name.text),
            (Listed::Range(from, to), _) => format!("not {from} <= {} < {to}", name.text),
        };
        Some((name.span.to(end), text))
    });
    habits::membership(operator, rewritten)
}

/// The name right before the operator, when that is the whole operand.
fn plain_name<'s>(view: &View<'_, 's>) -> Option<Token<'s>> {
    let name = view.before(1).filter(|name| name.kind == Kind::Name)?;
    let starts = matches!(
        view.kind_before(2)?,
        Kind::If
            | Kind::Elif
            | Kind::While
            | Kind::And
            | Kind::Or
            | Kind::Not
            | Kind::LeftParen
            | Kind::Assign
            | Kind::Return
    );
    starts.then_some(name)
}

/// What `in` looks into.
enum Listed<'s> {
    Values(Vec<&'s str>),
    Range(&'s str, &'s str),
}

/// The plain values in brackets, or the ends of a range, and the place of the last bracket.
fn listed<'s>(view: &View<'_, 's>, from: usize) -> Option<(Listed<'s>, Span)> {
    let range = view.get(from)?.text == "range";
    let mut at = from + 1 + usize::from(range);
    let mut values = Vec::new();
    loop {
        let (value, sign) = (view.get(at)?, view.get(at + 1)?);
        if !matches!(value.kind, Kind::Name | Kind::Number) {
            return None;
        }
        values.push(value.text);
        at += 2;
        match (sign.kind, values.as_slice()) {
            (Kind::Comma, _) => {}
            (Kind::RightParen, [to]) if range => return Some((Listed::Range("0", to), sign.span)),
            (Kind::RightParen, [from, to]) if range => {
                return Some((Listed::Range(from, to), sign.span));
            }
            (Kind::RightParen | Kind::RightBracket | Kind::RightBrace, _) if !range => {
                return Some((Listed::Values(values), sign.span));
            }
            _ => return None,
        }
    }
}

fn compared(name: &str, values: &[&str], operator: &str, joint: &str) -> String {
    let parts = values
        .iter()
        .map(|value| format!("{name}{operator}{value}"));
    let parts: Vec<String> = parts.collect();
    match parts.as_slice() {
        [one] => one.clone(),
        _ => format!("({})", parts.join(joint)),
    }
}
