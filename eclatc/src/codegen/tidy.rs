//! Makes allocated code shorter: moves that came to nothing, empty blocks, and branches
//! that only choose between constants or registers.

use super::constants::Constants;
use super::liveness::{Liveness, Registers};
use super::machine::{Block, Code, End, Inst, Label, Reg};
use crate::bitset::Bits;

/// Copies that may be made before a branch although only one side needs them.
const MAX_HOISTED: usize = 2;

/// Makes code shorter; one does chain after chain.
#[derive(Default)]
pub struct Tidying {
    liveness: Liveness,
    constants: Constants,
    /// For each block, where a jump to it leads in the end.
    finals: Vec<Label>,
    /// For each block, how many edges lead to it.
    counts: Vec<u32>,
}

impl Tidying {
    /// Tidies up the code of a chain.
    pub fn tidy(&mut self, code: &mut Code) {
        share_exit(code);
        drop_empty_moves(code);
        self.skip_empty_blocks(code);
        self.hoist_copies(code);
        self.constants.drop_known(code);
        self.skip_empty_blocks(code);
    }

    /// Jumps to empty blocks go where those lead.
    fn skip_empty_blocks(&mut self, code: &mut Code) {
        self.finals.clear();
        self.finals
            .extend(code.labels().map(|label| destination(code, label)));
        for block in &mut code.blocks {
            block.end.map_labels(|label| self.finals[label.index()]);
            if let End::Branch {
                then, otherwise, ..
            } = block.end
                && then == otherwise
            {
                block.end = End::Goto(then);
            }
        }
    }

    /// `if c { r = 1 } else { ... }` becomes `r = 1; if not c { ... }` where the other side
    /// does not need what `r` held, and another block can fall through to where both go on: a
    /// jump less.
    fn hoist_copies(&mut self, code: &mut Code) {
        code.count_predecessors(&mut self.counts);
        // Most chains have no such place, and need no liveness.
        let mut is_known = false;
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
                break;
            }
        }
    }
}

/// One block returns; layout lets one other fall into it, the others get a copy for the
/// price of a jump.
fn share_exit(code: &mut Code) {
    let mut exits = code.blocks.iter().filter(|block| block.end == End::Exit);
    let Some(last) = exits.next_back() else {
        return;
    };
    let exit = Label(code.blocks.len() as u32);
    let shared = Block {
        insts: Vec::new(),
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

fn drop_empty_moves(code: &mut Code) {
    for block in &mut code.blocks {
        block
            .insts
            .retain(|(inst, _)| !matches!(inst, Inst::Move { dst, src } if dst == src));
    }
}

fn destination(code: &Code, label: Label) -> Label {
    let mut label = label;
    // A cycle of empty blocks is an endless loop of the script.
    for _ in 0..code.blocks.len() {
        match code.block(label) {
            Block {
                insts,
                end: End::Goto(next),
                ..
            } if insts.is_empty() => label = *next,
            _ => break,
        }
    }
    label
}

/// Where the branch leads instead of `side`, if the copies of `side` can be made before it as
/// far as the branch itself is concerned.
fn hoistable(code: &Code, branch: Label, side: Label, other: Label) -> Option<Label> {
    let (side, end) = (code.block(side), code.block(branch).end);
    let End::Goto(next) = side.end else {
        return None;
    };
    let is_free = |inst: &Inst| copied_to(inst).is_some_and(|reg| end.uses().all(|it| it != reg));
    let fits = (1..=MAX_HOISTED).contains(&side.insts.len())
        && side.insts.iter().all(|(inst, _)| is_free(inst));
    let jumps_there = |block: &&Block| block.end == side.end;
    (fits && next != other && code.blocks.iter().filter(jumps_there).count() > 1).then_some(next)
}

/// Whether something that a block copies to is live in this set.
fn is_needed(code: &Code, block: Label, live: &[u64]) -> bool {
    let mut copies = code.block(block).insts.iter();
    copies.any(|(inst, _)| copied_to(inst).is_some_and(|reg| live.has(reg.0)))
}

/// Moves the copies of `side` before the branch, which then leads to `next` instead.
fn hoist(code: &mut Code, branch: Label, side: Label, next: Label) {
    let mut insts = std::mem::take(&mut code.block_mut(side).insts);
    let block = code.block_mut(branch);
    block.insts.append(&mut insts);
    block
        .end
        .map_labels(|to| if to == side { next } else { to });
}

/// The register a constant or another register is copied to.
fn copied_to(inst: &Inst) -> Option<Reg> {
    match inst {
        Inst::Const { dst, .. } | Inst::Move { dst, .. } => Some(*dst),
        _ => None,
    }
}
