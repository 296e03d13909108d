//! Tokens to the syntax tree.
//!
//! A logical line is the unit of recovery: `line`, `statement`, `expression` and
//! `import` hold the productions that read one line, `blocks` puts lines together by
//! their indentation. A line that does not fit gives one message and a
//! [`StmtKind::Broken`](crate::syntax::StmtKind::Broken), and reading goes on with the next.
//!
//! The parser doesn't know what names mean, and doesn't know that files exist.

mod blocks;
mod depth;
mod error;
mod expression;
mod habits;
mod import;
mod line;
mod precedence;
mod statement;
mod tokens;

use crate::diagnostic::Diagnostic;
use crate::lex::Token;
use crate::syntax::Script;

pub use error::{Expected, ParseError};

/// The tree of a token list as [`crate::lex::lex`] gives it, and what is wrong with it.
pub fn parse<'s>(tokens: &[Token<'s>]) -> (Script<'s>, Vec<Diagnostic>) {
    blocks::script(tokens)
}
