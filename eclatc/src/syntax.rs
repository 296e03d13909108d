//! The syntax tree: what was written, with a span on every node and no meaning yet.
//!
//! A line that could not be read is [`StmtKind::Broken`]; the message about it exists
//! already, and later phases say nothing that could follow from it.

use crate::source::Span;
use std::collections::BTreeSet;

/// Where the expressions of trees lie: they are many and small, and all end together.
pub use bumpalo::Bump as Arena;

pub mod display;

/// A name with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ident<'s> {
    /// The name.
    pub text: &'s str,
    /// Its place.
    pub span: Span,
}

/// A script: its statements in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script<'s> {
    /// Statements at top level.
    pub items: Vec<Stmt<'s>>,
}

/// A block of statements.
pub type Block<'s> = Vec<Stmt<'s>>;

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stmt<'s> {
    /// What it is.
    pub kind: StmtKind<'s>,
    /// Its place; of a compound statement, its header.
    pub span: Span,
}

/// What a statement is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StmtKind<'s> {
    /// `from KIND.PACKAGE import NAME as ALIAS, ...`
    Import(Import<'s>),
    /// `def NAME(PARAMS): BODY`
    Def(Def<'s>),
    /// `if`, its `elif`s and its `else`.
    If {
        /// `if` and each `elif`: never empty.
        arms: Vec<Arm<'s>>,
        /// `else`
        otherwise: Option<Block<'s>>,
    },
    /// `while COND: BODY`
    While(Arm<'s>),
    /// `for NAME in EXPR: BODY`
    For {
        /// The variable.
        name: Ident<'s>,
        /// What is iterated over.
        iterable: &'s Expr<'s>,
        /// The turn.
        body: Block<'s>,
    },
    /// `header NAME(OFFSET):` with its fields.
    Layout(Layout<'s>),
    /// `test "NAME":`, its block is not read yet.
    Test,
    /// `const NAME = EXPR`
    Const(Ident<'s>, &'s Expr<'s>),
    /// `TYPE : NAME = EXPR` or `NAME : TYPE = EXPR`
    Declare {
        /// The variable.
        name: Ident<'s>,
        /// Its type.
        ty: TypeName,
        /// Its first value.
        value: Option<&'s Expr<'s>>,
    },
    /// `NAME = NAME = EXPR`: one name or more.
    Assign(&'s [Ident<'s>], &'s Expr<'s>),
    /// `NAME += EXPR` and its like.
    Augmented(Ident<'s>, BinaryOp, &'s Expr<'s>),
    /// `HEADER.FIELD = EXPR`, or `+=` and its like.
    AssignField {
        /// The header.
        header: Ident<'s>,
        /// The field.
        field: Ident<'s>,
        /// The operator before the `=`.
        op: Option<BinaryOp>,
        /// The value.
        value: &'s Expr<'s>,
    },
    /// `OWNER[MAP] = { ... }`
    MapAssign {
        /// The loader or program.
        owner: Ident<'s>,
        /// The map.
        map: Ident<'s>,
        /// Keys and values.
        entries: Vec<Entry<'s>>,
    },
    /// `pass`
    Pass,
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `return [EXPR]`
    Return(Option<&'s Expr<'s>>),
    /// An expression for its effect.
    Expr(&'s Expr<'s>),
    /// A line that could not be read.
    Broken(Broken<'s>),
}

/// A line that could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Broken<'s> {
    /// The block below it, when there is one.
    pub body: Block<'s>,
    /// The names in it, each of which it may have defined.
    pub names: BTreeSet<&'s str>,
}

/// `from KIND.PACKAGE import NAMES`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import<'s> {
    /// `programs`, `prog`, `loaders`, `chains`.
    pub kind: Ident<'s>,
    /// The package; may itself have dots.
    pub package: Vec<Ident<'s>>,
    /// What is imported: never empty.
    pub names: Vec<ImportName<'s>>,
}

/// `NAME [as ALIAS]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportName<'s> {
    /// The name in the package.
    pub name: Ident<'s>,
    /// The name in the script, when another.
    pub alias: Option<Ident<'s>>,
}

/// `def NAME(PARAMS) [-> TYPE]: BODY`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Def<'s> {
    /// The chain's name.
    pub name: Ident<'s>,
    /// Parameters.
    pub params: &'s [Param<'s>],
    /// The result's type.
    pub result: Option<TypeName>,
    /// Its statements.
    pub body: Block<'s>,
}

