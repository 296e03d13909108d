//! Forward: constants and copies go where they are used, loads of what is known become
//! moves, and branches that are decided become jumps or nothing.

use std::collections::BTreeMap;

use hike_isa::{AluOp, Insn, Operand, Reg, Size, Slot, Width, ops};

use super::cells::{self, Cells, Set};
use super::effect::{Kind, by_register, is_wide, kind, operation, reads, size};
use super::facts::{FP, Facts, Kind as Of, Value, Values};
use super::order::Order;
use super::{fold, keep};
use crate::fuse::asm::{Assembler, Item, Label};

/// The kernel's `bpf_map_lookup_elem`.
const MAP_LOOKUP: i32 = 1;
/// How many jumps in a row are followed.
const HOPS: usize = 8;

/// The cells that an instruction reads or writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// Those that it reads, or may read.
    pub reads: Set,
    /// Those that it overwrites.
    pub writes: Set,
    /// Whether it does nothing but write them.
    pub only: bool,
}

/// Rewrites the code; gives the accesses of what is left.
pub fn propagate(asm: &mut Assembler, cells: Cells) -> Vec<Access> {
    let order = Order::new(asm);
    let count = asm.items.len();
    let mut values = Values::new();
    let mut start = Facts::none(&mut values);
    start.set(1, Value::CONTEXT);
    let mut pass = Pass {
        has_state: false,
        looks_up_state: state_references(asm) > 1,
        asm,
        cells,
        values,
        incoming: BTreeMap::from([(0, start)]),
        kept: vec![true; count],
        order: &order,
    };
    let mut accesses = vec![Access::default(); count];
    for at in &order.items {
        // What cannot be reached any more has nothing: the next round takes it away.
        let Some(mut here) = pass.incoming.remove(at) else {
            continue;
        };
        if order.is_back_target(*at) {
            here = pass.weaken(&here);
        }
        accesses[*at] = pass.step(*at, &mut here);
        if !pass.kept[*at] || pass.asm.items[*at].falls_through() {
            pass.arrive(at + 1, here);
        }
    }
    let kept = pass.kept;
    let mut marks = kept.iter();
    accesses.retain(|_| marks.next().is_none_or(|kept| *kept));
    keep(asm, &kept);
    accesses
}

fn state_references(asm: &Assembler) -> usize {
    let names = asm
        .items
        .iter()
        .filter_map(|item| item.reference.as_deref());
    names
        .filter(|name| *name == hike_abi::vm_maps::STATE)
        .count()
}

struct Pass<'a> {
    asm: &'a mut Assembler,
    cells: Cells,
    values: Values,
    /// What is known where jumps that have been seen go to.
    incoming: BTreeMap<usize, Facts>,
    kept: Vec<bool>,
    order: &'a Order,
    /// Whether the look-up of the state has been seen, the first call of all.
    has_state: bool,
    /// Whether more than the start of the program looks the state up.
    looks_up_state: bool,
}

