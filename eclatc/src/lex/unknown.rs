//! Characters that begin no word, and what the writer probably meant.

use super::{Kind, Token};
use crate::diagnostic::Diagnostic;
use crate::diagnostics::{habits, lexical};
use crate::source::Span;

/// Reports unknown characters, one message for each run of them.
pub fn report(text: &str, tokens: &[Token<'_>], problems: &mut Vec<Diagnostic>) {
    let unknown = |token: &&Token<'_>| {
        token.kind == Kind::Error
            && !token
                .text
                .starts_with(|c: char| c == '"' || c == '\'' || c.is_ascii_digit())
    };
    let mut run: Option<Span> = None;
    for token in tokens.iter().filter(unknown) {
        match run {
            Some(span) if span.end == token.span.start => run = Some(span.to(token.span)),
            _ => {
                problems.extend(run.map(|span| message(text, span)));
                run = Some(token.span);
            }
        }
    }
    problems.extend(run.map(|span| message(text, span)));
}

/// What to say about a run; on a line of many, only the first is explained.
fn message(text: &str, span: Span) -> Diagnostic {
    let (start, end) = (span.start as usize, span.end as usize);
    let found = text.get(start..end).unwrap_or_default();
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    let begins_line =
        before.trim_end_matches([' ', '\t']).ends_with(['\n', '\r']) || before.trim().is_empty();
    match found {
        "!" => habits::logical_operator(span, "not", &[span]),
        "@" if begins_line => habits::decorator(span),
        "?" => habits::ternary(span),
        "$" if after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') => {
            habits::sigil(span)
        }
        _ => match found.chars().next() {
            Some(first) if plain(first).is_some() && found.chars().count() == 1 => {
                habits::typographic(span, plain(first).unwrap_or_default())
            }
            Some(first) if first.is_alphabetic() => habits::foreign_letter(span),
            _ => lexical::unknown_characters(span),
        },
    }
}

/// The plain form of a character that word processors and web pages put in its place.
fn plain(found: char) -> Option<&'static str> {
    Some(match found {
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' => "\"",
        '\u{2018}' | '\u{2019}' | '\u{b4}' | '`' => "'",
        '\u{2013}' | '\u{2014}' | '\u{2212}' => "-",
        '\u{d7}' => "*",
        '\u{f7}' => "/",
        '\u{2264}' => "<=",
        '\u{2265}' => ">=",
        '\u{2260}' => "!=",
        '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{3000}' | '\u{200b}' | '\u{feff}' => " ",
        _ => return None,
    })
}
