//! Backward: what writes only what nobody reads goes.

use super::cells::{COUNT, Set};
use super::effect::{Kind, kind, reads, writes};
use super::values::Access;
use super::{keep, target};
use crate::fuse::asm::{Assembler, Item};
use crate::fuse::regs::Regs;

/// Registers and cells that are read later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Live {
    registers: Regs,
    cells: Set,
}

impl Live {
    fn or(self, other: Self) -> Self {
        Self {
            registers: self.registers.or(other.registers),
            cells: self.cells | other.cells,
        }
    }

    /// Before an item, of what is live after it.
    fn before(self, item: &Item, access: Access, read_later: Set) -> Self {
        let end = match kind(item) {
            Kind::Exit => read_later,
            Kind::Other => Set::MAX >> (Set::BITS as usize - COUNT),
            _ => 0,
        };
        Self {
            registers: self.registers.without(writes(item)).or(reads(item)),
            cells: self.cells & !access.writes | access.reads | end,
        }
    }
}

/// Removes what has no effect; every item has its access, and when the program has ended
/// `read_later` is read. Gives the cells that may be read before they are written.
pub fn sweep(asm: &mut Assembler, accesses: &[Access], read_later: Set) -> Set {
    let mut before = vec![Live::default(); asm.items.len() + 1];
    while settle(asm, accesses, read_later, &mut before) {}
    let items = asm.items.iter().zip(accesses).enumerate();
    let kept = items.map(|(at, (item, access))| is_needed(item, *access, after(asm, at, &before)));
    let kept: Vec<bool> = kept.collect();
    keep(asm, &kept);
    before.first().map_or(0, |live| live.cells)
}

/// One round; false when nothing has changed.
fn settle(asm: &Assembler, accesses: &[Access], read_later: Set, before: &mut [Live]) -> bool {
    let mut changed = false;
    let items = asm.items.iter().zip(accesses).enumerate();
    for (at, (item, access)) in items.rev() {
        let after = after(asm, at, before);
        // What is not needed reads nothing.
        let now = match is_needed(item, *access, after) {
            true => after.before(item, *access, read_later),
            false => after,
        };
        changed |= before[at] != now;
        before[at] = now;
    }
    changed
}

fn after(asm: &Assembler, at: usize, before: &[Live]) -> Live {
    let item = &asm.items[at];
    let next = before.get(at + 1).filter(|_| item.falls_through());
    let there = target(asm, item).and_then(|target| before.get(target));
    let ways = next.into_iter().chain(there);
    ways.fold(Live::default(), |all, live| all.or(*live))
}

fn is_needed(item: &Item, access: Access, after: Live) -> bool {
    match kind(item) {
        Kind::Alu | Kind::Constant | Kind::Load => writes(item).and(after.registers) != Regs::NONE,
        Kind::Store if access.only && !item.opaque => access.writes & after.cells != 0,
        _ => true,
    }
}
