//! Binary operators by their strength.

use crate::lex::Kind;
use crate::syntax::{BinaryOp, Expr, ExprKind};

/// Operators between arithmetic operands, weakest first; all bind to the left.
const TABLE: [(Kind, BinaryOp, u8); 10] = [
    (Kind::Pipe, BinaryOp::BitOr, 0),
    (Kind::Caret, BinaryOp::BitXor, 1),
    (Kind::Ampersand, BinaryOp::BitAnd, 2),
    (Kind::ShiftLeft, BinaryOp::Shl, 3),
    (Kind::ShiftRight, BinaryOp::Shr, 3),
    (Kind::Plus, BinaryOp::Add, 4),
    (Kind::Minus, BinaryOp::Sub, 4),
    (Kind::Star, BinaryOp::Mul, 5),
    (Kind::Slash, BinaryOp::Div, 5),
    (Kind::Percent, BinaryOp::Mod, 5),
];

/// The arithmetic operator of a token.
pub fn operator(kind: Kind) -> Option<BinaryOp> {
    let row = TABLE.iter().find(|row| row.0 == kind)?;
    Some(row.1)
}

fn strength(op: BinaryOp) -> u8 {
    let row = TABLE.iter().find(|row| row.1 == op);
    row.map_or(0, |row| row.2)
}

/// Builds the tree of `first op operand op operand ...`.
pub fn resolve<'s>(first: Expr<'s>, rest: Vec<(BinaryOp, Expr<'s>)>) -> Expr<'s> {
    let mut operands = vec![first];
    let mut operators: Vec<BinaryOp> = Vec::new();
    for (op, operand) in rest {
        while operators
            .last()
            .is_some_and(|top| strength(*top) >= strength(op))
        {
            reduce(&mut operands, &mut operators);
        }
        operators.push(op);
        operands.push(operand);
    }
    while !operators.is_empty() {
        reduce(&mut operands, &mut operators);
    }
    operands.swap_remove(0)
}

/// Joins the two last operands by the last operator.
fn reduce(operands: &mut Vec<Expr<'_>>, operators: &mut Vec<BinaryOp>) {
    if let (Some(right), Some(left), Some(op)) = (operands.pop(), operands.pop(), operators.pop()) {
        operands.push(binary(op, left, right));
    }
}

/// `left op right`
pub fn binary<'s>(op: BinaryOp, left: Expr<'s>, right: Expr<'s>) -> Expr<'s> {
    Expr {
        span: left.span.to(right.span),
        kind: ExprKind::Binary(op, Box::new(left), Box::new(right)),
    }
}
