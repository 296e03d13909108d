//! Logical lines: their words with the comments among them, and the comments between lines.

use super::trivia::{self, Comment, Gap};
use crate::lex::{Kind, Token};

/// What stands on lines of its own.
#[derive(Clone, Debug)]
pub enum Item<'s> {
    /// A comment.
    Comment {
        /// Depth of its block.
        level: usize,
        /// Blank lines before it.
        blanks: usize,
        /// Its text.
        text: String,
    },
    /// A logical line.
    Line(Line<'s>),
}

impl Item<'_> {
    /// Depth of its block.
    pub fn level(&self) -> usize {
        match self {
            Self::Comment { level, .. } => *level,
            Self::Line(line) => line.level,
        }
    }

    /// Blank lines before it.
    pub fn blanks(&self) -> usize {
        match self {
            Self::Comment { blanks, .. } => *blanks,
            Self::Line(line) => line.blanks,
        }
    }
}

/// A logical line: never without words.
#[derive(Clone, Debug, Default)]
pub struct Line<'s> {
    /// Depth of its block.
    pub level: usize,
    /// Blank lines before it.
    pub blanks: usize,
    /// Its words.
    pub words: Vec<Word<'s>>,
    /// The comment at its end.
    pub comment: Option<String>,
}

/// A token with text, and comments in brackets.
#[derive(Clone, Debug)]
pub struct Word<'s> {
    /// What it is.
    pub kind: Kind,
    /// Its text.
    pub text: &'s str,
    /// Comments on lines before it.
    pub before: Vec<String>,
    /// The comment behind it on its line.
    pub after: Vec<String>,
}

/// The lines of a text without syntax errors.
pub fn lines<'s>(text: &'s str, tokens: &[Token<'s>]) -> Vec<Item<'s>> {
    let mut reader = Reader {
        text,
        items: Vec::new(),
        line: Line::default(),
        blocks: vec![0],
        waiting: Gap::default(),
    };
    for (token, gap) in tokens.iter().zip(trivia::gaps(text, tokens)) {
        reader.token(token, gap);
    }
    reader.items
}

struct Reader<'s> {
    text: &'s str,
    items: Vec<Item<'s>>,
    line: Line<'s>,
    /// Columns of the open blocks; the first is the file's.
    blocks: Vec<usize>,
    /// What has been seen since the last line.
    waiting: Gap,
}

impl<'s> Reader<'s> {
    fn token(&mut self, token: &Token<'s>, gap: Gap) {
        match token.kind {
            Kind::Newline => return self.end_line(gap),
            _ if self.line.words.is_empty() => self.wait(gap),
            _ => self.comments_in_brackets(gap),
        }
        match token.kind {
            Kind::Indent => self
                .blocks
                .push(trivia::column(self.text, token.span.start)),
            // The comments before a dedent are placed when it is known how far it goes.
            Kind::Dedent => self.close_block(),
            Kind::EndOfFile => self.release_comments(),
            _ => self.word(token),
        }
    }

    fn level(&self) -> usize {
        self.blocks.len() - 1
    }

    fn wait(&mut self, gap: Gap) {
        if !gap.comments.is_empty() || gap.blanks > 0 {
            self.waiting = gap;
        }
    }

    fn close_block(&mut self) {
        let column = self.blocks.pop().unwrap_or_default();
        let level = self.blocks.len();
        self.place_deep_comments(level, column);
    }

    /// Gives a block that ends the first comments that stand at its column or farther right.
    fn place_deep_comments(&mut self, level: usize, column: usize) {
        let comments = &mut self.waiting.comments;
        let shallow = comments.iter().position(|comment| comment.column < column);
        let deep = comments.drain(..shallow.unwrap_or(comments.len()));
        let items = deep.map(|comment| item(level, comment));
        self.items.extend(items);
    }

    /// What is left of the comments since the last line belongs to the current block.
    fn release_comments(&mut self) {
        let level = self.level();
        let comments = std::mem::take(&mut self.waiting.comments).into_iter();
        self.items
            .extend(comments.map(|comment| item(level, comment)));
    }

    fn comments_in_brackets(&mut self, gap: Gap) {
        let (before, after): (Vec<_>, Vec<_>) = gap
            .comments
            .into_iter()
            .partition(|comment| comment.own_line);
        if let Some(last) = self.line.words.last_mut() {
            last.after
                .extend(after.into_iter().map(|comment| comment.text));
        }
        self.waiting.comments = before;
    }

    fn word(&mut self, token: &Token<'s>) {
        let mut before = Vec::new();
        if self.line.words.is_empty() {
            self.release_comments();
            self.line.level = self.level();
            self.line.blanks = std::mem::take(&mut self.waiting.blanks);
        } else {
            let comments = std::mem::take(&mut self.waiting.comments).into_iter();
            before.extend(comments.map(|comment| comment.text));
        }
        self.line.words.push(Word {
            kind: token.kind,
            text: token.text,
            before,
            after: Vec::new(),
        });
    }

    fn end_line(&mut self, gap: Gap) {
        let mut line = std::mem::take(&mut self.line);
        let comments: Vec<String> = gap.comments.into_iter().map(|c| c.text).collect();
        line.comment = (!comments.is_empty()).then(|| comments.join("  "));
        self.waiting = Gap::default();
        if !line.words.is_empty() {
            self.items.push(Item::Line(line));
        }
    }
}

fn item<'s>(level: usize, comment: Comment) -> Item<'s> {
    Item::Comment {
        level,
        blanks: comment.blanks,
        text: comment.text,
    }
}
