//! The eCLAT compiler.

pub mod diagnostic;
pub mod diagnostics;
pub mod hir;
pub mod lex;
pub mod parse;
pub mod source;
pub mod syntax;
