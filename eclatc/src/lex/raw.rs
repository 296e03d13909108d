//! The words of a text, before lines and blocks are known.

use super::{Kind, Token, address, literal, unknown};
use crate::diagnostic::Diagnostic;
use crate::diagnostics::{habits, lexical};
use crate::source::{FileId, Span};
use logos::{Lexer, Logos};

/// All words of a text; what is wrong becomes one [`Kind::Error`] and one message.
pub fn scan<'s>(text: &'s str, file: FileId, problems: &mut Vec<Diagnostic>) -> Vec<Token<'s>> {
    let mut tokens: Vec<Token<'s>> = Vec::with_capacity(text.len() / 4);
    let mut lexer = Kind::lexer(text);
    while let Some(kind) = lexer.next() {
        let range = lexer.span();
        // Some editors begin a file with this mark of UTF-8.
        if range.start == 0 && lexer.slice() == "\u{feff}" {
            continue;
        }
        tokens.push(Token {
            kind: kind.unwrap_or(Kind::Error),
            text: lexer.slice(),
            span: Span::new(file, range.start as u32, range.end as u32),
        });
    }
    unknown::report(text, &tokens, problems);
    let mut tokens = address::join(tokens, text, problems);
    tokens.retain_mut(|token| checked(token, text, problems));
    tokens
}

/// Reports what is wrong with a token that has the form of a literal; whether to keep it: a
/// comment of C is none, once it is reported.
fn checked(token: &mut Token<'_>, text: &str, problems: &mut Vec<Diagnostic>) -> bool {
    let problem = match token.kind {
        Kind::Error if token.text.starts_with("/*") => {
            let rest = text.get(token.span.end as usize..).unwrap_or_default();
            let ends_line = rest
                .trim_start_matches([' ', '\t'])
                .starts_with(['\n', '\r']);
            problems.push(habits::block_comment(
                token.span,
                token.text,
                ends_line || rest.trim().is_empty(),
            ));
            return false;
        }
        Kind::Error if token.text.starts_with(['"', '\'']) => {
            Some(lexical::unterminated_string(token.span, token.text))
        }
        Kind::Float => Some(match token.text.contains("..") {
            true => habits::for_form(token.span, None),
            false => lexical::float(token.span, token.text),
        }),
        Kind::Number => literal::number(token.text)
            .err()
            .map(|error| lexical::number(token.span, token.text, error)),
        _ => None,
    };
    if problem.is_some() {
        token.kind = Kind::Error;
    }
    problems.extend(problem);
    true
}

/// Finds the end of a comment of C's: `*/`, or the end of the line when there is none. There
/// is no other use for `/*`; it is always reported.
pub fn block_comment(lexer: &mut Lexer<'_, Kind>) {
    let rest = lexer.remainder();
    let end = rest.find("*/").map(|at| at + 2);
    let length = end.unwrap_or_else(|| rest.find(['\n', '\r']).unwrap_or(rest.len()));
    lexer.bump(length);
}

/// Most characters of a string in typographic quotes; more is rather no string.
const MAX_TYPOGRAPHIC: usize = 200;

/// Finds the end of a string in typographic quotes, when it ends on its line.
pub fn typographic_string(lexer: &mut Lexer<'_, Kind>) {
    let quote = lexer.slice().chars().next().and_then(unknown::plain);
    let line = lexer.remainder().char_indices().take(MAX_TYPOGRAPHIC);
    let mut line = line.take_while(|(_, c)| !matches!(c, '\n' | '\r'));
    let closes = |c: char| {
        let plain = if c.is_ascii() && c != '`' {
            ascii_quote(c)
        } else {
            unknown::plain(c)
        };
        plain.is_some() && plain == quote
    };
    if let Some((at, last)) = line.find(|(_, c)| closes(*c)) {
        lexer.bump(at + last.len_utf8());
    }
}

fn ascii_quote(c: char) -> Option<&'static str> {
    match c {
        '"' => Some("\""),
        '\'' => Some("'"),
        _ => None,
    }
}

/// Finds the end of a string that began with one quote; it ends on its line.
pub fn quoted(lexer: &mut Lexer<'_, Kind>) -> bool {
    let quote = lexer.slice().as_bytes()[0];
    let (length, closed) = string_end(lexer.remainder().as_bytes(), quote);
    lexer.bump(length);
    closed
}

/// Bytes up to and with the closing quote, or up to the end of the line without one.
fn string_end(bytes: &[u8], quote: u8) -> (usize, bool) {
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\n' | b'\r' => return (at, false),
            b'\\' if bytes.get(at + 1).is_some_and(u8::is_ascii_graphic) => at += 2,
            _ if byte == quote => return (at + 1, true),
            _ => at += 1,
        }
    }
    (at, false)
}

/// Finds the end of a string that began with three quotes.
pub fn triple_quoted(lexer: &mut Lexer<'_, Kind>) -> bool {
    let found = lexer.remainder().find(lexer.slice());
    let length = found.map_or(lexer.remainder().len(), |at| at + 3);
    lexer.bump(length);
    found.is_some()
}
