//! Makes allocated code shorter: empty blocks, and branches that only choose between constants
//! or registers.

use super::constants::Constants;
use super::liveness::{Liveness, Registers};
use super::machine::{Block, Code, End, Inst, Label, Reg};
use crate::bitset::{Bits, Narrow};

/// Copies that may be made before a branch although only one side needs them.
const MAX_HOISTED: usize = 2;

/// Makes code shorter; one does chain after chain.
#[derive(Default)]
pub struct Tidying {
    liveness: Liveness<Narrow>,
    constants: Constants,
    /// For each block, where a jump to it leads in the end.
    finals: Vec<Label>,
    /// For each block, how many edges lead to it.
    counts: Vec<u32>,
}

impl Tidying {
    /// Tidies up the code of a chain.
    pub fn tidy(&mut self, code: &mut Code<'_>) {
        share_exit(code);
        let mut changed = self.skip_empty_blocks(code);
        changed |= self.hoist_copies(code);
        changed |= self.constants.drop_known(code);
        if changed {
            self.skip_empty_blocks(code);
        }
    }

    /// Jumps to empty blocks go where those lead. Says whether a block may be empty now that
    /// was none before.
    fn skip_empty_blocks(&mut self, code: &mut Code<'_>) -> bool {
        self.finals.clear();
        self.finals
            .extend(code.labels().map(|label| destination(code, label)));
        let mut changed = false;
        for block in &mut code.blocks {
            block.end.map_labels(|label| self.finals[label.index()]);
            if let End::Branch {
                then, otherwise, ..
            } = block.end
                && then == otherwise
            {
                block.end = End::Goto(then);
                changed = true;
            }
        }
        changed
    }

    /// `if c { r = 1 } else { ... }` becomes `r = 1; if not c { ... }` where the other side
    /// does not need what `r` held, and another block can fall through to where both go on: a
    /// jump less. Says whether there was such a place.
    fn hoist_copies(&mut self, code: &mut Code<'_>) -> bool {
        code.count_predecessors(&mut self.counts);
        // Most chains have no such place, and need no liveness.
        let mut is_known = false;
        let mut changed = false;
        for label in code.labels() {
            let End::Branch {
                then, otherwise, ..
            } = code.block(label).end
            else {
                continue;
            };
            for (side, other) in [(then, otherwise), (otherwise, then)] {
                let alone = self.counts[side.index()] == 1;
                let Some(next) = hoistable(code, label, side, other).filter(|_| alone) else {
                    continue;
                };
                if !std::mem::replace(&mut is_known, true) {
                    self.liveness.compute::<Registers>(code);
                }
                if is_needed(code, side, self.liveness.at_start(other)) {
                    continue;
                }
                hoist(code, label, side, next);
                changed = true;
                break;
            }
        }
        changed
    }
}

/// One block returns; layout lets one other fall into it, the others get a copy for the
/// price of a jump.
fn share_exit(code: &mut Code<'_>) {
    let mut exits = code.blocks.iter().filter(|block| block.end == End::Exit);
    let Some(last) = exits.next_back() else {
        return;
    };
    let exit = Label(code.blocks.len() as u32);
    let shared = Block {
        range: 0..0,
        end: End::Exit,
        end_span: last.end_span,
        depth: 0,
    };
    for block in &mut code.blocks {
        if block.end == End::Exit {
            block.end = End::Goto(exit);
        }
    }
    code.blocks.push(shared);
}

fn destination(code: &Code<'_>, label: Label) -> Label {
    let mut label = label;
    // A cycle of empty blocks is an endless loop of the script.
    for _ in 0..code.blocks.len() {
        let block = code.block(label);
        match block.end {
            End::Goto(next) if block.range.is_empty() => label = next,
            _ => break,
        }
    }
    label
}

/// Where the branch leads instead of `side`, if the copies of `side` can be made before it as
/// far as the branch itself is concerned.
fn hoistable(code: &Code<'_>, branch: Label, side: Label, other: Label) -> Option<Label> {
    let (insts, end) = (code.insts(side), code.block(branch).end);
    let after = code.block(side).end;
    let End::Goto(next) = after else {
        return None;
    };
    let is_free =
        |inst: &Inst<'_>| copied_to(inst).is_some_and(|reg| end.uses().all(|it| it != reg));
    let fits = (1..=MAX_HOISTED).contains(&insts.len()) && insts.iter().all(|(it, _)| is_free(it));
    let jumps_there = |block: &&Block| block.end == after;
    (fits && next != other && code.blocks.iter().filter(jumps_there).count() > 1).then_some(next)
}

/// Whether something that a block copies to is live in this set.
fn is_needed(code: &Code<'_>, block: Label, live: &u64) -> bool {
    let mut copies = code.insts(block).iter();
    copies.any(|(inst, _)| copied_to(inst).is_some_and(|reg| live.has(reg.0)))
}

/// Moves the copies of `side` before the branch, which then leads to `next` instead.
fn hoist(code: &mut Code<'_>, branch: Label, side: Label, next: Label) {
    code.append(branch, side);
    let end = &mut code.block_mut(branch).end;
    end.map_labels(|to| if to == side { next } else { to });
}

/// The register a constant or another register is copied to.
fn copied_to(inst: &Inst<'_>) -> Option<Reg> {
    match inst {
        Inst::Const { dst, .. } | Inst::Move { dst, .. } => Some(*dst),
        _ => None,
    }
}
