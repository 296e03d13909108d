//! Machine code before encoding: instructions of the VM over numbered registers, in blocks.

use crate::ir::{Callee, Condition};
use crate::source::Span;
use hike_isa::{AluOp, Size, Width};
use std::ops::Range;

/// A register: one of the machine's below [`Reg::PHYSICAL`], else a virtual one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reg(pub u32);

impl Reg {
    /// Registers that can be allocated, `r0` to `r9`.
    pub const PHYSICAL: u32 = 10;
    /// The result of calls and of the chain.
    pub const R0: Self = Self(0);
    /// Registers that calls do not preserve, `r0` to `r5`.
    pub const CLOBBERED: u32 = 6;

    /// The register of an argument, counted from 0.
    pub fn argument(index: usize) -> Self {
        Self(index as u32 + 1)
    }

    /// Whether it is one of the machine's.
    pub fn is_physical(self) -> bool {
        self.0 < Self::PHYSICAL
    }

    /// As an index into a table of registers.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Eight bytes of the frame's stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StackSlot(pub u32);

impl StackSlot {
    /// As an index into a table of slots.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A block of machine code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(pub u32);

impl Label {
    /// As an index into [`Code::blocks`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A second operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A register.
    Reg(Reg),
    /// A sign-extended constant.
    Imm(i32),
}

impl Source {
    /// The register, unless it is a constant.
    pub fn reg(self) -> Option<Reg> {
        match self {
            Self::Reg(reg) => Some(reg),
            Self::Imm(_) => None,
        }
    }
}

/// An instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inst<'f> {
    /// `dst = src`
    Move {
        /// The result.
        dst: Reg,
        /// The source.
        src: Reg,
    },
    /// `dst = value`
    Const {
        /// The result.
        dst: Reg,
        /// The constant.
        value: u64,
    },
    /// `dst op= src`
    Alu {
        /// Width of the operation.
        width: Width,
        /// The operation.
        op: AluOp,
        /// First operand and result.
        dst: Reg,
        /// Second operand.
        src: Source,
    },
    /// `dst = -dst`
    Neg {
        /// Operand and result.
        dst: Reg,
    },
    /// Keeps the low 32 bits.
    ZeroExtend {
        /// The result.
        dst: Reg,
        /// The source.
        src: Reg,
    },
    /// Extends the sign of the low bits.
    SignExtend {
        /// How many.
        from: Size,
        /// The result.
        dst: Reg,
        /// The source.
        src: Reg,
    },
    /// A call; arguments are in their registers.
    Call {
        /// What is called.
        callee: &'f Callee,
        /// Number of arguments.
        args: usize,
    },
    /// Reads the stack.
    Load {
        /// The result.
        dst: Reg,
        /// The place.
        slot: StackSlot,
    },
    /// Writes the stack.
    Store {
        /// The place.
        slot: StackSlot,
        /// The value.
        src: Source,
    },
}

/// How a block ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Goes on at one block.
    Goto(Label),
    /// Compares and goes on at one of two blocks.
    Branch {
        /// The comparison, of 64 bits.
        condition: Condition,
        /// Its left side.
        left: Reg,
        /// Its right side.
        right: Source,
        /// When it holds.
        then: Label,
        /// When it does not.
        otherwise: Label,
    },
    /// Returns `r0`.
    Exit,
    /// Is not reached: the call before it ends the chain.
    Never,
}

/// A block.
#[derive(Clone, Debug)]
pub struct Block {
    /// Where its instructions are.
    pub range: Range<usize>,
    /// How it ends.
    pub end: End,
    /// Place of the end.
    pub end_span: Span,
    /// Loops around it: how often it runs, as a power.
    pub depth: u32,
}

/// An instruction with its place in the source.
pub type Placed<'f> = (Inst<'f>, Span);

/// A chain in machine code.
#[derive(Debug)]
pub struct Code<'f> {
    /// The instructions of all blocks, in any order; some are of none.
    pub insts: Vec<Placed<'f>>,
    /// Blocks by [`Label`]; the first is the entry. First come those of the IR, then others.
    pub blocks: Vec<Block>,
    /// How many there are of the first kind.
    pub of_ir: usize,
    /// No way leads to a block twice.
    pub is_forward: bool,
    /// Every [`Reg`] is below this.
    pub regs: u32,
    /// Every [`StackSlot`] is below this.
    pub slots: u32,
}

impl Inst<'_> {
    /// Calls `visit` with every register it reads.
    pub fn for_each_use(&self, mut visit: impl FnMut(Reg)) {
        match *self {
            Self::Const { .. } | Self::Load { .. } => {}
            Self::Move { src, .. }
            | Self::ZeroExtend { src, .. }
            | Self::SignExtend { src, .. } => visit(src),
            Self::Neg { dst } => visit(dst),
            Self::Alu { dst, src, .. } => {
                src.reg().into_iter().for_each(&mut visit);
                visit(dst);
            }
            Self::Store { src, .. } => src.reg().into_iter().for_each(visit),
            Self::Call { args, .. } => (0..args).map(Reg::argument).for_each(visit),
        }
    }

    /// Calls `visit` with every register it writes; of a call, all that it does not preserve.
    pub fn for_each_def(&self, visit: impl FnMut(Reg)) {
        match self {
            Self::Call { .. } => (0..Reg::CLOBBERED).map(Reg).for_each(visit),
            other => other.def().into_iter().for_each(visit),
        }
    }

    /// The register that it writes if it is no call.
    pub fn def(&self) -> Option<Reg> {
        match *self {
            Self::Call { .. } | Self::Store { .. } => None,
            Self::Move { dst, .. }
            | Self::Const { dst, .. }
            | Self::Alu { dst, .. }
            | Self::Neg { dst }
            | Self::ZeroExtend { dst, .. }
            | Self::SignExtend { dst, .. }
            | Self::Load { dst, .. } => Some(dst),
        }
    }

    /// Replaces every register it names.
    pub fn map_regs(&mut self, map: &mut impl FnMut(Reg) -> Reg) {
        match self {
            Self::Call { .. } => {}
            Self::Const { dst, .. } | Self::Neg { dst } | Self::Load { dst, .. } => {
                *dst = map(*dst)
            }
            Self::Move { dst, src }
            | Self::ZeroExtend { dst, src }
            | Self::SignExtend { dst, src, .. } => {
                *src = map(*src);
                *dst = map(*dst);
            }
            Self::Alu { dst, src, .. } => {
                src.map_reg(map);
                *dst = map(*dst);
            }
            Self::Store { src, .. } => src.map_reg(map),
        }
    }
}

