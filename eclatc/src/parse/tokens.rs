//! Productions for single tokens.

use super::error::{Expected, ParseError, Tokens};
use crate::lex::{Kind, Token};
use crate::source::Span;
use crate::syntax::{Ident, TypeName};
use chumsky::input::InputRef;
use chumsky::prelude::*;

/// What all productions share: the kind of error.
pub type Extra = extra::Err<ParseError>;

/// A production: reads tokens of a line, gives an `O`.
pub trait Production<'t, 's: 't, O>: Parser<'t, Tokens<'t, 's>, O, Extra> + Clone {}

impl<'t, 's: 't, O, P> Production<'t, 's, O> for P where
    P: Parser<'t, Tokens<'t, 's>, O, Extra> + Clone
{
}

/// One token that `accept` takes.
pub fn token<'t, 's: 't, O>(
    expected: Expected,
    accept: impl Fn(&Token<'s>) -> Option<O> + Clone,
) -> impl Production<'t, 's, O> {
    custom(move |input: &mut InputRef<'t, '_, Tokens<'t, 's>, Extra>| {
        let before = input.cursor();
        match input.peek_ref().and_then(&accept) {
            Some(value) => {
                input.skip();
                Ok(value)
            }
            None => {
                let at = input.span_since(&before).start;
                Err(ParseError::new(at, expected))
            }
        }
    })
}

/// One token of a kind.
pub fn kind<'t, 's: 't>(kind: Kind) -> impl Production<'t, 's, Token<'s>> {
    let accept = move |token: &Token<'s>| (token.kind == kind).then_some(*token);
    token(Expected::Token(kind), accept)
}

/// A name.
pub fn name<'t, 's: 't>() -> impl Production<'t, 's, Ident<'s>> {
    kind(Kind::Name).map(|token| Ident {
        text: token.text,
        span: token.span,
    })
}

/// A type.
pub fn type_name<'t, 's: 't>() -> impl Production<'t, 's, TypeName> {
    kind(Kind::Type).map(|token| type_of(token.text))
}

/// The type with a name.
pub fn type_of(text: &str) -> TypeName {
    match text[1..].parse() {
        Ok(bits) => TypeName::Int {
            bits,
            signed: text.starts_with('s'),
        },
        Err(_) => TypeName::Bool,
    }
}

/// A name that is a keyword only here.
pub fn word<'t, 's: 't>(word: &'static str) -> impl Production<'t, 's, Token<'s>> {
    let accept =
        move |token: &Token<'s>| (token.kind == Kind::Name && token.text == word).then_some(*token);
    token(Expected::Statement, accept)
}

/// The place that tokens cover; they are never empty where this is used.
pub fn span_of(tokens: &[Token<'_>]) -> Span {
    let first = tokens[0].span;
    tokens.last().map_or(first, |last| first.to(last.span))
}
