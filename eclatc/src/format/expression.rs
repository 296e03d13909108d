//! Expressions: a line breaks before the weakest operators first.
//!
//! Comments among the words of an operand are moved out of it: those on lines of their own
//! before it, or before the operator it follows; those at ends of lines behind it.

use super::document::Document;
use super::list;
use super::nodes::{Node, space_before, strength};

/// An expression, or a part of one, with comments that have left it.
#[derive(Debug)]
pub struct Expression {
    /// It, without those comments.
    pub document: Document,
    /// Comments on lines before it.
    pub before: Vec<String>,
    /// Comments behind it.
    pub after: Vec<String>,
}

/// Lays out an expression; `in_parens` when parentheses hold it.
pub fn expression(mut nodes: Vec<Node<'_>>, in_parens: bool) -> Expression {
    let strengths: Vec<_> = (0..nodes.len()).map(|at| strength(&nodes, at)).collect();
    let Some(weakest) = strengths.iter().flatten().min() else {
        return operand(nodes, in_parens);
    };
    let places = strengths.iter().enumerate().rev();
    let places = places.filter(|(_, strength)| *strength == &Some(*weakest));
    let mut parts = Vec::new();
    for (at, _) in places {
        parts.push(nodes.split_off(at));
    }
    let first = expression(nodes, in_parens);
    join(first, parts.into_iter().rev(), in_parens)
}

/// Puts operands together, each but the first behind its operator.
fn join<'s>(
    first: Expression,
    rest: impl Iterator<Item = Vec<Node<'s>>>,
    in_parens: bool,
) -> Expression {
    let mut documents = vec![first.document];
    let mut comments = first.after;
    for mut nodes in rest {
        let value = nodes.split_off(1);
        let operator = operand(nodes, false);
        let mut value = expression(value, in_parens);
        documents.extend(comments.drain(..).map(Document::Comment));
        documents.push(Document::Break(" "));
        for comment in operator.before.into_iter().chain(value.before) {
            documents.extend([Document::Text(comment), Document::LineEnd]);
        }
        documents.extend([operator.document, Document::text(" "), value.document]);
        comments = operator.after;
        comments.append(&mut value.after);
    }
    let document = Document::Group(false, documents);
    Expression {
        document,
        before: first.before,
        after: comments,
    }
}

/// Lays out words and brackets that nothing but a bracket breaks.
pub fn operand(nodes: Vec<Node<'_>>, in_parens: bool) -> Expression {
    let spaces: Vec<bool> = (0..nodes.len())
        .map(|at| space_before(&nodes, at, in_parens))
        .collect();
    let called: Vec<bool> = (0..nodes.len())
        .map(|at| list::is_called(&nodes, at))
        .collect();
    let mut documents = Vec::new();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for ((node, space), called) in nodes.into_iter().zip(spaces).zip(called) {
        if space {
            documents.push(Document::text(" "));
        }
        match node {
            Node::Word(mut word) => {
                before.append(&mut word.before);
                after.append(&mut word.after);
                documents.push(Document::text(word.text));
            }
            Node::Bracket(mut bracket) => {
                before.append(&mut bracket.open.before);
                after.append(&mut bracket.close.after);
                documents.push(list::bracket(bracket, called));
            }
        }
    }
    Expression {
        document: Document::Sequence(documents),
        before,
        after,
    }
}
