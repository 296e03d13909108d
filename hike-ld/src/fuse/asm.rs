//! Code under construction: instructions, labels, references by name, and where each comes
//! from.

mod item;

use std::collections::BTreeSet;
use std::rc::Rc;

use hike_format::script::Place;
use hike_isa::{AluOp, Insn, JumpOp, Operand, Reg, Size, Slot, Width};

use super::FuseError;

pub use item::Item;

/// Most slots of a fused program: jumps reach 32767 slots.
const LIMIT: usize = 32_000;
/// Opcode of a conditional jump the kernel takes when a loop has run too long.
pub const MAY_GOTO: u8 = 0xe5;
/// `src` of a call of a function of the same program.
const LOCAL_CALL: u8 = 1;

/// A place in the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label(usize);

/// A line of a script or of a program's source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Where it is.
    pub place: Place,
    /// Its text; empty when unknown.
    pub text: String,
}

/// A function: its name, its first item and the one behind its last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its name.
    pub name: String,
    /// Its first item.
    pub start: usize,
    /// The item behind its last.
    pub end: usize,
}

/// Code under construction.
#[derive(Debug, Default)]
pub struct Assembler {
    /// The instructions.
    pub items: Vec<Item>,
    /// The item that each label stands before; none while it has no place.
    pub places: Vec<Option<usize>>,
    /// The functions.
    pub functions: Vec<Span>,
    used: BTreeSet<Label>,
    origin: Option<Rc<Origin>>,
}

impl Assembler {
    /// A label without a place.
    pub fn label(&mut self) -> Label {
        self.places.push(None);
        Label(self.places.len() - 1)
    }

    /// Gives a label its place: here.
    pub fn bind(&mut self, label: Label) {
        let here = self.here();
        if let Some(place) = self.places.get_mut(label.0) {
            *place = Some(here);
        }
    }

    /// A label that stands before an item.
    pub fn label_at(&mut self, item: usize) -> Label {
        self.places.push(Some(item));
        Label(self.places.len() - 1)
    }

    /// Puts a label before another item.
    pub fn move_label(&mut self, label: Label, item: usize) {
        if let Some(place) = self.places.get_mut(label.0) {
            *place = Some(item);
        }
    }

    /// The item that a label stands before.
    pub fn place(&self, label: Label) -> Option<usize> {
        self.places.get(label.0).copied().flatten()
    }

    /// Notes anew which labels are used, after items have gone.
    pub fn count_uses(&mut self) {
        self.used = self.items.iter().filter_map(|item| item.target).collect();
    }

    /// Whether anything jumps to a label.
    pub fn is_used(&self, label: Label) -> bool {
        self.used.contains(&label)
    }

    /// Whether it is too large already.
    pub fn is_full(&self) -> bool {
        self.items.len() > LIMIT
    }

    /// The item that comes next.
    pub fn here(&self) -> usize {
        self.items.len()
    }

    /// What comes from now on comes from this line.
    pub fn comes_from(&mut self, origin: Option<Rc<Origin>>) {
        self.origin = origin;
    }

    /// Where what is appended comes from.
    pub fn origin(&self) -> Option<Rc<Origin>> {
        self.origin.clone()
    }

    /// Appends an item.
    pub fn push(&mut self, item: Item) {
        self.used.extend(item.target);
        let origin = self.origin.clone();
        self.items.push(Item { origin, ..item });
    }

    /// Puts an item before another; what jumped to that one still does.
    pub fn insert(&mut self, before: usize, item: Item) {
        self.used.extend(item.target);
        self.items.insert(before, item);
        let functions = self.functions.iter_mut();
        let spans = functions.flat_map(|it| [&mut it.start, &mut it.end]);
        for place in self.places.iter_mut().flatten().chain(spans) {
            *place += usize::from(*place >= before);
        }
    }

    /// Appends an instruction.
    pub fn insn(&mut self, insn: Insn) {
        let encoded = insn.encode();
        let slots = encoded.slots();
        let second = slots.get(1).copied();
        self.push(Item {
            second,
            ..Item::plain(slots[0])
        });
    }

    /// `dst = value`
    pub fn mov(&mut self, dst: Reg, src: impl Into<Operand>) {
        self.alu(Width::W64, AluOp::Mov, dst, src.into());
    }

    /// `dst op= src`
    pub fn alu(&mut self, width: Width, op: AluOp, dst: Reg, src: Operand) {
        self.insn(Insn::Alu {
            width,
            op,
            dst,
            src,
        });
    }

    /// `dst += imm`
    pub fn add(&mut self, dst: Reg, imm: i32) {
        self.alu(Width::W64, AluOp::Add, dst, Operand::Imm(imm));
    }

    /// `dst = *(size *)(base + off)`
    pub fn load(&mut self, size: Size, dst: Reg, base: Reg, off: i16) {
        let signed = false;
        self.insn(Insn::Load {
            size,
            signed,
            dst,
            base,
            off,
        });
    }

    /// A load whose value the verifier, and so the optimiser, must not know.
    pub fn load_unknown(&mut self, size: Size, dst: Reg, base: Reg, off: i16) {
        self.load(size, dst, base, off);
        if let Some(item) = self.items.last_mut() {
            item.opaque = true;
        }
    }

    /// `*(size *)(base + off) = src`
    pub fn store(&mut self, size: Size, base: Reg, off: i16, src: impl Into<Operand>) {
        let src = src.into();
        self.insn(Insn::Store {
            size,
            base,
            off,
            src,
        });
    }

