//! Text to tokens: `raw` finds words, `layout` adds line ends and indentation. Where nothing is
//! odd, `direct` does both in one go.
//!
//! The lexer doesn't know what a statement is. Whatever the text holds, every token has a
//! span of it, `Indent` and `Dedent` are balanced, and the last token is `EndOfFile`.

mod address;
mod direct;
mod kind;
mod layout;
pub mod literal;
mod raw;
#[cfg(test)]
mod tests;
mod tokens;
mod unknown;

pub use kind::Kind;
pub use tokens::Tokens;

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};

/// One token: its kind, its text, its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'s> {
    /// What it is.
    pub kind: Kind,
    /// The bytes it covers; empty for `Indent`, `Dedent` and `EndOfFile`.
    pub text: &'s str,
    /// Where it is.
    pub span: Span,
}

/// Deepest nesting of blocks and of brackets.
pub const MAX_NESTING: usize = 64;

/// Most bytes of a script. Spans are 32 bits; no script comes near.
pub const MAX_SOURCE: usize = 64 << 20;

/// The tokens of a text and what is wrong with it. A wrong token is there as
/// [`Kind::Error`]; the message about it is already in the list.
pub fn lex(text: &str, file: FileId) -> (Tokens<'_>, Vec<Diagnostic>) {
    match direct::scan(text) {
        Some(places) => (Tokens::new(text, file, places), Vec::new()),
        None => {
            let (tokens, problems) = thorough(text, file);
            (Tokens::of(text, file, &tokens), problems)
        }
    }
}

/// The long way, which finds what is wrong.
fn thorough(text: &str, file: FileId) -> (Vec<Token<'_>>, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let raw = raw::scan(text, file, &mut problems);
    let tokens = layout::arrange(raw, text, file, &mut problems);
    (tokens, problems)
}

/// The text form of a token list, one token a line.
pub fn listing(tokens: &Tokens<'_>) -> String {
    let line = |token: Token<'_>| format!("{} {:?} {:?}\n", token.span, token.kind, token.text);
    tokens.iter().map(line).collect()
}
