//! Operators that this language spells in another way, or does not have.

use super::{View, adjacent};
use crate::diagnostic::Diagnostic;
use crate::diagnostics::habits;
use crate::lex::Kind;

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

/// `a && b`, `a || b`
pub fn doubled(view: &View<'_, '_>) -> Option<Diagnostic> {
    let kind = view.found().kind;
    let word = match kind {
        Kind::Ampersand => "and",
        Kind::Pipe => "or",
        _ => return None,
    };
    let places = view.pairs(kind, kind);
    let here = view.before(1)?.span.to(view.found().span);
    places
        .contains(&here)
        .then(|| habits::logical_operator(here, word, &places))
}

/// `===`, `<>`, `=<`, `=>`
pub fn misspelt(view: &View<'_, '_>) -> Option<Diagnostic> {
    let found = view.found();
    let near = [
        view.before(1).map(|token| (token, found)),
        view.after(1).map(|token| (found, token)),
    ];
    near.into_iter().flatten().find_map(|(first, second)| {
        let right = match (first.kind, second.kind) {
            (Kind::Equal, Kind::Assign) => "==",
            (Kind::NotEqual, Kind::Assign) | (Kind::Less, Kind::Greater) => "!=",
            (Kind::Assign, Kind::Less) => "<=",
            (Kind::Assign, Kind::Greater) => ">=",
            _ => return None,
        };
        let span = first.span.to(second.span);
        adjacent(first, second).then(|| habits::misspelt_operator(span, right))
    })
}

/// `x++`, `x--`
pub fn increment(view: &View<'_, '_>) -> Option<Diagnostic> {
    let ends = matches!(
        view.found().kind,
        Kind::Newline | Kind::Semicolon | Kind::RightParen
    );
    let (first, second) = (view.before(2)?, view.before(1)?);
    if !ends || first.kind != second.kind || !adjacent(first, second) {
        return None;
    }
    let operator = match first.kind {
        Kind::Plus => "+=",
        Kind::Minus => "-=",
        _ => return None,
    };
    Some(habits::increment(first.span.to(second.span), operator))
}

/// `x ** 2`
pub fn power(view: &View<'_, '_>) -> Option<Diagnostic> {
    let (first, second) = (view.before(1)?, view.found());
    let is_power = (first.kind, second.kind) == (Kind::Star, Kind::Star) && adjacent(first, second);
    let operand = matches!(
        view.kind_before(2)?,
        Kind::Name | Kind::Number | Kind::RightParen
    );
    (is_power && operand).then(|| habits::power(first.span.to(second.span)))
}

/// `a is b`, `a in b`, `a not in b`, `a AND b`
pub fn word(view: &View<'_, '_>) -> Option<Diagnostic> {
    let found = view.found();
    if !view.after_operand() {
        return None;
    }
    let next = view.after(1);
    match (found.kind, found.text) {
        (Kind::Name, "is") => {
            let not = next.filter(|next| next.kind == Kind::Not);
            let span = not.map_or(found.span, |not| found.span.to(not.span));
            Some(habits::identity(span, not.is_some()))
        }
        (Kind::In, _) => Some(habits::membership(found.span)),
        (Kind::Not, _) if next?.kind == Kind::In => {
            Some(habits::membership(found.span.to(next?.span)))
        }
        (Kind::Name, "AND" | "OR" | "And" | "Or" | "ELSE" | "Else" | "IF") => Some(
            habits::misspelt_keyword(found.span, found.text, &found.text.to_lowercase()),
        ),
        _ => None,
    }
}
