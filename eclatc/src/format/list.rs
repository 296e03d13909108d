//! Brackets and their elements: on the line, on a line of their own, or one a line.

use super::document::Document;
use super::expression::{Expression, expression, operand};
use super::lines::Word;
use super::nodes::{Bracket, Node, ends_value};
use crate::lex::Kind;

/// The elements of a list, and what its commas and comments ask for.
#[derive(Debug)]
pub struct List<'s> {
    /// Elements, each with the comma behind it.
    elements: Vec<(Vec<Node<'s>>, Option<Word<'s>>)>,
}

impl<'s> List<'s> {
    /// Splits nodes at their commas.
    pub fn new(nodes: Vec<Node<'s>>) -> Self {
        let mut elements = Vec::new();
        let mut element = Vec::new();
        for node in nodes {
            match node {
                Node::Word(word) if word.kind == Kind::Comma => {
                    elements.push((std::mem::take(&mut element), Some(word)));
                }
                node => element.push(node),
            }
        }
        if !element.is_empty() {
            elements.push((element, None));
        }
        Self { elements }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// Whether a comma separates or ends elements.
    pub fn has_comma(&self) -> bool {
        self.elements.iter().any(|(_, comma)| comma.is_some())
    }

    /// Whether a comma stands behind the last element.
    pub fn ends_in_comma(&self) -> bool {
        self.elements
            .last()
            .is_some_and(|(_, comma)| comma.is_some())
    }

    /// The elements with commas between them, and `last` for one behind them.
    pub fn documents(self, last: Document, in_parens: bool) -> Vec<Document> {
        let mut documents = Vec::new();
        let count = self.elements.len();
        for (index, (nodes, comma)) in self.elements.into_iter().enumerate() {
            let mut element = element(nodes, in_parens);
            if let Some(mut comma) = comma {
                element.before.append(&mut comma.before);
                element.after.append(&mut comma.after);
            }
            documents.extend(lines(element.before));
            documents.push(element.document);
            documents.push(match index + 1 == count {
                true => last.clone(),
                false => Document::text(","),
            });
            documents.extend(element.after.into_iter().map(Document::Comment));
            if index + 1 < count {
                documents.push(Document::Break(" "));
            }
        }
        documents
    }
}

/// Comments on lines of their own.
fn lines(comments: Vec<String>) -> impl Iterator<Item = Document> {
    let pair = |comment| [Document::Text(comment), Document::LineEnd];
    comments.into_iter().flat_map(pair)
}

/// Adds comments on lines of their own at the end of a list.
pub fn add_lines(list: &mut Vec<Document>, comments: Vec<String>) {
    for comment in comments {
        if !list.is_empty() {
            list.push(Document::LineEnd);
        }
        list.push(Document::Text(comment));
    }
}

/// `VALUE`, `KEY: VALUE`, `NAME=VALUE` or `TYPE : NAME`: only the value breaks at operators.
fn element(mut nodes: Vec<Node<'_>>, in_parens: bool) -> Expression {
    let is_sign = |node: &Node<'_>| matches!(node.kind(), Kind::Colon | Kind::Assign);
    let Some(at) = nodes.iter().rposition(is_sign) else {
        return expression(nodes, in_parens);
    };
    if nodes[..at].iter().all(|node| node.kind() == Kind::Type) {
        return operand(nodes, in_parens);
    }
    let value = nodes.split_off(at + 1);
    let space = nodes[at].kind() == Kind::Colon || !in_parens;
    let mut name = operand(nodes, in_parens);
    let mut value = expression(value, in_parens);
    name.before.append(&mut value.before);
    name.after.append(&mut value.after);
    let space = Document::text(if space { " " } else { "" });
    name.document = Document::Sequence(vec![name.document, space, value.document]);
    name
}

/// Whether the node at an index is the arguments of a call.
pub fn is_called(nodes: &[Node<'_>], index: usize) -> bool {
    let callee = index.checked_sub(1).map(|before| nodes[before].last_kind());
    nodes[index].kind() == Kind::LeftParen
        && callee.is_some_and(|kind| ends_value(kind) || kind == Kind::Type)
}

/// A bracket; `called` when it is the arguments of a call.
pub fn bracket(bracket: Bracket<'_>, called: bool) -> Document {
    let Bracket { open, nodes, close } = bracket;
    let in_parens = open.kind == Kind::LeftParen;
    let in_braces = open.kind == Kind::LeftBrace;
    let list = List::new(nodes);
    if list.is_empty() && open.after.is_empty() && close.before.is_empty() {
        return Document::Text(format!("{}{}", open.text, close.text));
    }
    // `(a,)` is a tuple because of its comma; elsewhere one at the end asks for lines.
    let tuple_of_one = in_parens && !called && list.elements.len() == 1 && list.has_comma();
    let one_a_line = list.ends_in_comma() && !tuple_of_one || !close.before.is_empty();
    let last = last_comma(&list, in_braces, tuple_of_one);
    let mut elements = list.documents(last, in_parens);
    add_lines(&mut elements, close.before);
    if !in_braces && !elements.is_empty() {
        elements = vec![Document::Group(one_a_line, elements)];
    }
    let edge = if in_braces { " " } else { "" };
    let mut parts = vec![Document::text(open.text)];
    parts.extend(enclosed(open.after, edge, elements));
    parts.push(Document::text(close.text));
    Document::Group(one_a_line, parts)
}

/// What stands between two brackets: comments behind the first, then elements on lines of
/// their own, or `edge` around them when all is on one line.
pub fn enclosed(
    comments: Vec<String>,
    edge: &'static str,
    mut elements: Vec<Document>,
) -> impl Iterator<Item = Document> {
    let end = Document::Break(edge);
    let indented = (!elements.is_empty()).then(|| {
        elements.insert(0, end.clone());
        Document::Indented(elements)
    });
    let comments = comments.into_iter().map(Document::Comment);
    comments.chain(indented).chain([end])
}

/// The comma behind the last element.
fn last_comma(list: &List<'_>, in_braces: bool, tuple_of_one: bool) -> Document {
    match list.has_comma() || in_braces {
        _ if tuple_of_one => Document::text(","),
        _ if list.is_empty() => Document::text(""),
        true => Document::Either(",", ""),
        false => Document::text(""),
    }
}
