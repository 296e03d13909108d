//! How deep the tree of a line can be, seen before it is built.

use crate::lex::{Kind, Token};
use crate::source::Span;

/// Operators on the way from an expression to its innermost operand. A chain has little room
/// for more, and recursion over the tree stays shallow.
pub const MAX_OPERATORS: usize = 128;

/// The operator of a line that is one too many, if there is one.
///
/// Counts what a path through the tree can meet: the operators before a bracket and those in
/// it, and after it the longer of the two ways. A comma begins a new operand.
pub fn too_deep(line: &[Token<'_>]) -> Option<Span> {
    let mut outer: Vec<(usize, usize)> = Vec::new();
    let (mut count, mut before) = (0, 0);
    for token in line {
        match token.kind {
            Kind::LeftParen | Kind::LeftBracket | Kind::LeftBrace => {
                outer.push((count, before));
                before = count;
            }
            Kind::RightParen | Kind::RightBracket | Kind::RightBrace => {
                let (at_open, around) = outer.pop().unwrap_or_default();
                count = count.max(at_open);
                before = around;
            }
            Kind::Comma | Kind::Colon | Kind::Semicolon => count = before,
            kind if is_operator(kind) => count += 1,
            _ => {}
        }
        if count > MAX_OPERATORS {
            return Some(token.span);
        }
    }
    None
}

/// Whether a token adds to the depth of the tree.
pub fn is_operator(kind: Kind) -> bool {
    kind >= Kind::Equal || matches!(kind, Kind::And | Kind::Or | Kind::Not | Kind::If)
}
