//! Words and brackets of a line, and the space between neighbours.

use super::lines::Word;
use crate::lex::Kind;

/// A word, or a pair of brackets with what they hold.
#[derive(Clone, Debug)]
pub enum Node<'s> {
    /// A word that is no bracket.
    Word(Word<'s>),
    /// Brackets.
    Bracket(Bracket<'s>),
}

/// A pair of brackets.
#[derive(Clone, Debug)]
pub struct Bracket<'s> {
    /// What opens it.
    pub open: Word<'s>,
    /// What it holds.
    pub nodes: Vec<Node<'s>>,
    /// What closes it.
    pub close: Word<'s>,
}

impl<'s> Node<'s> {
    /// The kind of its first word.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Word(word) => word.kind,
            Self::Bracket(bracket) => bracket.open.kind,
        }
    }

    /// The kind of its last word.
    pub fn last_kind(&self) -> Kind {
        match self {
            Self::Word(word) => word.kind,
            Self::Bracket(bracket) => bracket.close.kind,
        }
    }
}

/// Groups words by their brackets.
pub fn nodes(words: Vec<Word<'_>>) -> Vec<Node<'_>> {
    let mut open = Vec::new();
    let mut nodes = Vec::new();
    for word in words {
        match word.kind {
            Kind::LeftParen | Kind::LeftBracket | Kind::LeftBrace => {
                open.push((std::mem::take(&mut nodes), word));
            }
            Kind::RightParen | Kind::RightBracket | Kind::RightBrace => {
                let Some((around, first)) = open.pop() else {
                    nodes.push(Node::Word(word));
                    continue;
                };
                let bracket = Bracket {
                    open: first,
                    nodes: std::mem::replace(&mut nodes, around),
                    close: word,
                };
                nodes.push(Node::Bracket(bracket));
            }
            _ => nodes.push(Node::Word(word)),
        }
    }
    nodes
}

/// How deep brackets lie in one another.
pub fn depth(nodes: &[Node<'_>]) -> usize {
    let depth = |node: &Node<'_>| match node {
        Node::Word(_) => 0,
        Node::Bracket(bracket) => 1 + depth(&bracket.nodes),
    };
    nodes.iter().map(depth).max().unwrap_or_default()
}

/// Whether a value can end with this word, so that a sign behind it has two operands.
pub fn ends_value(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Name
            | Kind::Number
            | Kind::String
            | Kind::True
            | Kind::False
            | Kind::RightParen
            | Kind::RightBracket
            | Kind::RightBrace
    )
}

/// Whether the node at an index is a sign of one operand, as in `-x`.
fn is_sign(nodes: &[Node<'_>], index: usize) -> bool {
    let sign = matches!(nodes[index].kind(), Kind::Minus | Kind::Plus | Kind::Tilde);
    sign && (index == 0 || !ends_value(nodes[index - 1].last_kind()))
}

/// How strongly an operator of two operands at an index binds; 0 is weakest.
pub fn strength(nodes: &[Node<'_>], index: usize) -> Option<u8> {
    if is_sign(nodes, index) {
        return None;
    }
    Some(match nodes[index].kind() {
        Kind::If | Kind::Else => 0,
        Kind::Or => 1,
        Kind::And => 2,
        Kind::Equal | Kind::NotEqual => 3,
        Kind::Less | Kind::LessEqual | Kind::Greater | Kind::GreaterEqual => 3,
        Kind::Pipe => 4,
        Kind::Caret => 5,
        Kind::Ampersand => 6,
        Kind::ShiftLeft | Kind::ShiftRight => 7,
        Kind::Plus | Kind::Minus => 8,
        Kind::Star | Kind::Slash | Kind::Percent => 9,
        _ => return None,
    })
}

/// Whether a space stands before the node at an index; `in_parens` tells an argument's `=`
/// from an assignment's.
pub fn space_before(nodes: &[Node<'_>], index: usize, in_parens: bool) -> bool {
    let Some(before) = index.checked_sub(1) else {
        return false;
    };
    let (left, right) = (nodes[before].last_kind(), nodes[index].kind());
    match (left, right) {
        (_, Kind::Comma | Kind::Semicolon | Kind::Dot) | (Kind::Dot, _) => false,
        (_, Kind::Assign) | (Kind::Assign, _) => !in_parens,
        (_, Kind::Colon) => is_type_first(nodes, before),
        (_, Kind::LeftParen) => !ends_value(left) && left != Kind::Type && !is_sign(nodes, before),
        (_, Kind::LeftBracket) => !ends_value(left) && !is_sign(nodes, before),
        _ => !is_sign(nodes, before),
    }
}

/// Whether the node at an index is the type of `TYPE : NAME`.
fn is_type_first(nodes: &[Node<'_>], index: usize) -> bool {
    let result = index > 0 && nodes[index - 1].kind() == Kind::Arrow;
    let named = nodes
        .get(index + 2)
        .is_some_and(|node| node.kind() == Kind::Name);
    nodes[index].kind() == Kind::Type && named && !result
}
