//! The intermediate representation: chains as graphs of basic blocks in SSA form.
//!
//! A block has parameters instead of phi functions; who jumps to it gives the arguments.
//! Every value has 64 bits. Constants are operands, not instructions, except where code
//! generation needs one in a register ([`Op::Const`]). Comparisons exist only as branches,
//! as in the instruction set. A call of a program that ends the chain is a terminator.
//!
//! - [`mod@display`] and [`parse`]: the text form, which reads back as the same value
//! - [`verify`]: what holds between any two passes
//! - [`passes`]: what makes chains shorter
//!
//! The IR knows neither the syntax of eCLAT nor registers.

use crate::source::{FileId, Span};
use smallvec::SmallVec;
use std::fmt;

pub mod analysis;
pub mod display;
mod ops;
pub mod parse;
pub mod passes;
pub(crate) mod rewrite;
pub(crate) mod shape;
pub mod verify;

pub use crate::hir::{Callee, Symbol};
pub use ops::{BinaryOp, Condition, UnaryOp};

/// A basic block of one function; block 0 is the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId(pub u32);

/// An SSA value of one function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueId(pub u32);

impl BlockId {
    /// Where every function starts; nothing jumps to it.
    pub const ENTRY: Self = Self(0);

    /// As an index into [`Function::blocks`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl ValueId {
    /// As an index into a table of values.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for BlockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b{}", self.0)
    }
}

impl fmt::Display for ValueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

/// What an instruction reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operand {
    /// A value.
    Value(ValueId),
    /// A constant of 64 bits.
    Const(u64),
}

impl Operand {
    /// The value, unless it is a constant.
    pub fn value(self) -> Option<ValueId> {
        match self {
            Self::Value(value) => Some(value),
            Self::Const(_) => None,
        }
    }

    /// The constant, unless it is a value.
    pub fn constant(self) -> Option<u64> {
        match self {
            Self::Const(constant) => Some(constant),
            Self::Value(_) => None,
        }
    }
}

impl From<ValueId> for Operand {
    fn from(value: ValueId) -> Self {
        Self::Value(value)
    }
}

impl From<u64> for Operand {
    fn from(constant: u64) -> Self {
        Self::Const(constant)
    }
}

/// Arguments: mostly none or one, and then they take no allocation.
pub type Operands = SmallVec<[Operand; 1]>;

/// Parameters of a block: mostly few, and then they take no allocation.
pub type Params = SmallVec<[ValueId; 4]>;

/// The chains of one script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Module {
    /// In source order.
    pub functions: Vec<Function>,
}

/// One chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its linker symbol.
    pub symbol: Symbol,
    /// The name in its definition; its file is the file of all spans that name none.
    pub span: Span,
    /// Blocks by [`BlockId`]; the parameters of the first are the chain's.
    pub blocks: Vec<Block>,
    /// Every [`ValueId`] is below this.
    pub values: u32,
}

/// A basic block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Values that whoever jumps here gives.
    pub params: Params,
    /// Instructions in order.
    pub insts: Vec<Inst>,
    /// How it ends.
    pub end: Terminator,
    /// Place of the terminator.
    pub end_span: Span,
}

/// An instruction with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inst {
    /// The value it defines; calls may drop theirs.
    pub result: Option<ValueId>,
    /// What it does.
    pub op: Op,
    /// Its place.
    pub span: Span,
}

/// What an instruction does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// A constant in a register.
    Const(u64),
    /// Arithmetic on one value, extensions included.
    Unary(UnaryOp, Operand),
    /// Arithmetic on two values.
    Binary(BinaryOp, Operand, Operand),
    /// A call that returns.
    Call(Callee, Operands),
}

/// A block to go to, with arguments for its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The block.
    pub block: BlockId,
    /// One for each parameter.
    pub args: Operands,
}

impl Target {
    /// A block without parameters.
    pub fn bare(block: BlockId) -> Self {
        Self {
            block,
            args: Operands::new(),
        }
    }
}

