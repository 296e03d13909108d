//! Values that a chain cannot have.

use super::{View, adjacent};
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

/// `x[1]`, `x[1:2]`
pub fn index(view: &View<'_, '_>) -> Option<Diagnostic> {
    let found = view.found();
    let opened = found.kind == Kind::LeftBracket && view.after_operand();
    let inside =
        view.kind_before(1) == Some(Kind::LeftBracket) && view.kind_before(2) == Some(Kind::Name);
    let assigned = view.kind_at(1) == Some(Kind::LeftBracket)
        && view.first().kind == Kind::Name
        && view.expects_token(Kind::LeftBrace);
    let bracket = match (opened, inside, assigned) {
        (true, ..) => found,
        (_, true, _) => view.before(1)?,
        (_, _, true) => return Some(habits::map_form(found.span)),
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

/// `x = {}`, `if x {`
pub fn braces(view: &View<'_, '_>) -> Option<Diagnostic> {
    let found = view.found();
    match found.kind {
        Kind::LeftBrace if view.expects_token(Kind::Colon) => Some(habits::braces(found.span)),
        Kind::LeftBrace if view.expects(Expected::Expression) => Some(habits::dict(found.span)),
        Kind::LeftBrace if view.at == 0 => Some(habits::braces(found.span)),
        _ => None,
    }
}
