//! Makes allocated code shorter: moves that came to nothing, empty blocks, and branches
//! that only choose between constants or registers.

use super::constants;
use super::liveness::{Liveness, Registers};
use super::machine::{Block, Code, End, Inst, Label, Reg};
use std::collections::BTreeSet;

/// Copies that may be made before a branch although only one side needs them.
const MAX_HOISTED: usize = 2;

/// Tidies up the code of a chain.
pub fn tidy(code: &mut Code) {
    share_exit(code);
    drop_empty_moves(code);
    skip_empty_blocks(code);
    hoist_copies(code);
    constants::drop_known(code);
    skip_empty_blocks(code);
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

/// Jumps to empty blocks go where those lead.
fn skip_empty_blocks(code: &mut Code) {
    let finals: Vec<_> = code
        .labels()
        .map(|label| destination(code, label))
        .collect();
    for block in &mut code.blocks {
        block.end.map_labels(|label| finals[label.index()]);
        if let End::Branch {
            then, otherwise, ..
        } = block.end
            && then == otherwise
        {
            block.end = End::Goto(then);
        }
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

/// `if c { r = 1 } else { ... }` becomes `r = 1; if not c { ... }` where the other side does
/// not need what `r` held, and another block can fall through to where both go on: a jump
/// less.
fn hoist_copies(code: &mut Code) {
    let liveness = Liveness::new::<Registers>(code);
    let counts = code.predecessor_counts();
    for label in code.labels() {
        let End::Branch {
            then, otherwise, ..
        } = code.block(label).end
        else {
            continue;
        };
        for (side, other) in [(then, otherwise), (otherwise, then)] {
            let alone = counts[side.index()] == 1;
            if alone && let Some(next) = hoistable(code, &liveness, label, side, other) {
                let insts = std::mem::take(&mut code.block_mut(side).insts);
                let block = code.block_mut(label);
                block.insts.extend(insts);
                block
                    .end
                    .map_labels(|to| if to == side { next } else { to });
                break;
            }
        }
    }
}

/// Where the branch leads instead of `side`, if the copies of `side` can be made before it.
fn hoistable(
    code: &Code,
    liveness: &Liveness,
    branch: Label,
    side: Label,
    other: Label,
) -> Option<Label> {
    let (side, end) = (code.block(side), code.block(branch).end);
    let End::Goto(next) = side.end else {
        return None;
    };
    let written: Option<BTreeSet<Reg>> =
        side.insts.iter().map(|(inst, _)| copied_to(inst)).collect();
    let written = written?;
    let live = liveness.at_start(other);
    let is_free = |reg: &Reg| !end.uses().any(|used| used == *reg) && !live.contains(reg.0);
    let fits = (1..=MAX_HOISTED).contains(&side.insts.len()) && written.iter().all(is_free);
    let jumps_there = |block: &&Block| block.end == side.end;
    let shared = code.blocks.iter().filter(jumps_there).count() > 1;
    (fits && shared && next != other).then_some(next)
}

/// The register a constant or another register is copied to.
fn copied_to(inst: &Inst) -> Option<Reg> {
    match inst {
        Inst::Const { dst, .. } | Inst::Move { dst, .. } => Some(*dst),
        _ => None,
    }
}
