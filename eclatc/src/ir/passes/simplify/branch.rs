//! Branches: decided ones become jumps, the others get their canonical form.

use super::super::known::{Computation, Known};
use crate::ir::{BinaryOp, BlockId, Condition, Operand, Target, Terminator};

/// A comparison.
#[derive(Clone, Copy, PartialEq)]
struct Test {
    condition: Condition,
    left: Operand,
    right: Operand,
}

/// What a comparison can be replaced by.
enum Rewrite {
    /// It always holds, or never.
    Decided(bool),
    /// Another one, always closer to the canonical form.
    As(Test),
    /// Another one that holds exactly when this one does not.
    Negated(Test),
}

/// Simplifies a terminator; says whether it is another one now.
pub fn simplify(end: &mut Terminator, known: &Known) -> bool {
    let mut changed = false;
    while let Terminator::Branch {
        condition,
        left,
        right,
        then,
        otherwise,
    } = end
    {
        let test = Test {
            condition: *condition,
            left: *left,
            right: *right,
        };
        let rewrite = match then == otherwise {
            true => Some(Rewrite::Decided(true)),
            false => rewritten(test, known),
        };
        let new = match rewrite {
            None => return changed,
            Some(Rewrite::Decided(holds)) => {
                let target = if holds { then } else { otherwise };
                *end = Terminator::Jump(std::mem::replace(target, Target::bare(BlockId::ENTRY)));
                return true;
            }
            Some(Rewrite::As(new)) => new,
            Some(Rewrite::Negated(new)) => {
                std::mem::swap(then, otherwise);
                new
            }
        };
        (*condition, *left, *right) = (new.condition, new.left, new.right);
        changed = true;
    }
    changed
}

/// The result of a comparison where it is certain.
pub fn decide(condition: Condition, left: Operand, right: Operand) -> Option<bool> {
    match (left, right) {
        (Operand::Const(left), Operand::Const(right)) => Some(condition.holds(left, right)),
        _ if left == right => condition.holds_of_same(),
        _ => None,
    }
}

fn rewritten(test: Test, known: &Known) -> Option<Rewrite> {
    let Test {
        condition,
        left,
        right,
    } = test;
    if let Some(holds) = decide(condition, left, right) {
        return Some(Rewrite::Decided(holds));
    }
    match (left, right) {
        (Operand::Const(_), _) => Some(Rewrite::As(Test {
            condition: condition.swapped(),
            left: right,
            right: left,
        })),
        (_, Operand::Const(constant)) => bounded(test, constant, known)
            .or_else(|| equality(test, constant))
            .or_else(|| see_through(test, constant, known)),
        _ => None,
    }
}

/// Comparisons that the largest possible value decides.
fn bounded(test: Test, constant: u64, known: &Known) -> Option<Rewrite> {
    use Condition::{Eq, Ne, Set, Uge, Ugt, Ule, Ult};
    let limit = known.limit(test.left);
    match test.condition {
        Ult | Ne if limit < constant => Some(Rewrite::Decided(true)),
        Ugt | Eq if limit < constant => Some(Rewrite::Decided(false)),
        Uge if limit < constant => Some(Rewrite::Decided(false)),
        Ule if limit <= constant => Some(Rewrite::Decided(true)),
        Ugt if limit <= constant => Some(Rewrite::Decided(false)),
        Set if constant == 0 => Some(Rewrite::Decided(false)),
        Ult if constant == 0 => Some(Rewrite::Decided(false)),
        Uge if constant == 0 => Some(Rewrite::Decided(true)),
        _ => None,
    }
}

/// Inequalities that are equalities.
fn equality(test: Test, constant: u64) -> Option<Rewrite> {
    use Condition::{Eq, Ne, Uge, Ugt, Ule, Ult};
    let condition = match (test.condition, constant) {
        (Ult, 1) | (Ule, 0) => Eq,
        (Uge, 1) | (Ugt, 0) => Ne,
        _ => return None,
    };
    Some(Rewrite::As(Test {
        condition,
        right: Operand::Const(0),
        ..test
    }))
}

/// Equalities of something that was just computed.
fn see_through(test: Test, constant: u64, known: &Known) -> Option<Rewrite> {
    if !matches!(test.condition, Condition::Eq | Condition::Ne) {
        return None;
    }
    match known.op(test.left)? {
        Computation::Binary(BinaryOp::And, left, right) => bit_test(test, constant, left, right),
        Computation::Binary(BinaryOp::Xor | BinaryOp::Sub, left, right) if constant == 0 => {
            Some(Rewrite::As(Test {
                left,
                right,
                ..test
            }))
        }
        Computation::Binary(BinaryOp::Add, left, Operand::Const(added)) => {
            Some(Rewrite::As(Test {
                left,
                right: Operand::Const(constant.wrapping_sub(added)),
                ..test
            }))
        }
        _ => None,
    }
}

/// `left & right` compared with 0, or a single bit with itself.
fn bit_test(test: Test, constant: u64, left: Operand, right: Operand) -> Option<Rewrite> {
    let single = constant.is_power_of_two() && right == Operand::Const(constant);
    if constant != 0 && !single {
        return None;
    }
    let set = Test {
        condition: Condition::Set,
        left,
        right,
    };
    match (test.condition == Condition::Ne) == (constant == 0) {
        true => Some(Rewrite::As(set)),
        false => Some(Rewrite::Negated(set)),
    }
}
