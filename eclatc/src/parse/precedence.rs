//! Binary operators by their strength.

use crate::lex::Kind;
use crate::syntax::{Arena, BinaryOp, Expr, ExprKind};

/// The arithmetic operator of a token.
pub fn operator(kind: Kind) -> Option<BinaryOp> {
    Some(match kind {
        Kind::Pipe => BinaryOp::BitOr,
        Kind::Caret => BinaryOp::BitXor,
        Kind::Ampersand => BinaryOp::BitAnd,
        Kind::ShiftLeft => BinaryOp::Shl,
        Kind::ShiftRight => BinaryOp::Shr,
        Kind::Plus => BinaryOp::Add,
        Kind::Minus => BinaryOp::Sub,
        Kind::Star => BinaryOp::Mul,
        Kind::Slash => BinaryOp::Div,
        Kind::Percent => BinaryOp::Mod,
        _ => return None,
    })
}

/// How strongly an arithmetic operator binds, from 0 on; all bind to the left.
pub fn strength(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::BitXor => 1,
        BinaryOp::BitAnd => 2,
        BinaryOp::Shl | BinaryOp::Shr => 3,
        BinaryOp::Add | BinaryOp::Sub => 4,
        BinaryOp::Mul | BinaryOp::Div | BinaryOp::Mod => 5,
        BinaryOp::BitOr | BinaryOp::And | BinaryOp::Or => 0,
    }
}

/// Builds the tree of `first op operand op operand ...`.
pub fn resolve<'s>(arena: &'s Arena, first: Expr<'s>, rest: Vec<(BinaryOp, Expr<'s>)>) -> Expr<'s> {
    let mut operands = vec![first];
    let mut operators: Vec<BinaryOp> = Vec::new();
    for (op, operand) in rest {
        while operators
            .last()
            .is_some_and(|top| strength(*top) >= strength(op))
        {
            reduce(arena, &mut operands, &mut operators);
        }
        operators.push(op);
        operands.push(operand);
    }
    while !operators.is_empty() {
        reduce(arena, &mut operands, &mut operators);
    }
    operands.swap_remove(0)
}

/// Joins the two last operands by the last operator.
fn reduce<'s>(arena: &'s Arena, operands: &mut Vec<Expr<'s>>, operators: &mut Vec<BinaryOp>) {
    if let (Some(right), Some(left), Some(op)) = (operands.pop(), operands.pop(), operators.pop()) {
        operands.push(binary(op, arena.alloc(left), arena.alloc(right)));
    }
}

/// `left op right`
pub fn binary<'s>(op: BinaryOp, left: &'s Expr<'s>, right: &'s Expr<'s>) -> Expr<'s> {
    Expr {
        span: left.span.to(right.span),
        kind: ExprKind::Binary(op, left, right),
    }
}
