//! Values that a chain cannot have.

use super::{View, adjacent, behind};
use crate::diagnostic::Diagnostic;
use crate::diagnostics::habits;
use crate::lex::Kind;
use crate::parse::error::Expected;

/// `f"..."`, `b"..."`, `r"..."`
pub fn format_string(view: &View<'_, '_>) -> Option<Diagnostic> {
    let (prefix, text) = (view.before(1)?, view.found());
    let is_prefix = prefix.kind == Kind::Name
        && prefix.text.len() <= 2
        && prefix.text.bytes().all(|byte| b"fFbBrRuU".contains(&byte));
    (is_prefix && text.kind == Kind::String && adjacent(prefix, text))
        .then(|| habits::prefixed_string(prefix.span, prefix.text))
}

/// `lambda x: x`
pub fn lambda(view: &View<'_, '_>) -> Option<Diagnostic> {
    let word = [view.before(1), Some(view.found()), view.before(2)];
    let word = word
        .into_iter()
        .flatten()
        .find(|token| token.kind == Kind::Name && token.text == "lambda")?;
    Some(habits::lambda(word.span))
}

/// `OWNER['MAP'] = {`, `OWNER[MAP][KEY] = VALUE`, and entries without `:` or `,`
pub fn map(view: &View<'_, '_>) -> Option<Diagnostic> {
    let (owner, open, name, close) = (view.first(), view.get(1)?, view.get(2)?, view.get(3)?);
    if let Some(problem) = map_as_member(view) {
        return Some(problem);
    }
    let brackets = [open.kind, close.kind] == [Kind::LeftBracket, Kind::RightBracket];
    if owner.kind != Kind::Name || !brackets {
        return None;
    }
    let next = view.get(4)?;
    match (name.kind, next.kind) {
        (Kind::String, Kind::Assign) => Some(habits::quoted_map(name.span, name.text)),
        (Kind::Name, Kind::LeftBracket) => map_element(view),
        (Kind::Name, Kind::LeftBrace) => {
            let change = (behind(close), " =".to_owned());
            Some(habits::map_form(next.span, Some(change)))
        }
        (Kind::Name, Kind::Assign) if view.kind_at(5)? == Kind::LeftBrace => map_entry(view),
        (Kind::Name, Kind::Assign) if view.expects_token(Kind::LeftBrace) => {
            Some(habits::map_form(view.found().span, None))
        }
        _ => None,
    }
}

/// `OWNER.MAP = {`, `OWNER(MAP) = {`
fn map_as_member(view: &View<'_, '_>) -> Option<Diagnostic> {
    let (open, name) = (view.get(1)?, view.get(2)?);
    let last = match open.kind {
        Kind::Dot => name,
        Kind::LeftParen => view.get(3).filter(|close| close.kind == Kind::RightParen)?,
        _ => return None,
    };
    let after = if open.kind == Kind::Dot { 3 } else { 4 };
    let assigned = [view.kind_at(after)?, view.kind_at(after + 1)?];
    let is_map = name.kind == Kind::Name && assigned == [Kind::Assign, Kind::LeftBrace];
    let change = (open.span.to(last.span), format!("[{}]", name.text));
    is_map.then(|| habits::map_form(open.span, Some(change)))
}

/// `OWNER[MAP][KEY] = VALUE`
fn map_element(view: &View<'_, '_>) -> Option<Diagnostic> {
    let assign = view
        .words()
        .iter()
        .position(|token| token.kind == Kind::Assign)?;
    let (from, to) = (view.get(4)?, view.words().last()?);
    let (key, value) = (
        view.text(5, assign - 1),
        view.text(assign + 1, view.words().len()),
    );
    let text = format!(" = {{ ({key}): ({value}) }}");
    Some(habits::map_form(
        from.span,
        Some((from.span.to(to.span), text)),
    ))
}

/// An entry that is no `KEY: VALUE`, or has no `,` behind it.
fn map_entry(view: &View<'_, '_>) -> Option<Diagnostic> {
    let found = view.found();
    if view.depth() != 1 || view.at < 6 {
        return None;
    }
    match found.kind {
        Kind::Assign | Kind::Equal if view.expects_token(Kind::Colon) => {
            let arrow = view.after(1).filter(|sign| sign.kind == Kind::Greater);
            let end = arrow.map_or(found.span, |arrow| arrow.span);
            Some(habits::map_sign(found.span.to(end)))
        }
        Kind::Comma | Kind::RightBrace if view.expects_token(Kind::Colon) => {
            Some(habits::map_entry(found.span))
        }
        Kind::LeftParen | Kind::Name | Kind::Number | Kind::String
            if view.expects_token(Kind::Comma) =>
        {
            Some(habits::missing_comma(found.span, behind(view.before(1)?)))
        }
        _ => None,
    }
}

/// `x[1]`, `x[1:2]`
pub fn index(view: &View<'_, '_>) -> Option<Diagnostic> {
    let found = view.found();
    let opened = found.kind == Kind::LeftBracket && view.after_operand();
    let inside =
        view.kind_before(1) == Some(Kind::LeftBracket) && view.kind_before(2) == Some(Kind::Name);
    let bracket = match (opened, inside) {
        (true, _) => found,
        (_, true) => view.before(1)?,
        _ => return index_alone(view),
    };
    Some(habits::index(bracket.span))
}

/// `x[i]` as a statement or before `+=`: looks like the start of a map assignment.
fn index_alone(view: &View<'_, '_>) -> Option<Diagnostic> {
    let bracket = view.get(1).filter(|open| open.kind == Kind::LeftBracket)?;
    let alone = view.first().kind == Kind::Name && view.at >= 3;
    (alone && (view.at == 3 || view.kind_before(1) == Some(Kind::RightBracket)))
        .then(|| habits::index(bracket.span))
}

/// `[1, 2]`, `[x for x in y]`
pub fn list(view: &View<'_, '_>) -> Option<Diagnostic> {
    let found = view.found();
    let expected = view.expects(Expected::Expression) || view.expects(Expected::Statement);
    let comprehension = view.line[view.at..]
        .iter()
        .any(|token| token.kind == Kind::For);
    match found.kind {
        Kind::LeftBracket if expected => Some(habits::list(found.span, comprehension)),
        Kind::For if view.depth() > 0 => Some(habits::list(found.span, true)),
        _ => None,
    }
}

/// `x = {}`, `x = {1, 2}`, `if x {`
pub fn braces(view: &View<'_, '_>) -> Option<Diagnostic> {
    let found = view.found();
    let rest = view.line[view.at + 1..].iter();
    let mut inside = rest.take_while(|token| token.kind != Kind::RightBrace);
    match found.kind {
        Kind::LeftBrace if view.expects_token(Kind::Colon) => Some(habits::braces(found.span)),
        Kind::LeftBrace if view.expects(Expected::Expression) => {
            let first = inside.clone().next().is_some();
            let set = first && !inside.any(|token| token.kind == Kind::Colon);
            Some(habits::dict(found.span, set))
        }
        Kind::LeftBrace if view.at == 0 => Some(habits::braces(found.span)),
        _ => None,
    }
}
