//! Imports: on one line, else in parentheses with one name a line.

use super::document::Document;
use super::expression::operand;
use super::list::{List, add_lines, enclosed};
use super::nodes::{Bracket, Node};
use crate::lex::Kind;

/// `from KIND.PACKAGE import NAMES`, of which parentheses around the names are left only
/// when they are needed.
pub fn import(mut nodes: Vec<Node<'_>>) -> Document {
    let word = nodes.iter().position(|node| node.kind() == Kind::Import);
    let names = word.map(|at| nodes.split_off(at + 1));
    let names = Names::new(names.unwrap_or_default());
    let mut inner = List::new(names.nodes).documents(Document::Either(",", ""), false);
    add_lines(&mut inner, names.closing);
    let start = operand(nodes, false).document;
    let mut parts = vec![start, Document::text(" "), Document::Either("(", "")];
    parts.extend(enclosed(names.opening, "", inner));
    parts.push(Document::Either(")", ""));
    Document::Group(names.one_a_line, parts)
}

/// The names of an import, with or without parentheses.
struct Names<'s> {
    nodes: Vec<Node<'s>>,
    /// Comments behind the opening parenthesis.
    opening: Vec<String>,
    /// Comments before the closing one.
    closing: Vec<String>,
    /// Whether a comma before the closing one asks for lines.
    one_a_line: bool,
}

impl<'s> Names<'s> {
    fn new(mut nodes: Vec<Node<'s>>) -> Self {
        let is_comma = |node: &Node<'_>| node.kind() == Kind::Comma;
        match nodes.pop() {
            Some(Node::Bracket(Bracket { open, nodes, close })) => Self {
                one_a_line: nodes.last().is_some_and(is_comma),
                nodes,
                opening: open.after,
                closing: close.before,
            },
            last => {
                nodes.extend(last);
                Self {
                    nodes,
                    opening: Vec::new(),
                    closing: Vec::new(),
                    one_a_line: false,
                }
            }
        }
    }
}