impl Source {
    /// Replaces the register, if it is one.
    pub fn map_reg(&mut self, map: &mut impl FnMut(Reg) -> Reg) {
        if let Self::Reg(reg) = self {
            *reg = map(*reg);
        }
    }
}

impl End {
    /// Where it may go on.
    pub fn successors(self) -> impl DoubleEndedIterator<Item = Label> + use<> {
        self.sides().into_iter().flatten()
    }

    /// Where it may go on: one block, or first the one for a condition that holds.
    pub fn sides(self) -> [Option<Label>; 2] {
        match self {
            Self::Goto(to) => [Some(to), None],
            Self::Branch {
                then, otherwise, ..
            } => [Some(then), Some(otherwise)],
            Self::Exit | Self::Never => [None, None],
        }
    }

    /// The registers it reads.
    pub fn uses(self) -> impl Iterator<Item = Reg> {
        let regs = match self {
            Self::Branch { left, right, .. } => [right.reg(), Some(left)],
            Self::Exit => [Some(Reg::R0), None],
            Self::Goto(_) | Self::Never => [None, None],
        };
        regs.into_iter().flatten()
    }

    /// Replaces every register it names.
    pub fn map_regs(&mut self, map: &mut impl FnMut(Reg) -> Reg) {
        if let Self::Branch { left, right, .. } = self {
            *left = map(*left);
            right.map_reg(map);
        }
    }

    /// Replaces every label it names.
    pub fn map_labels(&mut self, map: impl Fn(Label) -> Label) {
        match self {
            Self::Goto(to) => *to = map(*to),
            Self::Branch {
                then, otherwise, ..
            } => {
                *then = map(*then);
                *otherwise = map(*otherwise);
            }
            Self::Exit | Self::Never => {}
        }
    }
}

impl<'f> Code<'f> {
    /// A fresh virtual register.
    pub fn new_reg(&mut self) -> Reg {
        self.regs += 1;
        Reg(self.regs - 1)
    }

    /// A fresh place on the stack.
    pub fn new_slot(&mut self) -> StackSlot {
        self.slots += 1;
        StackSlot(self.slots - 1)
    }

    /// The block of a label.
    pub fn block(&self, label: Label) -> &Block {
        &self.blocks[label.index()]
    }

    /// The same, to be changed.
    pub fn block_mut(&mut self, label: Label) -> &mut Block {
        &mut self.blocks[label.index()]
    }

    /// The instructions of a block.
    pub fn insts(&self, label: Label) -> &[Placed<'f>] {
        &self.insts[self.block(label).range.clone()]
    }

    /// The same, to be changed.
    pub fn insts_mut(&mut self, label: Label) -> &mut [Placed<'f>] {
        let range = self.block(label).range.clone();
        &mut self.insts[range]
    }

    /// Keeps what is wanted of the instructions of a block, which may be changed.
    pub fn retain(&mut self, label: Label, mut wanted: impl FnMut(&mut Inst<'f>) -> bool) {
        let Range { start, end } = self.block(label).range;
        let mut kept = start;
        for index in start..end {
            if wanted(&mut self.insts[index].0) {
                if kept != index {
                    self.insts[kept] = self.insts[index];
                }
                kept += 1;
            }
        }
        self.block_mut(label).range.end = kept;
    }

    /// Moves the instructions of one block behind those of another.
    pub fn append(&mut self, to: Label, from: Label) {
        let start = self.insts.len();
        for label in [to, from] {
            let range = self.block(label).range.clone();
            self.insts.extend_from_within(range);
        }
        let end = self.insts.len();
        self.block_mut(to).range = start..end;
        self.block_mut(from).range = end..end;
    }

    /// Calls `visit` with every label. Without loops, blocks come after all that they lead to:
    /// those that are not of the IR are visited where a block leads to them.
    pub fn for_each_backward(&self, mut visit: impl FnMut(Label)) {
        for label in (0..self.of_ir as u32).rev().map(Label) {
            for next in self.block(label).end.successors() {
                if next.index() >= self.of_ir {
                    visit(next);
                }
            }
            visit(label);
        }
    }

    /// Every label, in order.
    pub fn labels(&self) -> impl DoubleEndedIterator<Item = Label> + use<> {
        (0..self.blocks.len() as u32).map(Label)
    }

    /// Makes `counts` say for each block how many edges lead to it.
    pub fn count_predecessors(&self, counts: &mut Vec<u32>) {
        counts.clear();
        counts.resize(self.blocks.len(), 0);
        for block in &self.blocks {
            for next in block.end.successors() {
                counts[next.index()] += 1;
            }
        }
    }
}
