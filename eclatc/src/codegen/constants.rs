//! Removes loads of constants into registers that hold them already, which happens behind
//! comparisons and where several ways load the same.

use super::machine::{Code, End, Inst, Label, Reg, Source};
use crate::ir::Condition;

/// What each of the machine's registers holds, where that is known.
type Held = [Option<u64>; Reg::PHYSICAL as usize];

/// Removes such loads; registers must be allocated.
pub fn drop_known(code: &mut Code) {
    let starts = analyse(code);
    for (block, start) in code.blocks.iter_mut().zip(starts) {
        let Some(mut held) = start else {
            continue;
        };
        block.insts.retain(|(inst, _)| match inst {
            Inst::Const { dst, value } if held[dst.index()] == Some(*value) => false,
            inst => {
                execute(inst, &mut held);
                true
            }
        });
    }
}

/// For each block that can be reached, what registers hold at its start.
fn analyse(code: &Code) -> Vec<Option<Held>> {
    let mut starts = vec![None; code.blocks.len()];
    starts[0] = Some([None; Reg::PHYSICAL as usize]);
    let mut work = vec![Label(0)];
    while let Some(label) = work.pop() {
        let Some(mut held) = starts[label.index()] else {
            continue;
        };
        let block = code.block(label);
        block
            .insts
            .iter()
            .for_each(|(inst, _)| execute(inst, &mut held));
        for (next, held) in outgoing(block.end, held) {
            let start = &mut starts[next.index()];
            let met = start.map_or(held, |before| meet(before, held));
            if *start != Some(met) {
                *start = Some(met);
                work.push(next);
            }
        }
    }
    starts
}

fn execute(inst: &Inst, held: &mut Held) {
    let value = match inst {
        Inst::Const { value, .. } => Some(*value),
        Inst::Move { src, .. } => held[src.index()],
        _ => None,
    };
    for dst in inst.defs() {
        held[dst.index()] = value;
    }
}

/// What is known where the end of a block leads.
fn outgoing(end: End, held: Held) -> Vec<(Label, Held)> {
    let End::Branch {
        condition,
        left,
        right: Source::Imm(imm),
        then,
        otherwise,
    } = end
    else {
        let successors = end.successors();
        return successors.map(|next| (next, held)).collect();
    };
    let mut equal = held;
    equal[left.index()] = Some(i64::from(imm) as u64);
    match condition {
        Condition::Eq => vec![(then, equal), (otherwise, held)],
        Condition::Ne => vec![(then, held), (otherwise, equal)],
        _ => vec![(then, held), (otherwise, held)],
    }
}

fn meet(left: Held, right: Held) -> Held {
    let mut met = left;
    for (known, other) in met.iter_mut().zip(right) {
        if *known != other {
            *known = None;
        }
    }
    met
}