    /// A store that stays, whether anything reads it or not.
    pub fn store_kept(&mut self, size: Size, base: Reg, off: i16, src: impl Into<Operand>) {
        self.store(size, base, off, src);
        if let Some(item) = self.items.last_mut() {
            item.opaque = true;
        }
    }

    /// `goto label`
    pub fn goto(&mut self, label: Label) {
        self.jump(Item::GOTO, label);
    }

    /// `if dst op src goto label`
    pub fn jump_if(&mut self, width: Width, op: JumpOp, dst: Reg, src: Operand, label: Label) {
        let insn = Insn::JumpIf {
            width,
            op,
            dst,
            src,
            off: 0,
        };
        self.jump(insn.encode().slots()[0], label);
    }

    /// Leaves a loop for `label` once the kernel's own limit of rounds is reached.
    pub fn may_goto(&mut self, label: Label) {
        let slot = Slot {
            opcode: MAY_GOTO,
            ..Slot::default()
        };
        self.jump(slot, label);
    }

    /// Appends a jump to a label.
    pub fn jump(&mut self, slot: Slot, label: Label) {
        self.push(Item {
            target: Some(label),
            ..Item::plain(slot)
        });
    }

    /// Calls a function of the same program.
    pub fn call(&mut self, label: Label) {
        let slot = Slot {
            opcode: hike_isa::ops::CALL,
            src: LOCAL_CALL,
            ..Slot::default()
        };
        self.jump(slot, label);
    }

    /// Calls a helper of the kernel.
    pub fn call_kernel(&mut self, number: u32) {
        self.insn(Insn::CallHelper { number });
    }

    /// `dst = name ll`, for the loader to fill in; `addend` is an offset into what it names.
    pub fn refer(&mut self, dst: Reg, name: String, addend: u32) {
        let imm = addend.into();
        self.insn(Insn::LoadImm64 { dst, imm });
        if let Some(item) = self.items.last_mut() {
            item.reference = Some(name);
        }
    }

    /// Marks the function from an item up to here.
    pub fn function(&mut self, name: String, start: usize) {
        let end = self.here();
        self.functions.push(Span { name, start, end });
    }

    /// Puts the distances in.
    ///
    /// # Errors
    /// When the code is too large, or jumps to a label without a place.
    pub fn finish(self) -> Result<Code, FuseError> {
        Code::new(&self)
    }
}

/// Finished code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// The slots.
    pub slots: Vec<Slot>,
    /// Names of what 64-bit constants refer to, with their slots.
    pub references: Vec<(usize, String)>,
    /// Functions, their places counted in slots.
    pub functions: Vec<Span>,
    /// Where the code from a slot on comes from.
    pub origins: Vec<(usize, Rc<Origin>)>,
}

impl Code {
    fn new(asm: &Assembler) -> Result<Self, FuseError> {
        let starts = starts(&asm.items);
        let total = starts.last().copied().unwrap_or(0);
        if total > LIMIT {
            return Err(FuseError::TooLarge(total));
        }
        let mut code = Self::default();
        for (item, start) in asm.items.iter().zip(&starts) {
            let mut slot = item.slot;
            if let Some(label) = item.target {
                let target = asm.places.get(label.0).copied().flatten();
                let target = target.and_then(|target| starts.get(target));
                let distance = *target.ok_or(FuseError::Label)? as i64 - *start as i64 - 1;
                item.set_distance(&mut slot, distance)?;
            }
            code.slots.push(slot);
            code.slots.extend(item.second);
            let reference = item.reference.iter();
            code.references
                .extend(reference.map(|name| (*start, name.clone())));
            code.note_origin(*start, item);
        }
        let functions = asm.functions.iter();
        code.functions = functions.filter_map(|it| placed(it, &starts)).collect();
        Ok(code)
    }

    fn note_origin(&mut self, start: usize, item: &Item) {
        let Some(origin) = &item.origin else {
            return;
        };
        let last = self.origins.last();
        if last.is_none_or(|(_, last)| last != origin) {
            self.origins.push((start, origin.clone()));
        }
    }
}

/// The slot that each item starts at, and the one behind the last.
fn starts(items: &[Item]) -> Vec<usize> {
    let mut next = 0;
    let mut starts: Vec<usize> = Vec::with_capacity(items.len() + 1);
    for item in items {
        starts.push(next);
        next += item.slots();
    }
    starts.push(next);
    starts
}

fn placed(function: &Span, starts: &[usize]) -> Option<Span> {
    Some(Span {
        name: function.name.clone(),
        start: *starts.get(function.start)?,
        end: *starts.get(function.end)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_from_the_next_slot() {
        let mut asm = Assembler::default();
        let (start, end) = (asm.label(), asm.label());
        asm.bind(start);
        asm.goto(end);
        asm.call(start);
        asm.refer(Reg::R1, "map".to_owned(), 0);
        asm.bind(end);
        asm.insn(Insn::Exit);
        let code = asm.finish().unwrap();
        assert_eq!(code.slots[0].off, 3);
        assert_eq!(code.slots[1].imm, -2);
        assert_eq!(code.references, [(2, "map".to_owned())]);
    }

    #[test]
    fn a_label_without_a_place_is_an_error() {
        let mut asm = Assembler::default();
        let label = asm.label();
        asm.goto(label);
        assert!(matches!(asm.finish(), Err(FuseError::Label)));
    }
}