/// `header NAME(OFFSET): FIELDS`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout<'s> {
    /// Its name.
    pub name: Ident<'s>,
    /// Where it begins in the packet, in bytes.
    pub offset: &'s Expr<'s>,
    /// Declarations of fields, `FIELD = (FIELD, BIT, WIDTH)` for parts of them.
    pub fields: Block<'s>,
}

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param<'s> {
    /// Its name.
    pub name: Ident<'s>,
    /// Its type, when given.
    pub ty: Option<TypeName>,
}

/// A condition and the block under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arm<'s> {
    /// The condition.
    pub cond: &'s Expr<'s>,
    /// The block.
    pub body: Block<'s>,
    /// Its header, for messages about the path through it.
    pub span: Span,
}

/// A type as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeName {
    /// `u8` to `s64`.
    Int {
        /// 8, 16, 32 or 64.
        bits: u8,
        /// `s`.
        signed: bool,
    },
    /// `bool`
    Bool,
}

/// An element of a map assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'s> {
    /// The key.
    pub key: &'s Expr<'s>,
    /// The value.
    pub value: &'s Expr<'s>,
}

/// An expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expr<'s> {
    /// What it is.
    pub kind: ExprKind<'s>,
    /// Its place.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExprKind<'s> {
    /// A whole number.
    Number(u128),
    /// `true` or `false`.
    Bool(bool),
    /// A string with its quotes; [`crate::lex::literal::string`] gives its value.
    String(&'s str),
    /// `NAME` or `NAME.NAME`: never empty.
    Path(&'s [Ident<'s>]),
    /// `PATH(ARGS)`
    Call(&'s Call<'s>),
    /// `TYPE(EXPR)`
    Cast(TypeName, &'s Expr<'s>),
    /// `(A, B)`
    Tuple(&'s [Expr<'s>]),
    /// `-x`, `+x`, `~x`, `not x`
    Unary(UnaryOp, &'s Expr<'s>),
    /// `x + y` and its like, `and` and `or` included.
    Binary(BinaryOp, &'s Expr<'s>, &'s Expr<'s>),
    /// `a < b <= c`: the first operand, then at least one operator and operand.
    Compare(&'s Expr<'s>, &'s [(CompareOp, Expr<'s>)]),
    /// `THEN if COND else OTHERWISE`
    Conditional {
        /// When the condition holds.
        then: &'s Expr<'s>,
        /// The condition.
        cond: &'s Expr<'s>,
        /// When it does not.
        otherwise: &'s Expr<'s>,
    },
}

/// `PATH(ARGS)`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call<'s> {
    /// What is called: never empty.
    pub path: &'s [Ident<'s>],
    /// The arguments.
    pub args: &'s [Arg<'s>],
}

/// An argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arg<'s> {
    /// `NAME=`, when given.
    pub name: Option<Ident<'s>>,
    /// The value.
    pub value: &'s Expr<'s>,
}

/// Operators before an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`
    Minus,
    /// `+`
    Plus,
    /// `~`
    Invert,
    /// `not`
    Not,
}

/// Operators between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/` and `//`
    Div,
    /// `%`
    Mod,
    /// `&`
    BitAnd,
    /// `|`
    BitOr,
    /// `^`
    BitXor,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
    /// `and`
    And,
    /// `or`
    Or,
}

/// Comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}
