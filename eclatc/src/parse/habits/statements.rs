//! Statements that this language spells in another way, or does not have.

use super::{View, behind};
use crate::diagnostic::Diagnostic;
use crate::diagnostics::habits;
use crate::lex::Kind;
use crate::parse::error::Expected;
use crate::source::Span;

/// Words that begin statements, for near names.
const KEYWORDS: [&str; 13] = [
    "def", "if", "elif", "else", "while", "for", "from", "import", "pass", "return", "break",
    "continue", "const",
];

/// `else if x:`, `elseif x:`, `else x:`
pub fn else_if(view: &View<'_, '_>) -> Option<Diagnostic> {
    let first = view.first();
    let second = view.get(1)?;
    match first.kind {
        Kind::Else if view.at == 1 && second.kind == Kind::If => {
            Some(habits::else_if(first.span.to(second.span), true))
        }
        Kind::Else if view.at == 1 && !ends_header(second.kind) => {
            Some(habits::else_if(first.span, false))
        }
        Kind::Name if matches!(first.text, "elseif" | "elsif" | "elseIf" | "elf") => {
            Some(habits::else_if(first.span, true))
        }
        _ => None,
    }
}

fn ends_header(kind: Kind) -> bool {
    matches!(kind, Kind::Newline | Kind::LeftBrace | Kind::Semicolon)
}

/// A line that begins with a statement of Python's or C's.
pub fn other_statement(view: &View<'_, '_>) -> Option<Diagnostic> {
    let (first, second) = (view.first(), view.get(1)?);
    let is_value = matches!(
        second.kind,
        Kind::Assign | Kind::Dot | Kind::Comma | Kind::LeftBracket
    ) || second.kind >= Kind::AddAssign && second.kind != Kind::Minus;
    if first.kind != Kind::Name || is_value {
        return None;
    }
    habits::other_statement(first.span, first.text)
}

/// `in = 3`, `def pass():`, `for from in range(3):`
pub fn keyword_as_name(view: &View<'_, '_>) -> Option<Diagnostic> {
    let (first, found) = (view.first(), view.found());
    let word = match view.kind_at(1)? {
        Kind::Assign if is_keyword(first.kind) => first,
        _ if is_keyword(found.kind) && view.expects_token(Kind::Name) => found,
        _ => return None,
    };
    let starts = view.at == 0 || view.kind_before(1) == Some(Kind::Semicolon);
    let in_value = view.expects(Expected::Expression) && word.span == found.span;
    (!in_value || starts).then(|| habits::keyword_as_name(word.span, word.text))
}

fn is_keyword(kind: Kind) -> bool {
    (Kind::Type..=Kind::Const).contains(&kind)
}

/// `import x`, `from x import y`, `from x.y import *`, `include "x"`
pub fn import_form(view: &View<'_, '_>) -> Option<Diagnostic> {
    let (first, found) = (view.first(), view.found());
    let before = view.before(1);
    let place = match (first.kind, found.kind) {
        (Kind::Import, _) => first.span,
        (Kind::Name, Kind::Name | Kind::String) if is_import_elsewhere(first.text) => first.span,
        (Kind::From, Kind::Star) => return Some(habits::import_all(found.span)),
        (Kind::From, Kind::Name) if view.expects_token(Kind::Import) => {
            return Some(habits::import_part(found.span, behind(before?), "import"));
        }
        (Kind::From, Kind::Name) if view.expects_token(Kind::Comma) => {
            return Some(habits::import_part(found.span, behind(before?), ","));
        }
        (Kind::From, Kind::Import) if view.at == 2 => before?.span,
        (Kind::From, Kind::Slash) => return Some(habits::import_part(found.span, found.span, ".")),
        (Kind::From, Kind::Dot | Kind::String) if view.at == 1 => found.span,
        _ => return None,
    };
    Some(habits::import_form(place))
}

fn is_import_elsewhere(word: &str) -> bool {
    matches!(word, "include" | "require" | "use" | "using" | "load")
}

/// `for (i = 0; i < 10; i++)`, `for i, j in x:`, `for i = 1 to 10:`
pub fn for_form(view: &View<'_, '_>) -> Option<Diagnostic> {
    let found = view.found();
    if view.first().kind != Kind::For {
        return None;
    }
    let counts = view.at == 1 && found.kind == Kind::LeftParen;
    let several = view.at == 2 && matches!(found.kind, Kind::Comma | Kind::Assign);
    (counts || several).then(|| habits::for_form(found.span, counting(view)))
}

