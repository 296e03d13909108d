//! Comparisons with constants as ranges of numbers.

use crate::ir::Condition;

/// A comparison of some value with a constant.
type Test = (Condition, u64);

/// Whether the second comparison holds of every value that the first holds of, or of none.
pub fn implied(fact: Test, test: Test) -> Option<bool> {
    let (condition, constant) = test;
    match condition {
        Condition::Ne => implied(fact, (Condition::Eq, constant)).map(|equal| !equal),
        Condition::Eq if fact.0 == Condition::Ne => (fact.1 == constant).then_some(false),
        _ => unsigned(fact, test).or_else(|| signed(fact, test)),
    }
}

/// From the least to the largest number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range<T> {
    least: T,
    most: T,
}

impl<T: Ord + Copy> Range<T> {
    /// `None` when no number is in it: such a test never holds, and is decided elsewhere.
    fn new(least: T, most: T) -> Option<Self> {
        (least <= most).then_some(Self { least, most })
    }

    /// Whether all its numbers are in `other`, or none.
    fn within(self, other: Self) -> Option<bool> {
        if other.least <= self.least && self.most <= other.most {
            return Some(true);
        }
        (self.most < other.least || other.most < self.least).then_some(false)
    }
}

fn unsigned(fact: Test, test: Test) -> Option<bool> {
    let fact = unsigned_range(fact).or_else(|| {
        let range = signed_range(fact)?;
        let same_order = (range.least < 0) == (range.most < 0);
        same_order.then_some(Range {
            least: range.least as u64,
            most: range.most as u64,
        })
    })?;
    fact.within(unsigned_range(test)?)
}

fn signed(fact: Test, test: Test) -> Option<bool> {
    let fact = signed_range(fact).or_else(|| {
        let range = unsigned_range(fact)?;
        let same_order = (range.least >> 63) == (range.most >> 63);
        same_order.then_some(Range {
            least: range.least as i64,
            most: range.most as i64,
        })
    })?;
    fact.within(signed_range(test)?)
}

fn unsigned_range((condition, constant): Test) -> Option<Range<u64>> {
    match condition {
        Condition::Eq => Range::new(constant, constant),
        Condition::Ult => Range::new(0, constant.checked_sub(1)?),
        Condition::Ule => Range::new(0, constant),
        Condition::Ugt => Range::new(constant.checked_add(1)?, u64::MAX),
        Condition::Uge => Range::new(constant, u64::MAX),
        _ => None,
    }
}

fn signed_range((condition, constant): Test) -> Option<Range<i64>> {
    let constant = constant as i64;
    match condition {
        Condition::Eq => Range::new(constant, constant),
        Condition::Slt => Range::new(i64::MIN, constant.checked_sub(1)?),
        Condition::Sle => Range::new(i64::MIN, constant),
        Condition::Sgt => Range::new(constant.checked_add(1)?, i64::MAX),
        Condition::Sge => Range::new(constant, i64::MAX),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every answer is right for all numbers near the constants.
    #[test]
    fn answers_hold_of_numbers() {
        let interesting = [0, 1, 2, 5, 1 << 63, (1 << 63) - 1, u64::MAX, u64::MAX - 1];
        let numbers: Vec<u64> = interesting
            .iter()
            .flat_map(|it| [it.wrapping_sub(1), *it, it.wrapping_add(1)])
            .collect();
        let mut answered = 0;
        for fact in tests(&interesting) {
            for test in tests(&interesting) {
                let Some(answer) = implied(fact, test) else {
                    continue;
                };
                answered += 1;
                for number in numbers.iter().filter(|it| fact.0.holds(**it, fact.1)) {
                    let holds = test.0.holds(*number, test.1);
                    assert_eq!(holds, answer, "{number} {fact:?} {test:?}");
                }
            }
        }
        assert!(answered > 1000, "{answered}");
    }

    fn tests(constants: &[u64]) -> Vec<Test> {
        let all = [
            Condition::Eq,
            Condition::Ne,
            Condition::Ult,
            Condition::Ule,
            Condition::Ugt,
            Condition::Uge,
            Condition::Slt,
            Condition::Sle,
            Condition::Sgt,
            Condition::Sge,
        ];
        let with_each = |condition| constants.iter().map(move |it| (condition, *it));
        all.into_iter().flat_map(with_each).collect()
    }
}
