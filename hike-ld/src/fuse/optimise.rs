//! Takes out of fused code what is superfluous once its parts stand together.
//!
//! | step | module |
//! |---|---|
//! | jumps to jumps, jumps to the next instruction, what cannot be reached | `jumps` |
//! | constants, copies and what memory holds, forward; branches that are decided | `values`, `facts`, `fold`, `order` |
//! | what nobody reads, backward | `live` |
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
mod order;
#[cfg(test)]
mod tests;
mod values;

use super::asm::{Assembler, Item};

pub use cells::Cells;

/// Rounds of all steps: each makes room for the next, and soon nothing is left.
const ROUNDS: usize = 3;

/// Optimises a whole function, which starts at the first item.
pub fn optimise(asm: &mut Assembler, cells: Cells) {
    for _ in 0..ROUNDS {
        let before = asm.items.len();
        jumps::tidy(asm);
        let accesses = values::propagate(asm, cells);
        live::sweep(asm, &accesses);
        if asm.items.len() == before {
            break;
        }
    }
    jumps::tidy(asm);
    asm.count_uses();
}

/// Keeps the items that are marked, with their labels; labels of others go to the next.
fn keep(asm: &mut Assembler, kept: &[bool]) {
    let mut next = 0;
    let mut moved = Vec::with_capacity(kept.len() + 1);
    for keep in kept {
        moved.push(next);
        next += usize::from(*keep);
    }
    moved.push(next);
    let place = |place: &mut usize| *place = moved.get(*place).copied().unwrap_or(next);
    asm.places.iter_mut().flatten().for_each(place);
    let mut kept = kept.iter();
    asm.items.retain(|_| kept.next().is_none_or(|keep| *keep));
}

/// The item that an item jumps to.
fn target(asm: &Assembler, item: &Item) -> Option<usize> {
    let label = item.target.filter(|_| item.is_jump())?;
    asm.place(label)
}
