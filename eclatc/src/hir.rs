//! The typed tree: what analysis knows about a script, and all that lowering may see.
//!
//! Values. Every expression has an [`IntType`] and gives a 64-bit value that is already
//! extended to 64 bits as that type says. Arithmetic is done, and wraps, at 64 bits. Where
//! a value changes because it becomes narrower or changes sign within a narrow type there
//! is an explicit [`ExprKind::Convert`]; nothing converts silently, so `Assign` always
//! stores a value of the local's own type.
//!
//! Names. Locals are indices, callees are symbols or helper numbers, constants are folded
//! into [`ExprKind::Const`]: no name has to be looked up any more.

use crate::source::{FileId, Span};
use hike_abi::Helper;
use hike_format::signature::{IntType, Param, ResultKind};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

mod config;
pub mod display;
pub mod meaning;

pub use config::{
    Attachment, Configuration, Datum, Device, MapAssignment, MapEntry, Setting, XdpMode,
};

/// The type of most values: 64 bits, unsigned.
pub const U64: IntType = IntType {
    bits: 64,
    signed: false,
};

/// 64 bits, two's complement.
pub const S64: IntType = IntType {
    bits: 64,
    signed: true,
};

/// A linker symbol: `programs.PACKAGE.NAME`, `loaders.PACKAGE.NAME` or `chains.PACKAGE.NAME`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub Arc<str>);

impl Symbol {
    /// The symbol with this text.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(Arc::from(text.as_ref()))
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One analysed script.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// Its package: chains are `chains.PACKAGE.NAME`.
    pub package: String,
    /// The file it was read from.
    pub file: FileId,
    /// Its documentation; empty when there is none.
    pub doc: String,
    /// Its chains, in source order.
    pub chains: Vec<Chain>,
    /// Programs and chains of other scripts that its chains call, in the order of their symbols.
    pub externs: Vec<Extern>,
    /// Those of its own chains that its chains call: only they may be put in place of a call.
    pub called: BTreeSet<Symbol>,
    /// What is to be done when it is installed.
    pub config: Configuration,
}

/// Something called that is defined elsewhere, with its interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extern {
    /// Its symbol.
    pub symbol: Symbol,
    /// Parameters in order.
    pub params: Vec<Param>,
    /// What a call gives.
    pub result: ResultKind,
}

/// Index of a local variable within its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalId(pub u32);

impl LocalId {
    /// As an index into [`Chain::locals`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain {
    /// Its name in the source.
    pub name: String,
    /// Its symbol.
    pub symbol: Symbol,
    /// Its documentation; empty when there is none.
    pub doc: String,
    /// How many parameters it has, at most five: its locals `0..params`. The caller passes
    /// 64 bits each; lowering truncates them to the local's type on entry.
    pub params: u32,
    /// Parameters first, then variables and temporaries.
    pub locals: Vec<Local>,
    /// Its statements. Falling off the end returns 0.
    pub body: Block,
    /// The name in its `def`.
    pub span: Span,
}

/// A variable of a chain. Analysis has shown that it is assigned before it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// Its name; temporaries of the compiler have names that start with `%`.
    pub name: String,
    /// Its type.
    pub ty: IntType,
    /// Where it is declared.
    pub span: Span,
}

/// Statements carried out in order.
pub type Block = Vec<Stmt>;

/// A statement with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// Its place; of a compound statement, the place of its header.
    pub span: Span,
}

/// What a statement does.
#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    /// Stores a value of the local's type.
    Assign {
        /// The variable.
        local: LocalId,
        /// Its new value, of the same type.
        value: Expr,
    },
    /// Evaluates and drops the value.
    Expr(Expr),
    /// Runs one of two blocks.
    If {
        /// Any value but 0 chooses `then`.
        cond: Expr,
        /// When `cond` is not 0.
        then: Block,
        /// When `cond` is 0; may be empty.
        otherwise: Block,
    },
    /// `while` and `for`: as long as `cond` is not 0, runs `body` and then `step`.
    Loop {
        /// Evaluated before each turn.
        cond: Expr,
        /// The turn.
        body: Block,
        /// Runs after the body and after `continue`, not after `break`.
        step: Block,
    },
    /// Leaves the innermost loop.
    Break,
    /// Goes on with the `step` of the innermost loop.
    Continue,
    /// Ends the chain; without a value it gives 0.
    Return(Option<Expr>),
}

