//! Tokens to the syntax tree.
//!
//! A logical line is the unit of recovery, `blocks` puts lines together by their
//! indentation. `direct` reads a line that is right. Where it does not get through, `line`,
//! `statement`, `expression` and `import` hold the productions of the same lines: with
//! everything tried that could stand at a place, they know what was expected there. A line
//! that does not fit gives one message and a
//! [`StmtKind::Broken`](crate::syntax::StmtKind::Broken), and reading goes on with the next.
//!
//! The parser doesn't know what names mean, and doesn't know that files exist.

mod blocks;
mod depth;
mod direct;
mod error;
mod expression;
mod habits;
mod import;
mod line;
mod precedence;
mod statement;
mod tokens;

use crate::diagnostic::Diagnostic;
use crate::lex::Tokens;
use crate::syntax::{Arena, Script};

pub use error::{Expected, ParseError};

/// The tree of a token list as [`crate::lex::lex`] gives it, and what is wrong with it. Its
/// expressions lie in `arena`.
pub fn parse<'s>(tokens: &Tokens<'s>, arena: &'s Arena) -> (Script<'s>, Vec<Diagnostic>) {
    blocks::script(tokens, arena)
}
