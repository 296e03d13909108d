//! eCLAT in colours: the compiler's own lexer says what each word is.

use super::html::{attribute, escape};
use super::links::Links;
use crate::lex::{self, Kind, Token};
use crate::source::FileId;

/// A stretch of text that looks alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'s> {
    /// The text.
    pub text: &'s str,
    /// How it looks, a class of the style sheet; empty for what is plain.
    pub class: &'static str,
    /// Where it leads.
    pub link: Option<String>,
}

/// The pieces of a text, one behind the other.
pub fn pieces<'s>(text: &'s str, links: &Links<'_>) -> Vec<Piece<'s>> {
    let (tokens, _) = lex::lex(text, FileId(0));
    let tokens: Vec<Token<'s>> = tokens.iter().collect();
    let mut pieces = Vec::new();
    let mut at = 0;
    for (index, token) in tokens.iter().enumerate() {
        let (start, end) = (token.span.start as usize, token.span.end as usize);
        // Marks of indentation lie anywhere and cover nothing.
        if token.text.is_empty() || start < at {
            continue;
        }
        between(text.get(at..start).unwrap_or_default(), &mut pieces);
        pieces.push(piece(&tokens, index, links));
        at = end;
    }
    between(text.get(at..).unwrap_or_default(), &mut pieces);
    pieces
}

fn piece<'s>(tokens: &[Token<'s>], index: usize, links: &Links<'_>) -> Piece<'s> {
    let token = &tokens[index];
    let link = match token.kind {
        Kind::Name => target(tokens, index, links),
        _ => None,
    };
    Piece {
        text: token.text,
        class: class(tokens, index, link.is_some()),
        link,
    }
}

/// Where a name leads: a package or module behind its kind, else what the script means.
fn target(tokens: &[Token<'_>], index: usize, links: &Links<'_>) -> Option<String> {
    let name = tokens[index].text;
    let before = |back: usize| Some(&tokens[index.checked_sub(back)?]);
    let follows_dot = before(1).is_some_and(|token| token.kind == Kind::Dot);
    match before(2).filter(|_| follows_dot).map(|token| token.text) {
        Some("std") => links.module(name),
        Some("programs" | "loaders" | "prog" | "chains") => links.package(name),
        _ if follows_dot => None,
        _ => links.name(name),
    }
}

fn class(tokens: &[Token<'_>], index: usize, linked: bool) -> &'static str {
    let next = tokens.get(index + 1).map(|token| token.kind);
    match tokens[index].kind {
        Kind::Name if linked => "fn",
        Kind::Name if next == Some(Kind::LeftParen) => "fn",
        Kind::Number | Kind::True | Kind::False => "num",
        Kind::String => "str",
        Kind::Type => "ty",
        kind if (Kind::Def..=Kind::Const).contains(&kind) => "kw",
        _ => "",
    }
}

/// What lies between two tokens: space and comments.
fn between<'s>(mut text: &'s str, pieces: &mut Vec<Piece<'s>>) {
    let mut push = |text: &'s str, class| {
        if !text.is_empty() {
            let link = None;
            pieces.push(Piece { text, class, link });
        }
    };
    while let Some(start) = text.find('#') {
        let length = text[start..].find(['\n', '\r']);
        let end = length.map_or(text.len(), |length| start + length);
        push(&text[..start], "");
        push(&text[start..end], "com");
        text = &text[end..];
    }
    push(text, "");
}

/// A text as HTML, for the inside of `pre` or `code`.
pub fn html(text: &str, links: &Links<'_>) -> String {
    pieces(text, links).iter().map(piece_html).collect()
}

fn piece_html(piece: &Piece<'_>) -> String {
    let text = escape(piece.text);
    let class = match piece.class {
        "" => String::new(),
        class => format!(" class=\"{class}\""),
    };
    match &piece.link {
        Some(link) => format!("<a{class} href=\"{}\">{text}</a>", attribute(link)),
        None if class.is_empty() => text,
        None => format!("<span{class}>{text}</span>"),
    }
}
