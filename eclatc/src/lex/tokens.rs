//! The tokens of a text as a list that takes little room: scripts may have millions.

use super::{Kind, Token};
use crate::source::{FileId, Span};

/// The tokens of a text; the last one is [`Kind::EndOfFile`].
#[derive(Clone, Debug)]
pub struct Tokens<'s> {
    text: &'s str,
    file: FileId,
    places: Vec<Place>,
}

/// A token without its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// What it is.
    pub kind: Kind,
    /// Only a mark at this place: its text is empty, whatever it covers.
    pub is_mark: bool,
}

impl Place {
    /// A mark of a kind that covers nothing.
    pub fn mark(kind: Kind, at: u32) -> Self {
        Self {
            start: at,
            end: at,
            kind,
            is_mark: true,
        }
    }

    fn of(token: &Token<'_>) -> Self {
        Self {
            start: token.span.start,
            end: token.span.end,
            kind: token.kind,
            is_mark: token.text.is_empty(),
        }
    }
}

impl<'s> Tokens<'s> {
    /// The tokens at these places of a text.
    pub(super) fn new(text: &'s str, file: FileId, places: Vec<Place>) -> Self {
        Self { text, file, places }
    }

    /// These tokens of a text.
    pub(super) fn of(text: &'s str, file: FileId, tokens: &[Token<'s>]) -> Self {
        Self::new(text, file, tokens.iter().map(Place::of).collect())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none, which no text has.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The kind of a token; behind the last one is the end of the file.
    pub fn kind(&self, index: usize) -> Kind {
        let place = self.places.get(index);
        place.map_or(Kind::EndOfFile, |place| place.kind)
    }

    /// A token.
    pub fn get(&self, index: usize) -> Option<Token<'s>> {
        self.places.get(index).map(|place| self.token(*place))
    }

    /// The place of a token; behind the last one is the end of the text.
    pub fn span(&self, index: usize) -> Span {
        let end = self.text.len() as u32;
        let place = self.places.get(index);
        let (start, end) = place.map_or((end, end), |place| (place.start, place.end));
        Span::new(self.file, start, end)
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = Token<'s>> {
        self.places.iter().map(|place| self.token(*place))
    }

    /// Those from one index on up to the end of the line, with that.
    pub fn line(&self, start: usize) -> Vec<Token<'s>> {
        let rest = self.places.get(start..).unwrap_or_default();
        let newline = rest.iter().position(|place| place.kind == Kind::Newline);
        let line = &rest[..newline.map_or(rest.len(), |at| at + 1)];
        line.iter().map(|place| self.token(*place)).collect()
    }

    fn token(&self, place: Place) -> Token<'s> {
        let range = place.start as usize..place.end as usize;
        let text = match place.is_mark {
            true => "",
            false => self.text.get(range).unwrap_or_default(),
        };
        Token {
            kind: place.kind,
            text,
            span: Span::new(self.file, place.start, place.end),
        }
    }
}
