//! Imports: on one line, else in parentheses with one name a line.

use super::document::Document;
use super::expression::operand;
use super::list::{List, add_lines};
use super::nodes::{Bracket, Node};
use crate::lex::Kind;

/// `from KIND.PACKAGE import NAMES`, of which parentheses around the names are left only
/// when they are needed.
pub fn import(mut nodes: Vec<Node<'_>>) -> Document {
    let word = nodes.iter().position(|node| node.kind() == Kind::Import);
    let names = word.map(|at| nodes.split_off(at + 1));
    let mut names = names.unwrap_or_default();
    let start = operand(nodes, false).document;
    let one_a_line;
    let mut opening = Vec::new();
    let mut closing: Vec<String> = Vec::new();
    match names.pop() {
        Some(Node::Bracket(Bracket { open, nodes, close })) => {
            names = nodes;
            opening.extend(open.after.into_iter().map(Document::Comment));
            closing = close.before;
            one_a_line = matches!(names.last(), Some(last) if last.kind() == Kind::Comma);
        }
        last => {
            names.extend(last);
            one_a_line = false;
        }
    }
    let list = List::new(names);
    let mut inner = list.documents(Document::Either(",", ""), false);
    add_lines(&mut inner, closing);
    inner.insert(0, Document::Break(""));
    let mut all = vec![start, Document::text(" "), Document::Either("(", "")];
    all.extend(opening);
    all.extend([
        Document::Indented(inner),
        Document::Break(""),
        Document::Either(")", ""),
    ]);
    Document::Group(one_a_line, all)
}
