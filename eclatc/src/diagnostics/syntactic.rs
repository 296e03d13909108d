//! Messages about the form of statements.

use super::Code;
use crate::diagnostic::Diagnostic;
use crate::lex::{Kind, Token};
use crate::parse::{Expected, ParseError};
use crate::source::Span;

/// A line that fits no production.
pub fn unexpected(line: &[Token<'_>], error: &ParseError) -> Diagnostic {
    let last = line.len().saturating_sub(1);
    let found = line[error.at.min(last)];
    let expected = error.expected();
    let message = match expected.as_slice() {
        [one] => format!("expected {one}, found {}", describe(&found)),
        _ => format!("unexpected {}", describe_bare(&found)),
    };
    Diagnostic::new(Code::E0101, found.span, message)
        .here(format!("expected {}", any_of(&expected)))
        .maybe_help(advice(&found, error))
}

/// A token in a sentence: what it is and, where that says more, its text.
fn describe(token: &Token<'_>) -> String {
    match token.kind {
        Kind::Name | Kind::Number | Kind::Type => {
            format!("{} `{}`", token.kind.description(), token.text)
        }
        kind => kind.description().to_owned(),
    }
}

fn describe_bare(token: &Token<'_>) -> String {
    let text = describe(token);
    let bare = text.strip_prefix("a ").or(text.strip_prefix("the "));
    bare.map_or(text.clone(), str::to_owned)
}

fn any_of(expected: &[&str]) -> String {
    match expected {
        [] => "something else".into(),
        [one] => (*one).into(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// What people mean who write this.
fn advice(found: &Token<'_>, error: &ParseError) -> Option<String> {
    let text = match found.kind {
        kind if error.expects(Expected::Operator) && assigns(kind) => {
            "only a name can be assigned to"
        }
        Kind::Name | Kind::Number | Kind::String if error.expects(Expected::Token(Kind::Comma)) => {
            "a `,` stands between two arguments"
        }
        Kind::Newline if error.expects(Expected::Token(Kind::Colon)) => {
            "the line before a block ends in `:`"
        }
        _ => return None,
    };
    Some(text.into())
}

fn assigns(kind: Kind) -> bool {
    (Kind::Assign..=Kind::ShrAssign).contains(&kind)
}

/// A header without a block.
pub fn missing_block(header: Span) -> Diagnostic {
    Diagnostic::new(Code::E0102, header, "expected an indented block")
        .here("nothing is indented under this line")
        .help("write `pass` for a block that does nothing")
        .suggest(Span::new(header.file, header.end, header.end), " pass")
}

/// An indented line after a line that opens no block.
pub fn unexpected_indent(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0103, span, "unexpected indentation")
        .here("the line before opens no block")
        .help("align this line with the one before")
}

/// `elif` or `else` after something that is no `if`.
pub fn else_without_if(span: Span, word: &str) -> Diagnostic {
    Diagnostic::new(Code::E0104, span, format!("`{word}` without `if`"))
        .here("expected an `if` block right before, at the same indentation")
}

/// A statement in a place where it means nothing.
pub fn not_allowed_here(span: Span, what: &str, place: &str) -> Diagnostic {
    Diagnostic::new(Code::E0105, span, format!("{what} is not allowed {place}"))
}

/// `break` or `continue` outside a loop.
pub fn not_in_a_loop(span: Span, word: &str) -> Diagnostic {
    Diagnostic::new(Code::E0106, span, format!("`{word}` outside a loop"))
        .here("expected a `while` or `for` around this")
}

/// Something of the language that this compiler does not do yet.
pub fn not_supported_yet(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(Code::E0107, span, format!("{what} are not supported yet"))
        .help("remove it; this version compiles everything else")
}