/// How a block ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Terminator {
    /// Goes on at one block.
    Jump(Target),
    /// Compares and goes on at one of two blocks.
    Branch {
        /// The comparison.
        condition: Condition,
        /// Its left side.
        left: Operand,
        /// Its right side.
        right: Operand,
        /// When it holds.
        then: Target,
        /// When it does not.
        otherwise: Target,
    },
    /// Ends the chain with a result.
    Return(Operand),
    /// Calls a program that ends the chain; it never comes back.
    Finish(Callee, Operands),
}

impl Op {
    /// Whether it may be removed when nobody reads its result, and computed twice.
    pub fn is_pure(&self) -> bool {
        !matches!(self, Self::Call(..))
    }

    /// Everything it reads, in order.
    pub fn operands(&self) -> impl Iterator<Item = Operand> + '_ {
        let (first, second, rest) = match self {
            Self::Const(_) => (None, None, &[][..]),
            Self::Unary(_, value) => (Some(*value), None, &[][..]),
            Self::Binary(_, left, right) => (Some(*left), Some(*right), &[][..]),
            Self::Call(_, args) => (None, None, &args[..]),
        };
        first.into_iter().chain(second).chain(rest.iter().copied())
    }
}

impl Terminator {
    /// Where it may go on, in the order of the text form.
    pub fn targets(&self) -> impl DoubleEndedIterator<Item = &Target> + Clone {
        let targets = match self {
            Self::Jump(target) => [Some(target), None],
            Self::Branch {
                then, otherwise, ..
            } => [Some(then), Some(otherwise)],
            Self::Return(_) | Self::Finish(..) => [None, None],
        };
        targets.into_iter().flatten()
    }

    /// The same, to be changed.
    pub fn targets_mut(&mut self) -> impl Iterator<Item = &mut Target> {
        let targets = match self {
            Self::Jump(target) => [Some(target), None],
            Self::Branch {
                then, otherwise, ..
            } => [Some(then), Some(otherwise)],
            Self::Return(_) | Self::Finish(..) => [None, None],
        };
        targets.into_iter().flatten()
    }

    /// What it reads besides the arguments of its targets.
    pub fn operands(&self) -> impl Iterator<Item = Operand> + '_ {
        let (first, second, rest) = match self {
            Self::Jump(_) => (None, None, &[][..]),
            Self::Branch { left, right, .. } => (Some(*left), Some(*right), &[][..]),
            Self::Return(value) => (Some(*value), None, &[][..]),
            Self::Finish(_, args) => (None, None, &args[..]),
        };
        first.into_iter().chain(second).chain(rest.iter().copied())
    }
}

impl Block {
    /// A block without instructions.
    pub fn new(end: Terminator, end_span: Span) -> Self {
        Self {
            params: Params::new(),
            insts: Vec::new(),
            end,
            end_span,
        }
    }

    /// The blocks it may go on at; one twice if both sides of a branch lead there.
    pub fn successors(&self) -> impl DoubleEndedIterator<Item = BlockId> + Clone {
        self.end.targets().map(|target| target.block)
    }
}

impl Function {
    /// A fresh value.
    pub fn new_value(&mut self) -> ValueId {
        self.values += 1;
        ValueId(self.values - 1)
    }

    /// Adds a block.
    pub fn new_block(&mut self, block: Block) -> BlockId {
        self.blocks.push(block);
        BlockId(self.blocks.len() as u32 - 1)
    }

    /// Every block ID, in order.
    pub fn block_ids(&self) -> impl Iterator<Item = BlockId> + use<> {
        (0..self.blocks.len() as u32).map(BlockId)
    }

    /// The block with this ID.
    pub fn block(&self, id: BlockId) -> &Block {
        &self.blocks[id.index()]
    }

    /// The same, to be changed.
    pub fn block_mut(&mut self, id: BlockId) -> &mut Block {
        &mut self.blocks[id.index()]
    }

    /// The file its code is from.
    pub fn file(&self) -> FileId {
        self.span.file
    }
}
