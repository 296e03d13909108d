//! Loads and stores, and the cells that they reach.

use hike_isa::{Size, Slot, ops};

use super::{Access, Pass};
use crate::fuse::asm::Item;
use crate::fuse::optimise::cells::{self, Cells, Set};
use crate::fuse::optimise::effect::size;
use crate::fuse::optimise::facts::{Facts, Kind as Of, Value};
use crate::fuse::optimise::fold;

impl Pass<'_> {
    pub(super) fn load(&mut self, at: usize, item: &Item, facts: &mut Facts) -> Access {
        let (src, off) = self.nearest(item.slot.src, item.slot.off, facts);
        let slot = Slot {
            src,
            off,
            ..item.slot
        };
        self.set_slot(at, slot);
        let (base, size) = (facts.get(slot.src), size(slot));
        let signed = slot.opcode & 0xe0 == ops::MODE_MEMSX;
        let place = self.place(base, slot.off, size);
        let cell = place
            .exact
            .filter(|cell| self.may_know(*cell) && !signed && !item.opaque);
        if cell == Some(cells::BOUNDS[0]) {
            return self.load_data(at, slot, facts);
        }
        let access = Access {
            reads: place.whole | place.part,
            ..Access::default()
        };
        let known = cell.map(|cell| facts.cell(cell));
        let known = known.filter(|value| *value != Value::NONE);
        // The kernel makes a whole address of the half that the context has.
        let is_bound = cell == Some(cells::BOUNDS[1]);
        let is_whole = |value: Value| is_bound || self.values.fits(value, size.bits());
        if let Some(value) = known.filter(|value| is_whole(*value)) {
            if self.become_move(at, slot.dst, value, facts) {
                return Access::default();
            }
            facts.set(slot.dst, value);
            return access;
        }
        let kind = match size {
            _ if cell == Some(cells::BOUNDS[1]) => Of::End,
            // Whatever has been kept somewhere may be an address.
            Size::U64 => Of::Near,
            _ if signed => Of::Number(64),
            _ => Of::Number(size.bits()),
        };
        let value = self.values.fresh(kind);
        facts.set(slot.dst, value);
        if let Some(cell) = cell {
            facts.set_cell(cell, value);
        }
        access
    }

    pub(super) fn store(&mut self, at: usize, slot: Slot, facts: &mut Facts) -> Access {
        let (dst, off) = self.nearest(slot.dst, slot.off, facts);
        let mut slot = Slot { dst, off, ..slot };
        let size = size(slot);
        let of_register = slot.opcode & 7 == ops::class::STX;
        let value = match of_register {
            true => facts.get(slot.src),
            false => self.values.constant(i64::from(slot.imm).cast_unsigned()),
        };
        if of_register {
            slot.src = facts.root(slot.src);
            let number = self.values.number(value);
            if let Some(imm) = number.and_then(|number| stored(number, size)) {
                slot.opcode = slot.opcode & !7 | ops::class::ST;
                (slot.src, slot.imm) = (0, imm);
            }
        }
        self.set_slot(at, slot);
        let place = self.place(facts.get(slot.dst), slot.off, size);
        let exact = place.exact.filter(|cell| self.may_know(*cell));
        // An opaque store is for others, who may find nothing else that stored it.
        let is_opaque = self.asm.items[at].opaque;
        if !is_opaque && exact.is_some_and(|cell| facts.cell(cell) == value) {
            self.remove(at);
            return Access::default();
        }
        if exact == Some(cells::NETWORK) && of_register && self.values.number(value).is_none() {
            self.stores.push(at);
        }
        facts.forget(place.whole | place.part);
        if let Some(cell) = exact.filter(|_| self.values.fits(value, size.bits())) {
            facts.set_cell(cell, value);
        } else if let Some(number) = self.values.number(value).filter(|_| place.is_state) {
            self.set_parts(place.whole, slot.off, number, facts);
        }
        Access {
            writes: place.whole,
            only: place.whole != 0 && place.part == 0 && place.is_all,
            ..Access::default()
        }
    }

    /// Several cells of the state get their part of a constant.
    fn set_parts(&mut self, whole: Set, off: i16, number: u64, facts: &mut Facts) {
        if !self.cells.known_state {
            return;
        }
        for cell in cells::STATE.filter(|cell| whole >> cell & 1 != 0) {
            if let Some(part) = Cells::part_of(cell, off, number) {
                facts.set_cell(cell, self.values.constant(part));
            }
        }
    }

    pub(super) fn atomic(&mut self, slot: Slot, facts: &mut Facts) -> Access {
        for register in [slot.src, 0] {
            let value = self.values.fresh(Of::Near);
            facts.set(register, value);
        }
        let place = self.place(facts.get(slot.dst), slot.off, size(slot));
        facts.forget(place.whole | place.part);
        Access {
            reads: place.whole | place.part,
            ..Access::default()
        }
    }

    fn may_know(&self, cell: usize) -> bool {
        self.cells.known_state || !cells::STATE.contains(&cell)
    }

    fn place_on_stack(&self, off: i32, size: Size) -> Place {
        let slot = self.cells.slot(off, size);
        match slot.or_else(|| self.cells.word(off, size)) {
            Some(cell) => Place::one(Some(cell)),
            None => Place {
                part: Cells::words_at(off, size),
                ..Place::default()
            },
        }
    }

    /// Which cells an access reaches.
    fn place(&self, base: Value, off: i16, size: Size) -> Place {
        match self.values.kind(base) {
            Of::State => {
                let reach = Cells::in_state(off, size);
                let exact = Cells::exactly(off, size);
                Place {
                    exact,
                    whole: reach.whole,
                    part: reach.part,
                    is_state: true,
                    is_all: true,
                }
            }
            Of::Near | Of::States => Place {
                part: cells::STATE_SET | cells::WORDS_SET,
                ..Place::default()
            },
            Of::Context => Place::one(Cells::in_context(off, size)),
            Of::Stack(base) => self.place_on_stack(base.saturating_add(off.into()), size),
            Of::Constant(_) | Of::Number(_) | Of::Packet(..) | Of::End => Place::default(),
        }
    }
}

/// The cells that an access reaches.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// The one that it is just.
    exact: Option<usize>,
    /// Those that it covers.
    whole: Set,
    /// Those that it reaches a part of, or may reach.
    part: Set,
    /// Whether it is surely in the state.
    is_state: bool,
    /// Whether `whole` is all that it can reach of memory that anybody reads.
    is_all: bool,
}

impl Place {
    fn one(cell: Option<usize>) -> Self {
        Self {
            exact: cell,
            whole: cell.map_or(0, |cell| 1 << cell),
            is_all: cell.is_some(),
            ..Self::default()
        }
    }
}

/// A number as the immediate of a store.
fn stored(number: u64, size: Size) -> Option<i32> {
    match size {
        Size::U64 => fold::immediate(number),
        size => {
            let mask = u64::MAX >> (64 - size.bits());
            Some(((number & mask) as u32).cast_signed())
        }
    }
}