impl Pass<'_> {
    /// Adds what is known on one way to an item.
    fn arrive(&mut self, at: usize, facts: Facts) {
        match self.incoming.get_mut(&at) {
            Some(known) => known.meet(&facts, &mut self.values),
            None => {
                self.incoming.insert(at, facts);
            }
        }
    }

    /// What is known whatever a loop does: where context and state are kept.
    fn weaken(&mut self, facts: &Facts) -> Facts {
        let mut weak = Facts::none(&mut self.values);
        for cell in Cells::constants() {
            weak.set_cell(cell, facts.cell(cell));
        }
        weak
    }

    fn step(&mut self, at: usize, facts: &mut Facts) -> Access {
        let item = self.asm.items[at].clone();
        match kind(&item) {
            Kind::Alu => self.alu(at, item.slot, facts),
            Kind::Constant => self.constant(at, &item, facts),
            Kind::Load => return self.load(at, &item, facts),
            Kind::Store => return self.store(at, item.slot, facts),
            Kind::Atomic => return self.atomic(item.slot, facts),
            Kind::Helper { .. } | Kind::Call => return self.call(&item, facts),
            Kind::Branch => self.branch(at, item.slot, facts),
            Kind::Jump => self.jump(at, facts),
            Kind::Exit => {}
            Kind::Other => *facts = Facts::none(&mut self.values),
        }
        Access::default()
    }

    fn remove(&mut self, at: usize) {
        self.kept[at] = false;
    }

    fn set_slot(&mut self, at: usize, slot: Slot) {
        self.asm.items[at].slot = slot;
    }

    /// Makes an item a move, if it is not superfluous.
    fn become_move(&mut self, at: usize, dst: u8, value: Value, facts: &mut Facts) -> bool {
        let Some(register) = Reg::new(dst) else {
            return false;
        };
        if facts.get(dst) == value {
            self.remove(at);
            return true;
        }
        let number = self.values.number(value);
        if let Some(imm) = number.and_then(fold::immediate) {
            self.asm.items[at].become_insn(mov(register, Operand::Imm(imm)));
            facts.set(dst, value);
            return true;
        }
        let Some(holder) = facts.holder(value) else {
            return false;
        };
        let Some(source) = Reg::new(holder) else {
            return false;
        };
        self.asm.items[at].become_insn(mov(register, source.into()));
        facts.copy(dst, holder);
        true
    }

    fn alu(&mut self, at: usize, slot: Slot, facts: &mut Facts) {
        let wide = is_wide(slot);
        let is_move = operation(slot) == ops::MOV && slot.off == 0;
        if is_move && wide && by_register(slot) {
            let slot = Slot {
                src: facts.root(slot.src),
                ..slot
            };
            self.set_slot(at, slot);
            let value = facts.get(slot.src);
            if facts.get(slot.dst) == value {
                self.remove(at);
            } else if self
                .values
                .number(value)
                .and_then(fold::immediate)
                .is_some()
            {
                self.become_move(at, slot.dst, value, facts);
            } else {
                facts.copy(slot.dst, slot.src);
            }
            return;
        }
        let second = match by_register(slot) {
            true => self.values.number(facts.get(slot.src)),
            false => Some(i64::from(slot.imm).cast_unsigned()),
        };
        let first = self.values.number(facts.get(slot.dst));
        let has_second = ![ops::NEG, ops::END].contains(&operation(slot));
        let known = match is_move {
            true if wide => second,
            true => second.map(fold::low),
            false if has_second && slot.off == 0 => {
                let both = first.zip(second);
                both.and_then(|(a, b)| fold::arithmetic(slot, a, b))
            }
            false => None,
        };
        if let Some(number) = known {
            let value = self.values.constant(number);
            if !self.become_move(at, slot.dst, value, facts) {
                facts.set(slot.dst, value);
            }
            return;
        }
        if has_second && by_register(slot) {
            self.second_operand(at, slot, second, facts);
        }
        self.set_result(slot, second.filter(|_| has_second), facts);
    }

    /// A constant, or the register that the second operand is a copy of, in its place.
    fn second_operand(&mut self, at: usize, slot: Slot, second: Option<u64>, facts: &Facts) {
        let number = second.filter(|_| fold::takes_constant(slot));
        let slot = match number.and_then(|number| immediate(slot, number)) {
            Some(imm) => Slot {
                opcode: slot.opcode & !ops::SOURCE_REG,
                src: 0,
                imm,
                ..slot
            },
            None => Slot {
                src: facts.root(slot.src),
                ..slot
            },
        };
        self.set_slot(at, slot);
    }

    /// What is known of the result of arithmetic that is not known.
    fn set_result(&mut self, slot: Slot, second: Option<u64>, facts: &mut Facts) {
        let kinds = [slot.dst, slot.src].map(|register| self.values.kind(facts.get(register)));
        let is_far = |kind: Of| matches!(kind, Of::Constant(_) | Of::Number(_) | Of::Context);
        let is_sum = operation(slot) == AluOp::Add.code();
        let second = second
            .map(u64::cast_signed)
            .and_then(|it| i32::try_from(it).ok());
        let kind = match (kinds[0], second) {
            _ if !is_wide(slot) => Of::Number(32),
            (Of::Stack(off), Some(more)) if is_sum => Of::Stack(off.saturating_add(more)),
            // A sum with an address may be one.
            (first, _) if !is_far(first) => Of::Near,
            _ if by_register(slot) && !is_far(kinds[1]) => Of::Near,
            _ => Of::Number(64),
        };
        let value = self.values.fresh(kind);
        facts.set(slot.dst, value);
    }

    fn constant(&mut self, at: usize, item: &Item, facts: &mut Facts) {
        let dst = item.slot.dst;
        if item.reference.is_some() || item.slot.src != 0 {
            let value = self.values.fresh(Of::Number(64));
            facts.set(dst, value);
            return;
        }
        let upper = item.second.map_or(0, |second| second.imm);
        let number = u64::from(item.slot.imm.cast_unsigned());
        let number = number | u64::from(upper.cast_unsigned()) << 32;
        let value = self.values.constant(number);
        if !self.become_move(at, dst, value, facts) {
            facts.set(dst, value);
        }
    }

    fn load(&mut self, at: usize, item: &Item, facts: &mut Facts) -> Access {
        let slot = Slot {
            src: facts.root(item.slot.src),
            ..item.slot
        };
        self.set_slot(at, slot);
        let (base, size) = (facts.get(slot.src), size(slot));
        let signed = slot.opcode & 0xe0 == ops::MODE_MEMSX;
        let place = self.place(base, slot.off, size);
        let cell = place
            .exact
            .filter(|cell| self.may_know(*cell) && !signed && !item.opaque);
        let access = Access {
            reads: place.whole | place.part,
            ..Access::default()
        };
        let known = cell.map(|cell| facts.cell(cell));
        let known = known.filter(|value| *value != Value::NONE);
        if let Some(value) = known.filter(|value| self.values.fits(*value, size.bits())) {
            if self.become_move(at, slot.dst, value, facts) {
                return Access::default();
            }
            facts.set(slot.dst, value);
            return access;
        }
        let kind = match size {
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

    fn store(&mut self, at: usize, slot: Slot, facts: &mut Facts) -> Access {
        let mut slot = Slot {
            dst: facts.root(slot.dst),
            ..slot
        };
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

    fn atomic(&mut self, slot: Slot, facts: &mut Facts) -> Access {
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

    fn call(&mut self, item: &Item, facts: &mut Facts) -> Access {
        let arguments: Vec<Value> = reads(item)
            .iter()
            .map(|it| facts.get(it.number()))
            .collect();
        let near = item.target.is_some() || arguments.iter().any(|it| self.values.is_near(*it));
        let reads = if near { cells::STATE_SET } else { 0 };
        facts.forget(reads);
        let reached = arguments.iter().map(|it| match self.values.kind(*it) {
            Of::Stack(off) => Cells::words_from(off),
            Of::Near => cells::WORDS_SET,
            _ => 0,
        });
        facts.forget(reached.fold(0, |all, words| all | words));
        if !matches!(kind(item), Kind::Helper { moves: false, .. }) {
            facts.forget(cells::BOUNDS.iter().fold(0, |set, cell| set | 1 << cell));
        }
        let may_be_state = self.looks_up_state && item.slot.imm == MAP_LOOKUP;
        let first = match item.target.is_some() || may_be_state || item.slot.src != 0 {
            true => Of::Near,
            false => Of::Number(64),
        };
        for register in 0..6 {
            let kind = if register == 0 { first } else { Of::Near };
            let value = self.values.fresh(kind);
            facts.set(register, value);
        }
        if !std::mem::replace(&mut self.has_state, true) {
            facts.set(0, Value::STATE);
        }
        Access {
            reads,
            ..Access::default()
        }
    }

    fn branch(&mut self, at: usize, slot: Slot, facts: &mut Facts) {
        let second = match by_register(slot) {
            true => self.values.number(facts.get(slot.src)),
            false => Some(i64::from(slot.imm).cast_unsigned()),
        };
        let first = self.values.number(facts.get(slot.dst));
        let decided = first.zip(second);
        match decided.and_then(|(a, b)| fold::branch(slot, a, b)) {
            Some(true) => {
                self.set_slot(at, Item::GOTO);
                return self.jump(at, facts);
            }
            Some(false) => return self.remove(at),
            None => {}
        }
        let mut slot = Slot {
            dst: facts.root(slot.dst),
            ..slot
        };
        if by_register(slot) {
            let imm = second.and_then(|number| immediate(slot, number));
            match imm {
                Some(imm) => {
                    slot.opcode &= !ops::SOURCE_REG;
                    (slot.src, slot.imm) = (0, imm);
                }
                None => slot.src = facts.root(slot.src),
            }
        }
        self.set_slot(at, slot);
        self.jump(at, facts);
    }

    /// A jump goes on to where the branches that it meets lead with what is known.
    fn jump(&mut self, at: usize, facts: &Facts) {
        let Some(label) = self.asm.items[at].target else {
            return;
        };
        let label = self.final_label(at, label, facts);
        self.asm.items[at].target = Some(label);
        let Some(place) = self.asm.place(label) else {
            return;
        };
        self.arrive(place, facts.clone());
    }

    fn final_label(&mut self, at: usize, mut label: Label, facts: &Facts) -> Label {
        for _ in 0..HOPS {
            let place = self.asm.place(label);
            let Some(place) = place.filter(|place| self.order.is_later(*place, at)) else {
                break;
            };
            let Some(item) = self.asm.items.get(place) else {
                break;
            };
            let next = match kind(item) {
                Kind::Jump if item.is_goto() => item.target,
                Kind::Branch => self.decided(&item.clone(), place, facts),
                _ => None,
            };
            match next {
                Some(next) => label = next,
                None => break,
            }
        }
        label
    }

    /// Where a branch leads with what is known.
    fn decided(&mut self, item: &Item, place: usize, facts: &Facts) -> Option<Label> {
        let slot = item.slot;
        let second = match by_register(slot) {
            true => self.values.number(facts.get(slot.src))?,
            false => i64::from(slot.imm).cast_unsigned(),
        };
        let first = self.values.number(facts.get(slot.dst))?;
        match fold::branch(slot, first, second)? {
            true => item.target,
            false if self.order.is_later(place + 1, place) => Some(self.asm.label_at(place + 1)),
            false => None,
        }
    }

    fn may_know(&self, cell: usize) -> bool {
        self.cells.known_state || !cells::STATE.contains(&cell)
    }

    fn place_on_stack(&self, off: i32, size: Size) -> Place {
        match self.cells.slot(off, size) {
            Some(cell) => Place::one(Some(cell)),
            None => Place {
                exact: self.cells.word(off, size),
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
            Of::Near => Place {
                part: cells::STATE_SET | cells::WORDS_SET,
                ..Place::default()
            },
            Of::Context => Place::one(Cells::in_context(off, size)),
            Of::Stack(base) => self.place_on_stack(base.saturating_add(off.into()), size),
            Of::Constant(_) | Of::Number(_) => Place::default(),
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

fn mov(dst: Reg, src: Operand) -> Insn {
    Insn::Alu {
        width: Width::W64,
        op: AluOp::Mov,
        dst,
        src,
    }
}

/// A number as the immediate of arithmetic or of a branch.
fn immediate(slot: Slot, number: u64) -> Option<i32> {
    match is_wide(slot) {
        true => fold::immediate(number),
        false => Some((number as u32).cast_signed()),
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

const _: () = assert!(FP == 10);
