//! Statements as documents.

use super::document::Document;
use super::expression::{expression, operand};
use super::import::import;
use super::nodes::{Node, depth, strength};
use crate::lex::{Kind, MAX_NESTING};

/// A logical line: the header of a block, statements, or both.
#[derive(Debug)]
pub struct Parts {
    /// Up to its `:`.
    pub header: Option<Document>,
    /// What `;` separates.
    pub statements: Vec<Document>,
}

/// Lays out a logical line.
pub fn parts(mut nodes: Vec<Node<'_>>) -> Parts {
    let body = match header_end(&nodes) {
        Some(end) => nodes.split_off(end),
        None => std::mem::take(&mut nodes),
    };
    let is_end = |node: &Node<'_>| node.kind() == Kind::Semicolon;
    let mut statements = vec![Vec::new()];
    for node in body {
        match statements.last_mut() {
            Some(last) if !is_end(&node) => last.push(node),
            _ => statements.push(Vec::new()),
        }
    }
    statements.retain(|nodes| !nodes.is_empty());
    Parts {
        header: (!nodes.is_empty()).then(|| header(nodes)),
        statements: statements.into_iter().map(statement).collect(),
    }
}

/// Where the body of a header's line begins: behind its last `:` that is in no bracket and in
/// no declaration of the body.
fn header_end(nodes: &[Node<'_>]) -> Option<usize> {
    let first = nodes.first()?;
    let is_test = matches!(first, Node::Word(word) if word.text == "test")
        && nodes.get(1).is_some_and(|node| node.kind() == Kind::String);
    let is_header = is_test
        || matches!(
            first.kind(),
            Kind::If | Kind::Elif | Kind::Else | Kind::While | Kind::For | Kind::Def
        );
    let colon = nodes.iter().position(|node| node.kind() == Kind::Colon);
    colon.filter(|_| is_header).map(|at| at + 1)
}

/// `WORD EXPR:`, or a header without a condition.
fn header(mut nodes: Vec<Node<'_>>) -> Document {
    if !matches!(nodes[0].kind(), Kind::If | Kind::Elif | Kind::While) {
        return operand(nodes, false).document;
    }
    let mut cond = nodes.split_off(1);
    cond.pop();
    let word = operand(nodes, false).document;
    Document::Sequence(vec![
        word,
        Document::text(" "),
        value(cond),
        Document::text(":"),
    ])
}

fn statement(mut nodes: Vec<Node<'_>>) -> Document {
    if nodes[0].kind() == Kind::From {
        return import(nodes);
    }
    let is_assignment = |node: &Node<'_>| (Kind::Assign..=Kind::ShrAssign).contains(&node.kind());
    let assigned = nodes.iter().rposition(is_assignment);
    let returned = (nodes[0].kind() == Kind::Return).then_some(0);
    let Some(at) = assigned.or(returned) else {
        return value(nodes);
    };
    let right = nodes.split_off(at + 1);
    let left = operand(nodes, false).document;
    if right.is_empty() {
        return left;
    }
    Document::Sequence(vec![left, Document::text(" "), value(right)])
}

/// An expression that gets parentheses when it must break at an operator.
fn value(nodes: Vec<Node<'_>>) -> Document {
    let operators = (0..nodes.len()).any(|at| strength(&nodes, at).is_some());
    if !operators || depth(&nodes) >= MAX_NESTING {
        return operand(nodes, false).document;
    }
    let document = expression(nodes, false).document;
    Document::Group(
        false,
        vec![
            Document::Either("(", ""),
            Document::Indented(vec![Document::Break(""), document]),
            Document::Break(""),
            Document::Either(")", ""),
        ],
    )
}
