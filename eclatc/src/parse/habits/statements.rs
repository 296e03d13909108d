//! Statements that this language spells in another way, or does not have.

use super::{View, adjacent, behind};
use crate::diagnostic::Diagnostic;
use crate::diagnostics::habits;
use crate::lex::Kind;
use crate::parse::error::Expected;

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
        Kind::Name if matches!(first.text, "elseif" | "elsif") => {
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

/// `import x`, `from x import y`, `from x.y import *`
pub fn import_form(view: &View<'_, '_>) -> Option<Diagnostic> {
    let (first, found) = (view.first(), view.found());
    let place = match (first.kind, found.kind) {
        (Kind::Import, _) => first.span,
        (Kind::From, Kind::Star) => return Some(habits::import_all(found.span)),
        (Kind::From, Kind::Import) if view.at == 2 => view.before(1)?.span,
        (Kind::From, Kind::Dot | Kind::String) if view.at == 1 => found.span,
        _ => return None,
    };
    Some(habits::import_form(place))
}

/// `for (i = 0; i < 10; i++)`, `for i in 0..10`, `for i, j in x:`
pub fn for_form(view: &View<'_, '_>) -> Option<Diagnostic> {
    let found = view.found();
    if view.first().kind != Kind::For {
        return None;
    }
    let counts = view.at == 1 && found.kind == Kind::LeftParen;
    let several = view.at == 2 && matches!(found.kind, Kind::Comma | Kind::Assign);
    let dots = found.kind == Kind::Dot && view.kind_before(1) == Some(Kind::Number);
    (counts || several || dots).then(|| habits::for_form(found.span))
}

/// `// text`, `/* text */`, `-- text`
pub fn comment(view: &View<'_, '_>) -> Option<Diagnostic> {
    let first = view.first();
    let opens = match (first.kind, view.kind_at(1)) {
        (Kind::Slash, Some(Kind::Star)) => adjacent(first, view.get(1)?),
        (Kind::Slash, _) => first.text == "//",
        _ => false,
    };
    if opens {
        let second = view.get(1).filter(|_| first.text == "/");
        let span = second.map_or(first.span, |second| first.span.to(second.span));
        return Some(habits::comment(span));
    }
    let slashes = view.words().iter().find(|token| token.text == "//")?;
    let behind_statement = slashes.span.start < view.found().span.start
        && view.found().kind == Kind::Name
        && view.after_operand();
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
    if first.kind != Kind::Name || view.at != 1 || view.found().kind == Kind::Assign {
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
        _ if view.expects(Expected::Operator) && begins_statement(found.kind) => {
            Some(habits::missing_colon(behind(view.before(1)?), ":"))
        }
        _ => None,
    }
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
    let fits = view.at == 1 && first.kind == Kind::Name && argument;
    fits.then(|| {
        let gap = crate::source::Span::new(first.span.file, first.span.end, found.span.start);
        habits::missing_parentheses(found.span, first.text, plain.then(|| (gap, view.end())))
    })
}
