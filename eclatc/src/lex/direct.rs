//! The short way: words, lines and blocks of a text in one go, as long as nothing is odd.
//!
//! It gives the tokens that [`raw`](super::raw) and [`layout`](super::layout) give, or nothing;
//! then they read the text, and they know what is wrong with it.

use super::tokens::Place;
use super::{Kind, MAX_NESTING, literal};
use logos::{Lexer, Logos};

/// The tokens of a text in which nothing is odd.
pub fn scan(text: &str) -> Option<Vec<Place>> {
    let mut reader = Reader {
        words: Kind::lexer(text),
        bytes: text.as_bytes(),
        out: Vec::with_capacity(text.len() / 3 + 8),
        blocks: Vec::new(),
        brackets: Vec::new(),
        blank: None,
    };
    while reader.line()? {}
    reader.finish();
    Some(reader.out)
}

/// Kinds of words that may be odd, as bits.
const CHECKED: u128 = 1 << Kind::Error as u32
    | 1 << Kind::Float as u32
    | 1 << Kind::Number as u32
    | 1 << Kind::LeftParen as u32
    | 1 << Kind::RightParen as u32
    | 1 << Kind::LeftBracket as u32
    | 1 << Kind::RightBracket as u32
    | 1 << Kind::LeftBrace as u32
    | 1 << Kind::RightBrace as u32
    | 1 << Kind::Colon as u32;

struct Reader<'s> {
    words: Lexer<'s, Kind>,
    bytes: &'s [u8],
    out: Vec<Place>,
    /// Indentations of the open blocks in bytes, without the file's, which is 0.
    blocks: Vec<usize>,
    /// What closes the open brackets.
    brackets: Vec<Kind>,
    /// What the text is indented with; both in one text is odd.
    blank: Option<u8>,
}

impl Reader<'_> {
    /// Reads a logical line; whether there was one.
    fn line(&mut self) -> Option<bool> {
        let Some(indentation) = self.skip_blank_lines()? else {
            return Some(false);
        };
        let Some(first) = self.words.next() else {
            return Some(false);
        };
        let first = first.ok()?;
        if first == Kind::Newline {
            return Some(true);
        }
        self.begin_line(indentation)?;
        self.add(first)?;
        let mut behind_newline = false;
        while let Some(kind) = self.words.next() {
            let kind = kind.ok()?;
            if kind == Kind::Newline {
                if self.brackets.is_empty() {
                    self.push(kind);
                    return Some(true);
                }
                behind_newline = true;
                continue;
            }
            if behind_newline && super::layout::starts_statement(kind) {
                return None;
            }
            behind_newline = false;
            self.add(kind)?;
        }
        self.brackets.is_empty().then_some(false)
    }

    /// Skips lines without words; gives the bytes before the first word of the next one.
    fn skip_blank_lines(&mut self) -> Option<Option<usize>> {
        let mut at = self.words.span().end;
        loop {
            let start = at;
            at += self.bytes[at..]
                .iter()
                .take_while(|byte| is_blank(**byte))
                .count();
            match self.bytes.get(at) {
                None => return Some(None),
                Some(b'\n') => at += 1,
                Some(b'#') => {
                    let rest = &self.bytes[at..];
                    at += rest.iter().take_while(|byte| !ends_line(**byte)).count();
                    self.words.bump(at - self.words.span().end);
                    // The line end behind the comment.
                    self.words.next();
                    at = self.words.span().end;
                    continue;
                }
                Some(_) => {
                    self.check_blanks(start, at)?;
                    self.words.bump(at - self.words.span().end);
                    return Some(Some(at - start));
                }
            }
        }
    }

    /// Indentation is of blanks of one kind.
    fn check_blanks(&mut self, start: usize, end: usize) -> Option<()> {
        let blanks = &self.bytes[start..end];
        let Some(first) = blanks.first() else {
            return Some(());
        };
        let expected = *self.blank.get_or_insert(*first);
        blanks.iter().all(|blank| *blank == expected).then_some(())
    }

    fn begin_line(&mut self, indentation: usize) -> Option<()> {
        let at = self.words.span().start as u32;
        let top = self.blocks.last().copied().unwrap_or_default();
        if indentation > top {
            if self.blocks.len() >= MAX_NESTING {
                return None;
            }
            self.blocks.push(indentation);
            self.out.push(Place::mark(Kind::Indent, at));
        } else if indentation < top {
            while self.blocks.last().is_some_and(|block| *block > indentation) {
                self.blocks.pop();
                self.out.push(Place::mark(Kind::Dedent, at));
            }
            let top = self.blocks.last().copied().unwrap_or_default();
            return (top == indentation).then_some(());
        }
        Some(())
    }

    /// Adds the word just found, unless something is odd about it.
    fn add(&mut self, kind: Kind) -> Option<()> {
        if CHECKED >> kind as u32 & 1 == 1 {
            self.check(kind)?;
        }
        self.push(kind);
        Some(())
    }

    fn push(&mut self, kind: Kind) {
        let range = self.words.span();
        self.out.push(Place {
            start: range.start as u32,
            end: range.end as u32,
            kind,
            is_mark: false,
        });
    }

    /// Looks at a word of a kind that may be odd.
    fn check(&mut self, kind: Kind) -> Option<()> {
        match kind {
            Kind::Number => {
                literal::number(self.words.slice()).ok()?;
            }
            Kind::LeftParen => self.open(Kind::RightParen)?,
            Kind::LeftBracket => self.open(Kind::RightBracket)?,
            // Any other brace may be that of a block of C.
            Kind::LeftBrace if self.last_kind() == Some(Kind::Assign) => {
                self.open(Kind::RightBrace)?;
            }
            Kind::RightParen | Kind::RightBracket | Kind::RightBrace => {
                (self.brackets.pop() == Some(kind)).then_some(())?;
            }
            Kind::Colon if !self.another_colon() => {}
            _ => return None,
        }
        Some(())
    }

    fn open(&mut self, close: Kind) -> Option<()> {
        self.brackets.push(close);
        (self.brackets.len() <= MAX_NESTING).then_some(())
    }

    fn last_kind(&self) -> Option<Kind> {
        self.out.last().map(|place| place.kind)
    }

    /// Whether nothing but a word stands between a colon and the next one, as in addresses.
    fn another_colon(&self) -> bool {
        let rest = self.words.remainder().as_bytes();
        let in_word = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
        rest.iter().find(|byte| !in_word(byte)) == Some(&b':')
    }

    fn finish(&mut self) {
        let end = self.bytes.len() as u32;
        if self.last_kind().is_some_and(|kind| kind != Kind::Newline) {
            self.out.push(Place::mark(Kind::Newline, end));
        }
        for _ in 0..self.blocks.len() {
            self.out.push(Place::mark(Kind::Dedent, end));
        }
        self.out.push(Place::mark(Kind::EndOfFile, end));
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn ends_line(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}
