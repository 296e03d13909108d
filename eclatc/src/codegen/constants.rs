//! Removes loads of constants into registers that hold them already, which happens behind
//! comparisons and where several ways load the same.

use super::machine::{Code, End, Inst, Label, Reg, Source};
use crate::ir::Condition;

/// What the machine's registers hold, where that is known.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Held {
    values: [u64; Reg::PHYSICAL as usize],
    /// A bit for each register whose value is known; the value of others is 0.
    known: u16,
}

impl Held {
    const NOTHING: Self = Self {
        values: [0; Reg::PHYSICAL as usize],
        known: 0,
    };

    fn get(&self, reg: Reg) -> Option<u64> {
        (self.known >> reg.0 & 1 == 1).then(|| self.values[reg.index()])
    }

    fn set(&mut self, reg: Reg, value: Option<u64>) {
        let bit = 1 << reg.0;
        self.values[reg.index()] = value.unwrap_or(0);
        match value {
            Some(_) => self.known |= bit,
            None => self.known &= !bit,
        }
    }

    fn execute(&mut self, inst: &Inst<'_>) {
        let value = match inst {
            Inst::Const { value, .. } => Some(*value),
            Inst::Move { src, .. } => self.get(*src),
            _ => None,
        };
        inst.for_each_def(|dst| self.set(dst, value));
    }

    /// Forgets what is different in `other`; says whether that was anything.
    fn meet(&mut self, other: &Self) -> bool {
        let before = self.known;
        for reg in (0..Reg::PHYSICAL).map(Reg) {
            if self.get(reg) != other.get(reg) {
                self.set(reg, None);
            }
        }
        self.known != before
    }
}

/// Follows constants through the code; one does chain after chain.
#[derive(Default)]
pub struct Constants {
    /// For each block that can be reached, what registers hold at its start.
    starts: Vec<Option<Held>>,
    /// Blocks to be looked at.
    work: Vec<Label>,
}

impl Constants {
    /// Removes such loads; registers must be allocated. Says whether there were any.
    pub fn drop_known(&mut self, code: &mut Code<'_>) -> bool {
        if !may_know(code) {
            return false;
        }
        self.analyse(code);
        let mut dropped = false;
        for label in code.labels() {
            let Some(mut held) = self.starts[label.index()] else {
                continue;
            };
            code.retain(label, |inst| match inst {
                Inst::Const { dst, value } if held.get(*dst) == Some(*value) => {
                    dropped = true;
                    false
                }
                inst => {
                    held.execute(inst);
                    true
                }
            });
        }
        dropped
    }

    fn analyse(&mut self, code: &Code<'_>) {
        self.starts.clear();
        self.starts.resize(code.blocks.len(), None);
        self.starts[0] = Some(Held::NOTHING);
        self.work.push(Label(0));
        while let Some(label) = self.work.pop() {
            let Some(mut held) = self.starts[label.index()] else {
                continue;
            };
            let end = code.block(label).end;
            let insts = code.insts(label).iter();
            insts.for_each(|(inst, _)| held.execute(inst));
            for next in end.successors() {
                self.arrive(next, &shown(end, next, held));
            }
        }
    }

    /// Control can come to a block with registers that hold this.
    fn arrive(&mut self, label: Label, held: &Held) {
        let new = match &mut self.starts[label.index()] {
            Some(start) => start.meet(held),
            start => {
                *start = Some(*held);
                true
            }
        };
        if new {
            self.work.push(label);
        }
    }
}

/// Whether a constant that is loaded may be in a register already: another load or a
/// comparison has the same. May be wrong where it says so, as it looks at sums of the values.
fn may_know(code: &Code<'_>) -> bool {
    let bit = |value: u64| 1u64 << (value.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58);
    let (mut loaded, mut compared, mut twice) = (0, 0, false);
    for block in &code.blocks {
        for (inst, _) in &code.insts[block.range.clone()] {
            if let Inst::Const { value, .. } = inst {
                twice |= loaded & bit(*value) != 0;
                loaded |= bit(*value);
            }
        }
        if let End::Branch {
            condition: Condition::Eq | Condition::Ne,
            right: Source::Imm(imm),
            ..
        } = block.end
        {
            compared |= bit(i64::from(imm) as u64);
        }
    }
    twice || loaded & compared != 0
}

/// What is known where the end of a block leads to `next`.
fn shown(end: End, next: Label, mut held: Held) -> Held {
    if let End::Branch {
        condition,
        left,
        right: Source::Imm(imm),
        then,
        otherwise,
    } = end
    {
        let equal = match condition {
            Condition::Eq => Some((then, otherwise)),
            Condition::Ne => Some((otherwise, then)),
            _ => None,
        };
        if equal.is_some_and(|(here, other)| here == next && other != next) {
            held.set(left, Some(i64::from(imm) as u64));
        }
    }
    held
}
