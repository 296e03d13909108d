//! Line structure: which line ends count, and where blocks begin and end.
//!
//! Inside brackets line ends mean nothing. A bracket that is still open where a line begins
//! with a word that only begins statements was forgotten: it is reported, and the line is
//! read as if the bracket had been closed, so that one mistake does not eat the file.

use super::{Kind, MAX_NESTING, Token};
use crate::diagnostic::{Diagnostic, Suggestion};
use crate::diagnostics::{habits, lexical};
use crate::source::{FileId, Span};
use std::cmp::Ordering;

/// In longer lines nobody looks for the place of a forgotten bracket.
const MAX_LINE: usize = 400;

/// Columns of a tab.
const TAB: usize = 4;

/// Turns words into lines and blocks.
pub fn arrange<'s>(
    words: Vec<Token<'s>>,
    text: &'s str,
    file: FileId,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Token<'s>> {
    let mut layout = Layout {
        text,
        file,
        problems,
        out: Vec::with_capacity(words.len() + words.len() / 8),
        blocks: vec![Indentation::default()],
        brackets: Vec::new(),
        lead: Indentation::at(text, 0),
        line_open: false,
        mixed: false,
        too_deep: false,
        braces: Braces::default(),
    };
    for (index, word) in words.iter().enumerate() {
        let next = words.get(index + 1).map_or(end_of(*word), |next| *next);
        layout.word(*word, next);
    }
    layout.finish();
    layout.out
}

/// The white space before the first word of a line.
#[derive(Clone, Copy, Default)]
struct Indentation<'s> {
    blank: &'s str,
    start: u32,
}

impl<'s> Indentation<'s> {
    /// Of the line of text that begins at an offset.
    fn at(text: &'s str, start: u32) -> Self {
        let line = text.get(start as usize..).unwrap_or_default();
        let length = line.len() - line.trim_start_matches([' ', '\t']).len();
        Self {
            blank: &line[..length],
            start,
        }
    }

    /// The offset of the first word.
    fn end(&self) -> u32 {
        self.start + self.blank.len() as u32
    }

    fn columns(&self) -> usize {
        let width = |byte| if byte == b'\t' { TAB } else { 1 };
        self.blank.bytes().map(width).sum()
    }
}

struct Layout<'s, 'p> {
    text: &'s str,
    file: FileId,
    problems: &'p mut Vec<Diagnostic>,
    out: Vec<Token<'s>>,
    /// Indentations of the open blocks; the first is the file's.
    blocks: Vec<Indentation<'s>>,
    brackets: Vec<Token<'s>>,
    /// White space before the first word of the line of text that is being read.
    lead: Indentation<'s>,
    /// Whether the current line has a word.
    line_open: bool,
    /// Whether tabs mixed with spaces have been reported; once is enough.
    mixed: bool,
    /// Whether depth has been reported; once is enough.
    too_deep: bool,
    braces: Braces,
}

/// Braces around blocks, as C has them: reported once, then read as if the block were only
/// indented.
#[derive(Default)]
struct Braces {
    /// So many are open.
    open: usize,
    /// The message about them among the problems.
    reported: Option<usize>,
}

