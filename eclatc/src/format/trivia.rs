//! Comments and blank lines, which the lexer leaves out.

use crate::lex::{Kind, Token};

/// Columns of a tab, as in the lexer.
const TAB: usize = 4;

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its text from `#`, with one space behind it and none at the end.
    pub text: String,
    /// Columns before it, when it has a line of its own.
    pub column: usize,
    /// Blank lines before it.
    pub blanks: usize,
    /// Whether nothing stands before it on its line.
    pub own_line: bool,
}

/// What is between two tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    /// Comments in order.
    pub comments: Vec<Comment>,
    /// Blank lines behind the last comment.
    pub blanks: usize,
}

/// The gap before every token.
pub fn gaps(text: &str, tokens: &[Token<'_>]) -> Vec<Gap> {
    let mut end = 0;
    let mut at_line_start = true;
    let gap = |token: &Token<'_>| {
        let between = text.get(end..token.span.start as usize);
        let gap = scan(between.unwrap_or_default(), at_line_start);
        end = token.span.end as usize;
        let no_text = matches!(token.kind, Kind::Indent | Kind::Dedent);
        at_line_start = token.kind == Kind::Newline || at_line_start && no_text;
        gap
    };
    tokens.iter().map(gap).collect()
}

/// The words of all comments, sorted: formatting may move a comment behind another.
pub fn words_of_comments(text: &str, tokens: &[Token<'_>]) -> Vec<String> {
    let gaps = gaps(text, tokens).into_iter();
    let comments: Vec<Comment> = gaps.flat_map(|gap| gap.comments).collect();
    let words = comments
        .iter()
        .flat_map(|comment| comment.text.split_whitespace());
    let mut words: Vec<String> = words.map(str::to_owned).collect();
    words.sort_unstable();
    words
}

fn scan(mut rest: &str, at_line_start: bool) -> Gap {
    let mut gap = Gap::default();
    let mut is_blank = at_line_start;
    let mut column = 0;
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        match first {
            '#' => {
                length = rest.find(['\n', '\r']).unwrap_or(rest.len());
                gap.comments.push(Comment {
                    text: tidy(&rest[..length]),
                    column,
                    blanks: std::mem::take(&mut gap.blanks),
                    own_line: is_blank,
                });
                is_blank = false;
            }
            '\n' | '\r' => {
                length = if rest.starts_with("\r\n") { 2 } else { 1 };
                gap.blanks += usize::from(is_blank);
                is_blank = true;
                column = 0;
            }
            '\\' => is_blank = false,
            '\t' => column += TAB,
            _ => column += 1,
        }
        rest = &rest[length..];
    }
    gap
}

/// A comment with a space behind its `#`, unless the sign is doubled or begins `#!` or `#:`.
fn tidy(comment: &str) -> String {
    let comment = comment.trim_end();
    match comment[1..].chars().next() {
        None | Some(' ' | '\t' | '#' | '!' | ':') => comment.to_owned(),
        Some(_) => format!("# {}", &comment[1..]),
    }
}

/// The columns before an offset on its line.
pub fn column(text: &str, offset: u32) -> usize {
    let before = text.get(..offset as usize).unwrap_or_default();
    let line = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let width = |c| if c == '\t' { TAB } else { 1 };
    before[line..].chars().map(width).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_count_before_and_behind_comments() {
        let gap = scan("\n  \n  #a\n\n", true);
        assert_eq!(gap.comments.len(), 1);
        let comment = &gap.comments[0];
        assert_eq!((comment.text.as_str(), comment.column), ("# a", 2));
        assert_eq!((comment.blanks, comment.own_line, gap.blanks), (2, true, 1));
    }

    #[test]
    fn comments_behind_words_are_on_their_line() {
        let gap = scan("  #! a \r\n\t# b\r\n", false);
        let places: Vec<_> = gap
            .comments
            .iter()
            .map(|c| (c.own_line, c.column))
            .collect();
        assert_eq!(places, [(false, 2), (true, 4)]);
        assert_eq!(gap.comments[0].text, "#! a");
    }
}
