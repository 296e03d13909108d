//! What a production says when it does not fit: small, copied freely, no allocation.

use crate::lex::{Kind, Token};
use chumsky::DefaultExpected;
use chumsky::error::{Error, LabelError};
use chumsky::input::Input;
use chumsky::span::SimpleSpan;
use chumsky::util::MaybeRef;

/// What may stand at a place: a kind of token, or a whole construct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// One token.
    Token(Kind),
    /// Any expression.
    Expression,
    /// Any statement.
    Statement,
    /// An operator between two operands.
    Operator,
    /// `+=` and its like.
    Augmented,
}

/// Bit numbers from here on are constructs; below, kinds of tokens.
const CONSTRUCTS: u32 = 120;

impl Expected {
    fn bit(self) -> u128 {
        1 << match self {
            Self::Token(kind) => kind as u32,
            Self::Expression => CONSTRUCTS,
            Self::Statement => CONSTRUCTS + 1,
            Self::Operator => CONSTRUCTS + 2,
            Self::Augmented => CONSTRUCTS + 3,
        }
    }
}

/// The tokens of a line.
pub type Tokens<'t, 's> = &'t [Token<'s>];

/// A place in a line that does not fit, and all that would have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Index of the token that was found.
    pub at: usize,
    expected: u128,
}

impl ParseError {
    /// This was expected at a token of the line.
    pub fn new(at: usize, expected: Expected) -> Self {
        Self {
            at,
            expected: expected.bit(),
        }
    }

    /// What would have fitted, as words: constructs first, then tokens. What goes on with an
    /// operand (`if`, a call, a member) counts as an operator.
    pub fn expected(&self) -> Vec<&'static str> {
        let constructs = [
            (Expected::Statement, "a statement"),
            (Expected::Expression, "an expression"),
            (Expected::Operator, "an operator"),
        ];
        let constructs = constructs
            .into_iter()
            .filter(|(construct, _)| self.expects(*construct))
            .map(|(_, text)| text);
        let tokens = Kind::ALL
            .iter()
            .filter(|kind| self.expects(Expected::Token(**kind)))
            .filter(|kind| {
                let goes_on = matches!(kind, Kind::If | Kind::LeftParen | Kind::Dot);
                !goes_on || !self.expects(Expected::Operator)
            })
            .map(|kind| kind.description());
        constructs.chain(tokens).collect()
    }

    /// Whether this would have fitted.
    pub fn expects(&self, what: Expected) -> bool {
        self.expected & what.bit() != 0
    }
}

impl<'t, 's: 't> Error<'t, Tokens<'t, 's>> for ParseError {
    fn merge(self, other: Self) -> Self {
        Self {
            at: self.at,
            expected: self.expected | other.expected,
        }
    }
}

impl<'t, 's: 't> LabelError<'t, Tokens<'t, 's>, Expected> for ParseError {
    fn expected_found<E: IntoIterator<Item = Expected>>(
        expected: E,
        _found: Option<MaybeRef<'t, Token<'s>>>,
        span: SimpleSpan<usize>,
    ) -> Self {
        Self {
            at: span.start,
            expected: expected.into_iter().fold(0, |set, item| set | item.bit()),
        }
    }

    fn label_with(&mut self, label: Expected) {
        self.expected = label.bit();
    }
}

impl<'t, 's: 't> LabelError<'t, Tokens<'t, 's>, DefaultExpected<'t, Token<'s>>> for ParseError {
    fn expected_found<E: IntoIterator<Item = DefaultExpected<'t, Token<'s>>>>(
        _expected: E,
        _found: Option<MaybeRef<'t, Token<'s>>>,
        span: <Tokens<'t, 's> as Input<'t>>::Span,
    ) -> Self {
        Self {
            at: span.start,
            expected: 0,
        }
    }
}