/// What `(i = 0; i < 10; i++)` is as a range, and its place.
fn counting(view: &View<'_, '_>) -> Option<(Span, String)> {
    let assign = view
        .words()
        .iter()
        .position(|token| token.kind == Kind::Assign)?;
    let name = view.get(assign.checked_sub(1)?)?;
    let part = |offset| view.get(assign + offset);
    let again = [part(3)?, part(7)?];
    let same = again.iter().all(|token| token.text == name.text);
    let ends = [part(2)?.kind, part(6)?.kind] == [Kind::Semicolon, Kind::Semicolon];
    let counts = [part(8)?.kind, part(9)?.kind] == [Kind::Plus, Kind::Plus];
    let close = part(10).filter(|close| close.kind == Kind::RightParen)?;
    let (from, to) = (part(1)?.text, part(5)?.text);
    let to = match part(4)?.kind {
        Kind::Less => to.to_owned(),
        Kind::LessEqual => format!("{to} + 1"),
        _ => return None,
    };
    let text = format!("{} in range({from}, {to})", name.text);
    (same && ends && counts).then(|| {
        (
            view.get(1)
                .map_or(close.span, |open| open.span.to(close.span)),
            text,
        )
    })
}

/// `// text`
pub fn comment(view: &View<'_, '_>) -> Option<Diagnostic> {
    let first = view.first();
    if first.text == "//" {
        return Some(habits::comment(first.span));
    }
    let slashes = view.words().iter().find(|token| token.text == "//")?;
    let behind_statement = slashes.span.start < view.found().span.start && view.after_operand();
    behind_statement.then(|| habits::comment(slashes.span))
}

/// `if x = 1:`
pub fn assignment_as_condition(view: &View<'_, '_>) -> Option<Diagnostic> {
    let condition = matches!(view.first().kind, Kind::If | Kind::Elif | Kind::While);
    let found = view.found();
    (condition && found.kind == Kind::Assign && view.after_operand())
        .then(|| habits::assignment_as_condition(found.span))
}

/// A misspelt keyword, a call without parentheses, a header without its colon.
pub fn line_form(view: &View<'_, '_>) -> Option<Diagnostic> {
    misspelt_keyword(view)
        .or_else(|| missing_colon(view))
        .or_else(|| missing_parentheses(view))
}

fn misspelt_keyword(view: &View<'_, '_>) -> Option<Diagnostic> {
    let first = view.first();
    // `esle:` reads like the beginning of `NAME : TYPE`.
    let alone =
        view.at == 2 && view.kind_at(1) == Some(Kind::Colon) && view.found().kind == Kind::Newline;
    let stopped = view.at == 1 && view.found().kind != Kind::Assign;
    if first.kind != Kind::Name || !alone && !stopped {
        return None;
    }
    let lower = first.text.to_lowercase();
    let near = KEYWORDS.iter().find(|word| **word == lower).copied();
    let near = near.or_else(|| hike_format::nearest(&lower, KEYWORDS))?;
    Some(habits::misspelt_keyword(first.span, first.text, near))
}

fn missing_colon(view: &View<'_, '_>) -> Option<Diagnostic> {
    let header = matches!(
        view.first().kind,
        Kind::If | Kind::Elif | Kind::Else | Kind::While | Kind::For | Kind::Def
    );
    if !header || !view.expects_token(Kind::Colon) || view.depth() > 0 {
        return None;
    }
    let found = view.found();
    match found.kind {
        Kind::Newline => Some(habits::missing_colon(view.end(), ":")),
        Kind::Name if matches!(found.text, "then" | "do") => {
            Some(habits::missing_colon(found.span, ":"))
        }
        kind if begins_statement(kind) || is_call(view) => {
            Some(habits::missing_colon(behind(view.before(1)?), ":"))
        }
        _ => None,
    }
}

/// Whether a call begins where reading stopped.
fn is_call(view: &View<'_, '_>) -> bool {
    let kinds = [Some(view.found().kind), view.kind_at(view.at + 1)];
    kinds == [Some(Kind::Name), Some(Kind::LeftParen)]
}

fn begins_statement(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Pass | Kind::Return | Kind::Break | Kind::Continue
    )
}

/// `print x`
fn missing_parentheses(view: &View<'_, '_>) -> Option<Diagnostic> {
    let (first, found) = (view.first(), view.found());
    let argument = matches!(found.kind, Kind::Name | Kind::Number | Kind::String);
    let words = view.words();
    let plain = words.len() == 2;
    if view.at != 1 || first.kind != Kind::Name || !argument {
        return None;
    }
    habits::other_function(first.span, first.text).or_else(|| {
        let gap = Span::new(first.span.file, first.span.end, found.span.start);
        let places = plain.then(|| (gap, view.end()));
        Some(habits::missing_parentheses(found.span, first.text, places))
    })
}
