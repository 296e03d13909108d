//! Lines that fit no production, but are right in Python or another language: what the
//! writer meant is known, and so is the answer.
//!
//! A recogniser looks at a line and the place where reading stopped. It costs nothing
//! where lines are right.

mod forms;
mod operators;
mod statements;
mod values;

use super::error::{Expected, ParseError};
use crate::diagnostic::Diagnostic;
use crate::lex::{Kind, Token};
use crate::source::Span;

type Recogniser = fn(&View<'_, '_>) -> Option<Diagnostic>;

/// The surest signs first: what looks alike is told apart by the order.
const RECOGNISERS: [Recogniser; 28] = [
    values::map,
    values::format_string,
    values::lambda,
    operators::walrus,
    operators::logical,
    operators::misspelt,
    operators::increment,
    operators::power,
    statements::else_if,
    statements::other_statement,
    statements::import_form,
    statements::for_form,
    forms::definition,
    forms::declaration,
    forms::parameter,
    statements::keyword_as_name,
    forms::result_type,
    forms::unknown_type,
    forms::default_argument,
    forms::starred,
    operators::word,
    statements::comment,
    values::index,
    values::list,
    values::braces,
    statements::assignment_as_condition,
    forms::several_values,
    statements::line_form,
];

/// The message for a line that people write who know other languages.
pub fn recognise(line: &[Token<'_>], error: &ParseError) -> Option<Diagnostic> {
    let view = View {
        line,
        at: error.at.min(line.len().checked_sub(1)?),
        error,
    };
    RECOGNISERS.iter().find_map(|recogniser| recogniser(&view))
}

/// A line, and the token at which reading stopped.
struct View<'t, 's> {
    line: &'t [Token<'s>],
    at: usize,
    error: &'t ParseError,
}

impl<'s> View<'_, 's> {
    /// The token that did not fit.
    fn found(&self) -> Token<'s> {
        self.line[self.at]
    }

    /// The first token of the line.
    fn first(&self) -> Token<'s> {
        self.line[0]
    }

    /// A token by its index.
    fn get(&self, index: usize) -> Option<Token<'s>> {
        self.line.get(index).copied()
    }

    /// The token so many before the one that did not fit.
    fn before(&self, back: usize) -> Option<Token<'s>> {
        self.get(self.at.checked_sub(back)?)
    }

    /// The token so many after it.
    fn after(&self, ahead: usize) -> Option<Token<'s>> {
        self.get(self.at + ahead)
    }

    fn kind_before(&self, back: usize) -> Option<Kind> {
        self.before(back).map(|token| token.kind)
    }

    fn kind_at(&self, index: usize) -> Option<Kind> {
        self.get(index).map(|token| token.kind)
    }

    fn expects(&self, what: Expected) -> bool {
        self.error.expects(what)
    }

    fn expects_token(&self, kind: Kind) -> bool {
        self.expects(Expected::Token(kind))
    }

    /// Whether an expression has ended before the token that did not fit.
    fn after_operand(&self) -> bool {
        self.expects(Expected::Operator)
    }

    /// How many brackets are open before the token that did not fit.
    fn depth(&self) -> usize {
        let before = self.line[..self.at].iter();
        before.fold(0usize, |depth, token| match token.kind {
            Kind::LeftParen | Kind::LeftBracket | Kind::LeftBrace => depth + 1,
            Kind::RightParen | Kind::RightBracket | Kind::RightBrace => depth.saturating_sub(1),
            _ => depth,
        })
    }

    /// The tokens of the line without its line end.
    fn words(&self) -> &[Token<'s>] {
        match self.line {
            [words @ .., end] if end.kind == Kind::Newline => words,
            words => words,
        }
    }

    /// The words from one index to another as text, with single blanks where there are any.
    fn text(&self, from: usize, to: usize) -> String {
        let mut text = String::new();
        for index in from..to.min(self.line.len()) {
            let gap = index > from && !adjacent(self.line[index - 1], self.line[index]);
            text += if gap { " " } else { "" };
            text += self.line[index].text;
        }
        text
    }

    /// The place behind the last word.
    fn end(&self) -> Span {
        let last = self.words().last().map_or(self.first(), |last| *last);
        behind(last)
    }

    /// The places of neighbours of two kinds, written without a blank between them.
    fn pairs(&self, first: Kind, second: Kind) -> Vec<Span> {
        let pairs = self.line.windows(2).filter(|pair| {
            pair[0].kind == first && pair[1].kind == second && adjacent(pair[0], pair[1])
        });
        pairs.map(|pair| pair[0].span.to(pair[1].span)).collect()
    }
}

/// The empty place behind a token.
fn behind(token: Token<'_>) -> Span {
    Span::new(token.span.file, token.span.end, token.span.end)
}

/// Whether nothing lies between two tokens.
fn adjacent(first: Token<'_>, second: Token<'_>) -> bool {
    first.span.end == second.span.start
}
