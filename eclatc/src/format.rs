//! Scripts in their usual form: `eclatc fmt`.
//!
//! | step | module | gives |
//! |---|---|---|
//! | what is between tokens | `trivia` | comments and blank lines |
//! | logical lines | `lines` | words with their comments, at a level |
//! | brackets | `nodes` | words and what brackets hold |
//! | lines as documents | `statement`, `import`, `expression`, `list` | where a line may break |
//! | documents as text | `document` | lines of at most [`WIDTH`] columns |
//! | blank lines | `page` | the whole text |
//!
//! The result depends on the words, the comments and the blank lines of a text, never on
//! where its lines were broken; only a comma before a closing bracket says that the author
//! wants one element a line. What was made is read again before it is given out: it has the
//! same syntax tree and the same comments, or it is not given.

mod document;
mod expression;
mod import;
mod lines;
mod list;
mod nodes;
mod page;
mod statement;
mod trivia;

use crate::diagnostic::{self, Diagnostic};
use crate::lex::{Kind, Token, lex};
use crate::parse::parse;
use crate::source::FileId;
use crate::syntax::Arena;

/// Columns of a line. What cannot be broken, a long string or comment, may have more.
pub const WIDTH: usize = 88;

/// Columns of a level of indentation.
const INDENT: usize = 4;

/// Why a text has not been formatted.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// It is no script: these are its syntax errors.
    Syntax(Vec<Diagnostic>),
    /// The result would mean something else: a defect of the formatter.
    Defect,
}

/// The usual form of a script.
///
/// # Errors
/// When the text has syntax errors.
pub fn format(text: &str, file: FileId) -> Result<String, Refusal> {
    let before = Reading::new(text, file).map_err(Refusal::Syntax)?;
    let formatted = page::write(lines::lines(text, &before.tokens));
    match Reading::new(&formatted, file) {
        Ok(after) if after.says_the_same(&before) => Ok(formatted),
        _ => Err(Refusal::Defect),
    }
}

/// What a text says, apart from its form.
struct Reading<'s> {
    tokens: Vec<Token<'s>>,
    tree: String,
    comments: Vec<String>,
}

impl<'s> Reading<'s> {
    fn new(text: &'s str, file: FileId) -> Result<Self, Vec<Diagnostic>> {
        let (tokens, mut problems) = lex(text, file);
        let arena = Arena::new();
        let (tree, more) = parse(&tokens, &arena);
        let tokens: Vec<Token<'s>> = tokens.iter().collect();
        problems.extend(more);
        diagnostic::settle(&mut problems);
        match problems.is_empty() {
            true => Ok(Self {
                tree: without_places(&tree.to_string()),
                comments: trivia::words_of_comments(text, &tokens),
                tokens,
            }),
            false => Err(problems),
        }
    }

    fn says_the_same(&self, other: &Reading<'_>) -> bool {
        self.tree == other.tree && self.comments == other.comments && self.words().eq(other.words())
    }

    /// All words but those that formatting adds and takes away. The tree has not all of them:
    /// it leaves out what it does not understand yet.
    fn words(&self) -> impl Iterator<Item = &'s str> {
        let stays = |token: &&Token<'_>| {
            !matches!(
                token.kind,
                Kind::LeftParen
                    | Kind::RightParen
                    | Kind::Comma
                    | Kind::Semicolon
                    | Kind::Newline
                    | Kind::Indent
                    | Kind::Dedent
            )
        };
        self.tokens.iter().filter(stays).map(|token| token.text)
    }
}

/// The text form of a tree without the places at the ends of its lines.
fn without_places(tree: &str) -> String {
    let lines = tree.lines().map(|line| match line.rsplit_once(" @") {
        Some((statement, place)) if is_place(place) => statement,
        _ => line,
    });
    lines.flat_map(|line| [line, "\n"]).collect()
}

fn is_place(text: &str) -> bool {
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once("..")
        .is_some_and(|(start, end)| is_digits(start) && is_digits(end))
}
