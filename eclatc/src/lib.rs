//! The eCLAT compiler.

pub mod hir;
pub mod source;
