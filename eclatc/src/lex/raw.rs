//! The words of a text, before lines and blocks are known.

use super::{Kind, Token, literal, unknown};
use crate::diagnostic::Diagnostic;
use crate::diagnostics::lexical;
use crate::source::{FileId, Span};
use logos::{Lexer, Logos};

/// All words of a text; what is wrong becomes one [`Kind::Error`] and one message.
pub fn scan<'s>(text: &'s str, file: FileId, problems: &mut Vec<Diagnostic>) -> Vec<Token<'s>> {
    let mut tokens: Vec<Token<'s>> = Vec::with_capacity(text.len() / 4);
    let mut lexer = Kind::lexer(text);
    while let Some(kind) = lexer.next() {
        let range = lexer.span();
        let span = Span::new(file, range.start as u32, range.end as u32);
        let token = Token {
            kind: kind.unwrap_or(Kind::Error),
            text: lexer.slice(),
            span,
        };
        push(&mut tokens, token, problems);
    }
    unknown::report(text, &tokens, problems);
    tokens
}

/// Adds a token; adjacent unknown characters become one token.
fn push<'s>(tokens: &mut Vec<Token<'s>>, token: Token<'s>, problems: &mut Vec<Diagnostic>) {
    let problem = check(&token);
    let wrong = problem.is_some();
    problems.extend(problem);
    tokens.push(Token {
        kind: if wrong { Kind::Error } else { token.kind },
        ..token
    });
}

/// What is wrong with a token that has the form of a literal.
fn check(token: &Token<'_>) -> Option<Diagnostic> {
    match token.kind {
        Kind::Float => Some(lexical::float(token.span, token.text)),
        Kind::Number => literal::number(token.text)
            .err()
            .map(|error| lexical::number(token.span, token.text, error)),
        Kind::Error if token.text.starts_with(['"', '\'']) => {
            Some(lexical::unterminated_string(token.span, token.text))
        }
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