/// An expression with its type and place.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it computes.
    pub kind: ExprKind,
    /// How the 64 bits of the value are to be read.
    pub ty: IntType,
    /// Its place.
    pub span: Span,
}

/// What an expression computes.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A constant, extended to 64 bits.
    Const(u64),
    /// The value of a variable.
    Local(LocalId),
    /// An arithmetic operation on one value.
    Unary(UnaryOp, Box<Expr>),
    /// Logical `not`: 1 when the value is 0, else 0.
    Not(Box<Expr>),
    /// An arithmetic operation on two values, left one evaluated first.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// A comparison: 0 or 1.
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    /// `and`, 0 or 1: the right side is evaluated only when the left one is not 0.
    And(Box<Expr>, Box<Expr>),
    /// `or`, 0 or 1: the right side is evaluated only when the left one is 0.
    Or(Box<Expr>, Box<Expr>),
    /// Keeps the low bits of the value that [`Expr::ty`] has, and extends them as it says.
    Convert(Box<Expr>),
    /// `then if cond else otherwise`; only one of the two is evaluated.
    Select {
        /// Any value but 0 chooses `then`.
        cond: Box<Expr>,
        /// When `cond` is not 0.
        then: Box<Expr>,
        /// When `cond` is 0.
        otherwise: Box<Expr>,
    },
    /// Stores `value` in a temporary, then gives the value of `body`.
    Let {
        /// The temporary, assigned nowhere else.
        local: LocalId,
        /// Evaluated once, before `body`.
        value: Box<Expr>,
        /// The result.
        body: Box<Expr>,
    },
    /// A call.
    Call(Box<Call>),
}

/// A call of a program, chain or helper.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// What is called.
    pub callee: Callee,
    /// At most five, evaluated left to right.
    pub args: Vec<Expr>,
    /// The program always ends the chain: nothing after the call is reached.
    pub ends_chain: bool,
}

/// What a call calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callee {
    /// A HIKe program.
    Program(Symbol),
    /// A chain of this script or of another one.
    Chain(Symbol),
    /// A helper function of the VM.
    Helper(Helper),
}

/// Arithmetic on one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// Two's complement.
    Neg,
    /// Bitwise complement.
    Invert,
}

/// Arithmetic on two 64-bit values. The sign of the operation is decided here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// Wraps.
    Add,
    /// Wraps.
    Sub,
    /// Wraps.
    Mul,
    /// Unsigned; by zero it gives 0 (RFC 9669 section 4.1).
    DivU,
    /// Signed, towards zero; by zero it gives 0.
    DivS,
    /// Unsigned; by zero it gives the dividend.
    ModU,
    /// Signed, has the sign of the dividend; by zero it gives the dividend.
    ModS,
    /// Bitwise and.
    And,
    /// Bitwise or.
    Or,
    /// Bitwise exclusive or.
    Xor,
    /// Left shift by the low 6 bits of the right side.
    Shl,
    /// Logical right shift by the low 6 bits of the right side.
    ShrU,
    /// Arithmetic right shift by the low 6 bits of the right side.
    ShrS,
}

/// A comparison of two 64-bit values. The sign of the operation is decided here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    /// Equal.
    Eq,
    /// Different.
    Ne,
    /// Unsigned less.
    LtU,
    /// Unsigned less or equal.
    LeU,
    /// Unsigned greater.
    GtU,
    /// Unsigned greater or equal.
    GeU,
    /// Signed less.
    LtS,
    /// Signed less or equal.
    LeS,
    /// Signed greater.
    GtS,
    /// Signed greater or equal.
    GeS,
}
