//! The state on the program's own stack: where nothing but loads and stores of its fields is
//! done by its address, nobody else sees it, and the search for the VM's state goes.

use std::collections::BTreeMap;

use hike_abi::vm_maps;
use hike_isa::{AluOp, Insn, Operand, Reg, Size, Slot as Code64, Width};

use super::cells::{self, Cells, Reach, Set};
use super::effect::{Kind, kind, size};
use super::rebuild;
use super::values::mov;
use crate::fuse::asm::{Assembler, Item};
use crate::fuse::logic::STACK;
use crate::state;

/// How many instructions there are before the address of the states: the offset of this CPU's.
const BEFORE: usize = 3;

/// Offsets on the stack by those of words of the state.
type Homes = BTreeMap<i16, i16>;

/// Moves the state to the stack, if that can be; `live` are the cells that may be read before
/// they are written. Every item knows whether it accesses the state.
pub fn move_state(asm: &mut Assembler, cells: &mut Cells, live: Set) {
    let Some(state) = found(asm) else {
        return;
    };
    let Some(homes) = homes(asm, *cells) else {
        return;
    };
    for item in asm.items.iter_mut().filter(|item| item.of_state) {
        item.of_state = false;
        let (word, within) = word_of(item.slot.off);
        let off = homes.get(&word).map_or(0, |home| home + within);
        item.slot = match kind(item) {
            Kind::Load => Code64 {
                src: Reg::FP.number(),
                off,
                ..item.slot
            },
            _ => Code64 {
                dst: Reg::FP.number(),
                off,
                ..item.slot
            },
        };
    }
    // Whatever is made of the address is not used any more.
    let dst = Reg::new(asm.items[state].slot.dst).unwrap_or(Reg::R2);
    asm.items[state].become_insn(mov(dst, Operand::Imm(1)));
    asm.items[state].reference = None;
    let finding = state - BEFORE..state + 2;
    let is_kept = |at: usize| at == state || !finding.contains(&at);
    let kept: Vec<bool> = (0..asm.items.len()).map(is_kept).collect();
    let zeros = homes.iter().filter(|(word, _)| is_live(**word, live));
    let zeros = zeros
        .map(|(_, home)| zero(&asm.items[state], *home))
        .collect();
    rebuild(asm, &kept, &mut BTreeMap::from([(state, zeros)]));
    cells.looked_up = false;
}

/// The item with the address of the states, when the program finds its state as the fuser has
/// made it, has no other, and calls no function that may have.
fn found(asm: &Assembler) -> Option<usize> {
    let is_states = |item: &Item| item.reference.as_deref() == Some(vm_maps::STATE);
    let mut all = asm.items.iter().enumerate();
    let mut all = all.by_ref().filter(|(_, item)| is_states(item));
    let (state, item) = all.next()?;
    let offset = asm.items.get(state.checked_sub(BEFORE)?..state)?;
    let expected = state::offset().map(|insn| insn.encode().slots()[0]);
    let is_offset = offset.iter().map(|item| item.slot).eq(expected);
    let sum = Insn::Alu {
        width: Width::W64,
        op: AluOp::Add,
        dst: Reg::new(item.slot.dst)?,
        src: Reg::R0.into(),
    };
    let is_sum = asm.items.get(state + 1)?.slot == sum.encode().slots()[0];
    let calls = asm
        .items
        .iter()
        .any(|it| it.is_call() && it.target.is_some());
    (is_offset && is_sum && all.next().is_none() && !calls).then_some(state)
}

/// A place on the stack for every word of the state that is accessed; none when there is no
/// room, or an access is not one of fields that are known.
fn homes(asm: &Assembler, cells: Cells) -> Option<Homes> {
    let mut homes = Homes::new();
    for item in asm.items.iter().filter(|item| item.of_state) {
        let (off, size) = (item.slot.off, size(item.slot));
        let is_known = match kind(item) {
            Kind::Load => Cells::is_within_one(off, size),
            _ => Cells::in_state(off, size) != Reach::default(),
        };
        // The verifier wants accesses of the stack aligned.
        if !is_known || i32::from(off) % size.bytes() as i32 != 0 {
            return None;
        }
        homes.insert(word_of(off).0, 0);
    }
    let mut below = cells.stack.bytes();
    for home in homes.values_mut() {
        below += 8;
        *home = -i16::try_from(below).ok()?;
    }
    (below <= STACK).then_some(homes)
}

/// The word of the state that an offset is in, and how far in it.
const fn word_of(off: i16) -> (i16, i16) {
    (off & !7, off & 7)
}

/// Whether a field in a word is live.
fn is_live(word: i16, live: Set) -> bool {
    Cells::in_state(word, Size::U64).whole & live & cells::STATE_SET != 0
}

/// A store of zero to a word of the stack.
fn zero(near: &Item, off: i16) -> Item {
    let mut item = near.clone();
    item.become_insn(Insn::Store {
        size: Size::U64,
        base: Reg::FP,
        off,
        src: Operand::Imm(0),
    });
    item
}
