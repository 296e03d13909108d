//! The short way to read a line: from token to token, and nothing is tried twice.
//!
//! It gives the tree that the productions of [`line`](super::line) give, or nothing; then they
//! read the line, and they know what could have stood where it does not fit.

mod expression;
mod statement;
#[cfg(test)]
mod tests;

use super::depth::MAX_OPERATORS;
use super::line::Header;
use super::tokens::type_of;
use crate::lex::{Kind, Token, Tokens};
use crate::source::Span;
use crate::syntax::{Arena, Arg, Block, Ident, TypeName};

/// A place among the tokens of a script, and what a line needs on the way.
pub struct Direct<'t, 's> {
    tokens: &'t Tokens<'s>,
    at: usize,
    arena: &'s Arena,
    /// Operators of the line so far.
    operators: usize,
    /// Parts of paths that are being read.
    names: Vec<Ident<'s>>,
    /// Arguments of calls that are being read, the innermost last.
    args: Vec<Arg<'s>>,
}

/// What a line is: statements, which have been added to a block, or a header with the
/// statements behind it.
pub type Read<'s> = Option<(Header<'s>, Block<'s>)>;

impl<'t, 's> Direct<'t, 's> {
    /// Begins at the first token.
    pub fn new(tokens: &'t Tokens<'s>, arena: &'s Arena) -> Self {
        Self {
            tokens,
            at: 0,
            arena,
            operators: 0,
            names: Vec::new(),
            args: Vec::new(),
        }
    }

    /// Index of the next token.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Goes to a token.
    pub fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    /// The kind of the next token.
    pub fn kind(&self) -> Kind {
        self.kind_ahead(0)
    }

    /// The kind of the token so many behind the next one.
    pub fn kind_ahead(&self, ahead: usize) -> Kind {
        self.tokens.kind(self.at + ahead)
    }

    /// The place of the token so many behind the next one.
    pub fn span_ahead(&self, ahead: usize) -> Span {
        self.tokens.span(self.at + ahead)
    }

    /// The tokens up to the end of the line, which are taken.
    pub fn take_line(&mut self) -> &'s [Token<'s>] {
        let line = self.tokens.line(self.at);
        self.at += line.len();
        self.arena.alloc_slice_copy(&line)
    }

    /// The place of the words of the line that began with a token and has been read.
    pub fn span_of_line(&self, start: usize) -> Span {
        self.span_between(start, self.at.saturating_sub(2))
    }

    /// Reads a line with its line end. Its statements are added to a block; where it does not
    /// fit, some of them may have been, and some of its tokens taken.
    pub fn line(&mut self, out: &mut Block<'s>) -> Option<Read<'s>> {
        self.operators = 0;
        self.names.clear();
        self.args.clear();
        let read = match self.begins_header() {
            true => {
                let header = self.header()?;
                self.take(Kind::Colon)?;
                let mut inline = Block::new();
                if self.kind() != Kind::Newline {
                    self.statements(&mut inline)?;
                }
                Some((header, inline))
            }
            false => {
                self.statements(out)?;
                None
            }
        };
        self.take(Kind::Newline)?;
        Some(read)
    }

    /// `STATEMENT; STATEMENT;`
    fn statements(&mut self, out: &mut Block<'s>) -> Option<()> {
        loop {
            out.push(self.statement()?);
            if self.kind() != Kind::Semicolon {
                return Some(());
            }
            self.at += 1;
            if self.kind() == Kind::Newline {
                return Some(());
            }
        }
    }

    /// A token of a kind.
    fn take(&mut self, kind: Kind) -> Option<Token<'s>> {
        if self.kind() != kind {
            return None;
        }
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        Some(token)
    }

    /// A name.
    fn name(&mut self) -> Option<Ident<'s>> {
        let Token { text, span, .. } = self.take(Kind::Name)?;
        Some(Ident { text, span })
    }

    /// A type.
    fn type_name(&mut self) -> Option<TypeName> {
        self.take(Kind::Type).map(|token| type_of(token.text))
    }

    /// The place from a token up to the last one taken.
    fn span_from(&self, start: usize) -> Span {
        self.span_between(start, self.at.saturating_sub(1))
    }

    fn span_between(&self, first: usize, last: usize) -> Span {
        self.tokens.span(first).to(self.tokens.span(last))
    }

    /// Counts an operator; a line of more than may be nested is not read this way.
    fn operator(&mut self) -> Option<()> {
        self.operators += 1;
        (self.operators <= MAX_OPERATORS).then_some(())
    }
}
