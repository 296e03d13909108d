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
    let before = |back| {
        let at = error.at.checked_sub(back)?;
        line.get(at).map(|token: &Token<'_>| token.kind)
    };
    let before = [before(1), before(2)];
    Diagnostic::new(Code::E0101, found.span, message)
        .here(format!("expected {}", any_of(&expected)))
        .maybe_help(advice(&found, before, error))
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

/// What people mean who write this; `before` are the two tokens before, the nearer one first.
fn advice(found: &Token<'_>, before: [Option<Kind>; 2], error: &ParseError) -> Option<String> {
    let doubled = before[0] == Some(found.kind);
    let text = match found.kind {
        Kind::Assign if error.expects(Expected::Token(Kind::Colon)) => "`=` assigns, `==` compares",
        Kind::Assign if before[0] == Some(Kind::Equal) => "`==` compares; there is no `===`",
        Kind::Assign if error.expects(Expected::Operator) => "only a name can be assigned to",
        Kind::Ampersand if doubled => "the logical operator is `and`",
        Kind::Pipe if doubled => "the logical operator is `or`",
        Kind::Newline if before == [Some(Kind::Plus); 2] => "to add one, write `+= 1`",
        Kind::Newline if before == [Some(Kind::Minus); 2] => "to subtract one, write `-= 1`",
        Kind::Newline if error.expects(Expected::Token(Kind::Colon)) => {
            "the line before a block ends in `:`"
        }
        Kind::Import => "imports begin with `from`: `from programs.hike_default import hike_drop`",
        kind if is_keyword(kind) && error.expects(Expected::Token(Kind::Name)) => {
            return Some(format!(
                "`{}` is a keyword and cannot be a name",
                found.text
            ));
        }
        _ => return None,
    };
    Some(text.into())
}

fn is_keyword(kind: Kind) -> bool {
    (Kind::Type..=Kind::Const).contains(&kind)
}

/// A header without a block.
pub fn missing_block(header: Span) -> Diagnostic {
    Diagnostic::new(Code::E0102, header, "expected an indented block")
        .here("nothing is indented under this line")
        .help("write `pass` for a block that does nothing")
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
