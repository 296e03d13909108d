//! Code under construction: slots, labels, and references by name.

use std::collections::{BTreeMap, BTreeSet};

use hike_isa::{AluOp, Insn, JumpOp, Operand, Reg, Size, Slot, Width};

use super::FuseError;

/// Most slots of a fused program: jumps reach 32767 slots.
const LIMIT: usize = 32_000;
/// Opcode of a conditional jump the kernel takes when a loop has run too long.
const MAY_GOTO: u8 = 0xe5;
/// `src` of a call of a function of the same program.
const LOCAL_CALL: u8 = 1;

/// A place in the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label(usize);

/// What a slot still lacks.
#[derive(Clone, Copy, Debug)]
enum Fix {
    /// The distance of a jump.
    Jump(Label),
    /// The distance of a call.
    Call(Label),
}

/// Finished code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// The slots.
    pub slots: Vec<Slot>,
    /// Names of what 64-bit constants refer to, by slot.
    pub references: BTreeMap<usize, String>,
    /// Names of functions with the slots they start and end at.
    pub functions: Vec<(String, usize, usize)>,
}

/// Code under construction.
#[derive(Debug, Default)]
pub struct Assembler {
    code: Code,
    fixes: BTreeMap<usize, Fix>,
    places: BTreeMap<Label, usize>,
    used: BTreeSet<Label>,
    labels: usize,
}

impl Assembler {
    /// A label without a place.
    pub fn label(&mut self) -> Label {
        self.labels += 1;
        Label(self.labels)
    }

    /// Gives a label its place: here.
    pub fn bind(&mut self, label: Label) {
        self.places.insert(label, self.code.slots.len());
    }

    /// Whether anything jumps to a label.
    pub fn is_used(&self, label: Label) -> bool {
        self.used.contains(&label)
    }

    /// Whether it is too large already.
    pub fn is_full(&self) -> bool {
        self.code.slots.len() > LIMIT
    }

    /// The slot that comes next.
    pub fn here(&self) -> usize {
        self.code.slots.len()
    }

    /// Appends a slot.
    pub fn slot(&mut self, slot: Slot) {
        self.code.slots.push(slot);
    }

    /// Appends an instruction.
    pub fn insn(&mut self, insn: Insn) {
        self.code.slots.extend(insn.encode().slots());
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

    /// `goto label`
    pub fn goto(&mut self, label: Label) {
        let insn = Insn::Goto {
            off: 0,
            long: false,
        };
        self.jump(insn.encode().slots()[0], label);
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

    /// Appends a jump whose distance is that of the label.
    pub fn jump(&mut self, slot: Slot, label: Label) {
        self.used.insert(label);
        self.fixes.insert(self.here(), Fix::Jump(label));
        self.slot(slot);
    }

    /// Calls a function of the same program.
    pub fn call(&mut self, label: Label) {
        self.used.insert(label);
        self.fixes.insert(self.here(), Fix::Call(label));
        self.slot(Slot {
            opcode: hike_isa::ops::CALL,
            src: LOCAL_CALL,
            ..Slot::default()
        });
    }

    /// Calls a helper of the kernel.
    pub fn call_kernel(&mut self, number: u32) {
        self.insn(Insn::CallHelper { number });
    }

    /// `dst = name ll`, for the loader to fill in; `addend` is an offset into what it names.
    pub fn refer(&mut self, dst: Reg, name: String, addend: u32) {
        self.code.references.insert(self.here(), name);
        let imm = addend.into();
        self.insn(Insn::LoadImm64 { dst, imm });
    }

    /// Marks the function from a slot up to here.
    pub fn function(&mut self, name: String, start: usize) {
        let end = self.here();
        self.code.functions.push((name, start, end));
    }

    /// Puts the distances in.
    ///
    /// # Errors
    /// When the code is too large, or jumps to a label without a place.
    pub fn finish(mut self) -> Result<Code, FuseError> {
        if self.is_full() {
            return Err(FuseError::TooLarge(self.here()));
        }
        for (at, fix) in &self.fixes {
            let (Fix::Jump(label) | Fix::Call(label)) = fix;
            let target = self.places.get(label).ok_or(FuseError::Label)?;
            let distance = *target as i64 - *at as i64 - 1;
            let slot = self.code.slots.get_mut(*at).ok_or(FuseError::Label)?;
            match fix {
                Fix::Jump(_) => {
                    slot.off = i16::try_from(distance).map_err(|_| FuseError::TooLarge(*at))?;
                }
                Fix::Call(_) => {
                    slot.imm = i32::try_from(distance).map_err(|_| FuseError::TooLarge(*at))?;
                }
            }
        }
        Ok(self.code)
    }
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
        asm.bind(end);
        asm.insn(Insn::Exit);
        let code = asm.finish().unwrap();
        assert_eq!(code.slots[0].off, 1);
        assert_eq!(code.slots[1].imm, -2);
    }

    #[test]
    fn a_label_without_a_place_is_an_error() {
        let mut asm = Assembler::default();
        let label = asm.label();
        asm.goto(label);
        assert!(matches!(asm.finish(), Err(FuseError::Label)));
    }
}
