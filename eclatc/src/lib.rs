//! The eCLAT compiler.

pub mod analyse;
pub mod codegen;
pub mod diagnostic;
pub mod diagnostics;
pub mod driver;
pub mod hir;
pub mod ir;
pub mod lex;
pub mod lower;
pub mod packages;
pub mod parse;
pub mod source;
pub mod syntax;
