//! Forward: constants and copies go where they are used, loads of what is known become
//! moves, and branches that are decided become jumps or nothing.
//!
//! [`propagate`] visits the code in an order where, loops apart, all ways to an item come
//! before it; `arithmetic`, `memory` and `branches` are what it does at each kind of item.

mod arithmetic;
mod branches;
mod memory;
mod packet;
mod state;
mod ways;

use std::collections::{BTreeMap, BTreeSet};

use hike_isa::{AluOp, Insn, Operand, Reg, Slot, Width};

use super::cells::{self, Cells, Set};
use super::effect::{Kind, kind, reads};
use super::facts::{Facts, Kind as Of, Value, Values};
use super::order::Order;
use super::split::Way;
use super::{fold, rebuild};
use crate::fuse::asm::{Assembler, Item, Label};

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

/// What comes behind items besides.
type More = BTreeMap<usize, Vec<(Item, Access)>>;

/// What [`propagate`] has found.
pub struct Found {
    /// The accesses of the items that are left.
    pub accesses: Vec<Access>,
    /// Labels of the ways that usual packets take to code that is for all.
    pub usual: Vec<Label>,
    /// Whether the address of the state is used for more than loads and stores.
    pub escapes: bool,
}

/// Rewrites the code; gives what was found. Where `keeps_packet` says so, it keeps addresses in
/// the packet in their slot, for later use.
pub fn propagate(asm: &mut Assembler, cells: Cells, keeps_packet: bool) -> Found {
    let order = Order::new(asm);
    let count = asm.items.len();
    let mut values = Values::new();
    let mut start = Facts::none(&mut values);
    start.set(1, Value::CONTEXT);
    let mut pass = Pass {
        has_state: !cells.looked_up,
        escapes: false,
        keeps_packet: keeps_packet && cells.known_state,
        asm,
        cells,
        values,
        incoming: BTreeMap::from([(0, start)]),
        kept: vec![true; count],
        more: BTreeMap::new(),
        ways: Vec::new(),
        targets: BTreeSet::new(),
        stores: Vec::new(),
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
            pass.arrive(at + 1, None, here);
        }
    }
    let (usual, escapes) = (pass.usual_ways(), pass.escapes);
    let (kept, more) = (pass.kept, pass.more);
    Found {
        accesses: finish(asm, &kept, more, &accesses),
        usual,
        escapes,
    }
}

/// Leaves the items that are not kept out and puts others in; gives the accesses of all.
fn finish(asm: &mut Assembler, kept: &[bool], more: More, accesses: &[Access]) -> Vec<Access> {
    let mut all = Vec::with_capacity(accesses.len());
    for (at, (access, kept)) in accesses.iter().zip(kept).enumerate() {
        all.extend(kept.then_some(*access));
        let more = more.get(&at).into_iter().flatten();
        all.extend(more.map(|(_, access)| *access));
    }
    let items = |more: Vec<(Item, Access)>| more.into_iter().map(|(item, _)| item).collect();
    let more = more.into_iter().map(|(at, more)| (at, items(more)));
    rebuild(asm, kept, &mut more.collect());
    all
}

struct Pass<'a> {
    asm: &'a mut Assembler,
    cells: Cells,
    values: Values,
    /// What is known where jumps that have been seen go to.
    incoming: BTreeMap<usize, Facts>,
    kept: Vec<bool>,
    /// What comes behind an item besides.
    more: More,
    /// How the code comes to places where ways meet.
    ways: Vec<Way>,
    /// Items that jumps go to.
    targets: BTreeSet<usize>,
    /// Stores of the network header's offset where it is not known.
    stores: Vec<usize>,
    order: &'a Order,
    /// Whether the state has been found, which is the first thing done with the states.
    has_state: bool,
    /// Whether addresses in the packet are kept in their slot.
    keeps_packet: bool,
    /// Whether the address of the state is used for more than loads and stores.
    escapes: bool,
}

impl Pass<'_> {
    /// Adds what is known on one way to an item: by a jump, or from the item before.
    fn arrive(&mut self, at: usize, jump: Option<usize>, facts: Facts) {
        self.note_way(at, jump, &facts);
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
        self.note_state(at, &item, facts);
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

    /// Puts an instruction behind an item, from the same place.
    fn append(&mut self, at: usize, insn: Insn, access: Access) {
        let mut item = Item {
            target: None,
            reference: None,
            opaque: false,
            of_state: false,
            ..self.asm.items[at].clone()
        };
        item.become_insn(insn);
        self.more.entry(at).or_default().push((item, access));
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

    fn call(&mut self, item: &Item, facts: &mut Facts) -> Access {
        let arguments: Vec<Value> = reads(item)
            .iter()
            .map(|it| facts.get(it.number()))
            .collect();
        let near = item.target.is_some() || arguments.iter().any(|it| self.values.is_near(*it));
        let state = if near { cells::STATE_SET } else { 0 };
        let words = arguments.iter().map(|it| match self.values.kind(*it) {
            Of::Stack(off) => Cells::words_from(off),
            Of::Near => cells::WORDS_SET,
            _ => 0,
        });
        let reads = words.fold(state, |all, words| all | words);
        facts.forget(reads);
        if !matches!(kind(item), Kind::Helper { moves: false, .. }) {
            facts.forget_packet();
        }
        let first = match item.target.is_some() || item.slot.src != 0 {
            true => Of::Near,
            false => Of::Number(64),
        };
        for register in 0..6 {
            let kind = if register == 0 { first } else { Of::Near };
            let value = self.values.fresh(kind);
            facts.set(register, value);
        }
        Access {
            reads,
            ..Access::default()
        }
    }
}

/// `dst = src`
pub fn mov(dst: Reg, src: Operand) -> Insn {
    Insn::Alu {
        width: Width::W64,
        op: AluOp::Mov,
        dst,
        src,
    }
}