/// What stands for the token behind the last one.
fn end_of(word: Token<'_>) -> Token<'_> {
    Token {
        kind: Kind::EndOfFile,
        text: "",
        span: Span::new(word.span.file, word.span.end, word.span.end),
    }
}

impl<'s> Layout<'s, '_> {
    fn word(&mut self, word: Token<'s>, next: Token<'s>) {
        if word.kind == Kind::Newline {
            return self.line_end(word);
        }
        let before = self.out.last().map(|token| token.kind);
        match word.kind {
            Kind::LeftBrace if self.follows_assignment() => self.join_lines(word),
            Kind::LeftBrace if self.opens_block(before, next) => return self.open_block(word),
            Kind::RightBrace if self.brackets.is_empty() && self.braces.open > 0 => {
                return self.close_block(word, next);
            }
            _ => {}
        }
        if !self.brackets.is_empty()
            && starts_statement(word.kind)
            && self.lead.end() == word.span.start
        {
            self.give_up_brackets(word.span);
        }
        if !self.line_open {
            self.begin_line(word.span);
            self.line_open = true;
        }
        match word.kind {
            Kind::LeftParen | Kind::LeftBracket | Kind::LeftBrace => self.open(word),
            Kind::RightParen | Kind::RightBracket | Kind::RightBrace => self.close(word),
            Kind::Error if word.text.starts_with(['"', '\'']) => self.swallowed(word),
            _ => self.out.push(word),
        }
    }

    fn line_end(&mut self, newline: Token<'s>) {
        self.lead = Indentation::at(self.text, newline.span.end);
        if self.line_open && self.brackets.is_empty() {
            self.out.push(newline);
            self.line_open = false;
        }
    }

    fn give_up_brackets(&mut self, next: Span) {
        // The innermost one is reported; those around it may only seem open because of it.
        if let Some(open) = self.brackets.pop() {
            let end = self.forgotten_end(open);
            let close = partner(open.kind).1;
            let problem = lexical::unclosed_bracket(open.span, open.text, close, end);
            self.problems.push(problem);
            self.mark(Kind::Error, open.span);
        }
        self.brackets.clear();
        if self.line_open {
            self.mark(Kind::Newline, Span::new(self.file, next.start, next.start));
        }
        self.line_open = false;
    }

    /// Where the bracket was probably meant to end: behind the words of its line, before the
    /// `:` of a header, with what closes the others of the line.
    fn forgotten_end(&self, open: Token<'s>) -> Option<(Span, String)> {
        let rest = self.text.as_bytes().get(open.span.start as usize..)?;
        let mut line = rest.iter().take(MAX_LINE);
        let length = line.position(|byte| matches!(byte, b'\n' | b'\r'))?;
        let line_end = open.span.start + length as u32;
        let line = self.out.iter().rev();
        let line = line.skip_while(|token| token.span.start >= line_end);
        let line: Vec<Token<'s>> = line
            .take_while(|token| token.kind != Kind::Newline)
            .copied()
            .collect();
        let (last, first) = (
            line.first()?,
            line.iter().rev().find(|token| !token.text.is_empty())?,
        );
        let header = starts_header(first.kind) && last.kind == Kind::Colon;
        let end = if header {
            last.span.start
        } else {
            last.span.end
        };
        if last.span == open.span || matches!(last.kind, Kind::Comma | Kind::Error) {
            return None;
        }
        let others = self.brackets.iter().rev();
        let others = others.take_while(|other| line.iter().any(|token| token.span == other.span));
        let others: String = others.map(|other| partner(other.kind).1).collect();
        let place = Span::new(self.file, end, end);
        Some((place, partner(open.kind).1.to_owned() + &others))
    }

    /// Whether the line before ends in `=`.
    fn follows_assignment(&self) -> bool {
        let last = self.out.iter().rev().take(2).map(|token| token.kind);
        !self.line_open && last.eq([Kind::Newline, Kind::Assign])
    }

    /// Reads `{` as if it stood behind the `=` of the line before.
    fn join_lines(&mut self, brace: Token<'s>) {
        self.out.pop();
        let end = self
            .out
            .last()
            .map_or(brace.span.start, |token| token.span.end);
        let gap = Span::new(self.file, end, brace.span.start);
        let problem = habits::map_on_next_line(brace.span, gap);
        self.problems.push(problem);
        self.line_open = true;
    }

    /// Whether `{` begins a block: at the end of a line that is no map assignment, or alone.
    fn opens_block(&self, before: Option<Kind>, next: Token<'s>) -> bool {
        let ends_line = matches!(next.kind, Kind::Newline | Kind::EndOfFile);
        let behind_header = matches!(
            before,
            Some(
                Kind::RightParen
                    | Kind::Name
                    | Kind::Number
                    | Kind::Type
                    | Kind::True
                    | Kind::False
                    | Kind::Else
                    | Kind::Colon
            )
        );
        let alone = !self.line_open && before == Some(Kind::Newline);
        self.brackets.is_empty() && ends_line && (alone || self.line_open && behind_header)
    }

    /// Whether the line before is a statement that no block belongs to.
    fn follows_statement(&self) -> bool {
        let line = self.out.iter().rev().skip(1);
        let ends = |kind| matches!(kind, Kind::Newline | Kind::Indent | Kind::Dedent);
        let line = line.map(|token| token.kind).take_while(|kind| !ends(*kind));
        let (first, second) = line.fold((None, None), |(first, _), kind| (Some(kind), first));
        let runs = first.is_some_and(|kind| starts_statement(kind) && !starts_header(kind));
        runs || second == Some(Kind::Assign)
    }

    /// Reads `{` as the `:` of the header before it.
    fn open_block(&mut self, brace: Token<'s>) {
        if !self.line_open && self.follows_statement() {
            self.braces.open += 1;
            return self.change_brace(brace.span, brace.span, "");
        }
        let newline = match self.line_open {
            true => None,
            false => self.out.pop(),
        };
        let has_colon = self
            .out
            .last()
            .is_some_and(|token| token.kind == Kind::Colon);
        let end = self
            .out
            .last()
            .map_or(brace.span.start, |token| token.span.end);
        if !has_colon {
            self.mark(Kind::Colon, Span::new(self.file, end, end));
        }
        self.out.extend(newline);
        self.braces.open += 1;
        let colon = if has_colon { "" } else { ":" };
        self.change_brace(brace.span, Span::new(self.file, end, brace.span.end), colon);
    }

    fn close_block(&mut self, brace: Token<'s>, next: Token<'s>) {
        self.braces.open -= 1;
        let until = match next.kind {
            Kind::Newline | Kind::EndOfFile => brace.span.end,
            _ => next.span.start,
        };
        let change = Span::new(self.file, brace.span.start, until);
        self.change_brace(brace.span, change, "");
    }

    /// Reports a brace, or adds the change to the report of the first one.
    fn change_brace(&mut self, brace: Span, change: Span, replacement: &str) {
        let reported = self.braces.reported.unwrap_or_else(|| {
            self.problems.push(habits::braces(brace));
            self.problems.len() - 1
        });
        self.braces.reported = Some(reported);
        let suggestion = Suggestion {
            span: change,
            replacement: replacement.to_owned(),
        };
        self.problems[reported].suggestions.push(suggestion);
    }

    /// Adds a token without text.
    fn mark(&mut self, kind: Kind, span: Span) {
        self.out.push(Token {
            kind,
            text: "",
            span,
        });
    }

    fn begin_line(&mut self, word: Span) {
        let line = self.lead;
        let at = Span::new(self.file, word.start, word.start);
        match line.columns().cmp(&self.top().columns()) {
            Ordering::Greater => self.indent(line, at),
            Ordering::Equal => self.compare(line, self.top()),
            Ordering::Less => self.dedent(line, at, word),
        }
    }

    fn indent(&mut self, line: Indentation<'s>, at: Span) {
        if self.blocks.len() > MAX_NESTING {
            return self.report_depth(at, "blocks", MAX_NESTING);
        }
        self.compare(line, self.top());
        self.blocks.push(line);
        self.mark(Kind::Indent, at);
    }

    fn dedent(&mut self, line: Indentation<'s>, at: Span, word: Span) {
        let columns = line.columns();
        while self.top().columns() > columns && self.parent_columns() >= Some(columns) {
            self.blocks.pop();
            self.mark(Kind::Dedent, at);
        }
        let block = self.top();
        if block.columns() == columns {
            return self.compare(line, block);
        }
        let outer = self.parent_columns().unwrap_or_default();
        let expected = [outer, block.columns()];
        self.problems
            .push(lexical::unmatched_unindent(word, columns, &expected));
        self.follow(line);
    }

    /// Reports, once, two lines whose columns depend on the width of a tab.
    fn compare(&mut self, line: Indentation<'s>, block: Indentation<'s>) {
        if !line.blank.starts_with(block.blank) && !self.mixed {
            self.mixed = true;
            let this = (self.place(line), line.blank);
            let problem = lexical::mixed_indentation(this, (self.place(block), block.blank));
            self.problems.push(problem);
        }
    }

    /// Goes on with a wrong indentation as if it were the block's, to report it once.
    fn follow(&mut self, line: Indentation<'s>) {
        if self.blocks.len() > 1
            && let Some(top) = self.blocks.last_mut()
        {
            *top = line;
        }
    }

    fn top(&self) -> Indentation<'s> {
        self.blocks.last().copied().unwrap_or_default()
    }

    /// Columns of the block around the current one.
    fn parent_columns(&self) -> Option<usize> {
        let parent = self.blocks.len().checked_sub(2)?;
        Some(self.blocks[parent].columns())
    }

    fn place(&self, line: Indentation<'s>) -> Span {
        Span::new(self.file, line.start, line.end())
    }

    fn open(&mut self, word: Token<'s>) {
        if self.brackets.len() >= MAX_NESTING {
            self.report_depth(word.span, "brackets", MAX_NESTING);
        }
        self.brackets.push(word);
        self.out.push(word);
    }

    fn close(&mut self, word: Token<'s>) {
        let expected = self.brackets.last().copied();
        match expected {
            Some(open) if partner(open.kind).0 == word.kind => {
                self.brackets.pop();
                self.out.push(word);
            }
            _ => {
                let open = expected.map(|open| (open.span, partner(open.kind).1));
                let problem = lexical::unmatched_bracket(word.span, word.text, open);
                self.problems.push(problem);
                self.brackets.pop();
                self.mark(Kind::Error, word.span);
            }
        }
    }

    /// A string without an end has probably swallowed what closes the brackets of its line.
    fn swallowed(&mut self, word: Token<'s>) {
        let line = self.lead.start;
        self.brackets.retain(|open| open.span.start < line);
        self.out.push(word);
    }

    fn report_depth(&mut self, span: Span, what: &str, limit: usize) {
        if !self.too_deep {
            self.problems
                .push(lexical::nested_too_deeply(span, what, limit));
            self.too_deep = true;
        }
        self.mark(Kind::Error, span);
    }

    fn finish(&mut self) {
        let end = self.text.len() as u32;
        let at = Span::new(self.file, end, end);
        self.give_up_brackets(at);
        if self
            .out
            .last()
            .is_some_and(|token| token.kind != Kind::Newline)
        {
            self.mark(Kind::Newline, at);
        }
        for _ in 1..self.blocks.len() {
            self.mark(Kind::Dedent, at);
        }
        self.mark(Kind::EndOfFile, at);
    }
}

/// What closes a bracket, and its text.
fn partner(open: Kind) -> (Kind, &'static str) {
    match open {
        Kind::LeftParen => (Kind::RightParen, ")"),
        Kind::LeftBracket => (Kind::RightBracket, "]"),
        _ => (Kind::RightBrace, "}"),
    }
}

/// Whether a word at the start of a line begins a header, which ends in `:`.
fn starts_header(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Def | Kind::If | Kind::Elif | Kind::While | Kind::For
    )
}

/// Whether a word at the start of a line can only begin a statement.
pub fn starts_statement(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Def
            | Kind::From
            | Kind::While
            | Kind::Return
            | Kind::Pass
            | Kind::Break
            | Kind::Continue
            | Kind::Const
            | Kind::Elif
    )
}
