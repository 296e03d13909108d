//! Takes out of fused code what is superfluous once its parts stand together.
//!
//! | step | module |
//! |---|---|
//! | jumps to jumps, jumps to the next instruction, what cannot be reached | `jumps` |
//! | constants, copies and what memory holds, forward; branches that are decided | `values`, `facts`, `fold`, `order` |
//! | the code for usual packets in a copy of its own, once | `split` |
//! | what nobody reads, backward | `live` |
//! | the state on the stack instead of a look-up, once | `local` |
//!
//! What is known of memory is what the fuser itself put there: a few fields of the VM's
//! state and its own slots of the stack (`cells`). An access through a pointer that may be
//! the state's counts as one of all of them.

mod cells;
mod effect;
mod facts;
mod fold;
mod jumps;
mod live;
mod local;
mod order;
mod split;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeMap;

use super::asm::{Assembler, Item, Label};

pub use cells::Cells;
use cells::Set;

/// Rounds of all steps: each makes room for the next, and soon nothing is left.
const ROUNDS: usize = 3;

/// Optimises a whole function, which starts at the first item.
pub fn optimise(asm: &mut Assembler, mut cells: Cells) {
    let first = round(asm, cells, false);
    split::split(asm, &first.usual);
    round(asm, cells, true);
    let last = rounds(asm, cells);
    if cells.known_state && !cells.observed && !last.escapes {
        local::move_state(asm, &mut cells, last.live);
        rounds(asm, cells);
    }
    jumps::tidy(asm);
    asm.count_uses();
}

/// Rounds until nothing is left to do, but not too many; gives what the last one found.
fn rounds(asm: &mut Assembler, cells: Cells) -> Round {
    let mut tries = 0;
    loop {
        let before = asm.items.len();
        let found = round(asm, cells, false);
        tries += 1;
        if tries == ROUNDS || asm.items.len() == before {
            return found;
        }
    }
}

/// What a round has found.
struct Round {
    /// Labels of the ways that usual packets take.
    usual: Vec<Label>,
    /// Whether the address of the state is used for more than loads and stores.
    escapes: bool,
    /// Cells that may be read before they are written.
    live: Set,
}

/// All steps once.
fn round(asm: &mut Assembler, cells: Cells, keeps_packet: bool) -> Round {
    jumps::tidy(asm);
    let found = values::propagate(asm, cells, keeps_packet);
    let live = live::sweep(asm, &found.accesses, cells.read_later());
    Round {
        usual: found.usual,
        escapes: found.escapes,
        live,
    }
}

/// Keeps the items that are marked, with their labels; labels of others go to the next.
fn keep(asm: &mut Assembler, kept: &[bool]) {
    rebuild(asm, kept, &mut BTreeMap::new());
}

/// As [`keep`], with more items behind some, whether these are kept or not.
fn rebuild(asm: &mut Assembler, kept: &[bool], more: &mut BTreeMap<usize, Vec<Item>>) {
    let mut moved = Vec::with_capacity(kept.len() + 1);
    let mut items = Vec::with_capacity(kept.len());
    for (at, item) in std::mem::take(&mut asm.items).into_iter().enumerate() {
        moved.push(items.len());
        if kept.get(at) != Some(&false) {
            items.push(item);
        }
        items.extend(more.remove(&at).unwrap_or_default());
    }
    asm.items = items;
    let end = asm.items.len();
    moved.push(end);
    let place = |place: &mut usize| *place = moved.get(*place).copied().unwrap_or(end);
    asm.places.iter_mut().flatten().for_each(place);
}

/// The item that an item jumps to.
fn target(asm: &Assembler, item: &Item) -> Option<usize> {
    let label = item.target.filter(|_| item.is_jump())?;
    asm.place(label)
}
