//! HIKe objects, signatures, scripts, packages and bundles as Rust values.
//!
//! | module | turns |
//! |---|---|
//! | [`btf`] | `.BTF` and `.BTF.ext` sections into types and line information, and back |
//! | [`program`] | a program or loader object into its [`Signature`] |
//! | [`chain`] | a chain object into functions, calls, lines and its [`Script`] |
//! | [`bundle`] | a `.hike` archive into its manifest and members, and back |
//! | [`package`] | names of packages and programs into files |
//!
//! The crate does not know the eCLAT language, does not link, and never prints. Files are
//! seen by [`package`] alone, through the trait [`package::Files`].
#![forbid(unsafe_code)]

pub mod btf;
pub mod bundle;
pub mod chain;
pub mod digest;
pub mod elf;
pub mod encode;
mod json;
pub mod manifest;
pub mod native;
pub mod package;
pub mod program;
pub mod script;
pub mod signature;
pub mod sourcemap;
mod suggest;
pub mod symbol;
pub mod unit;
mod voice;

pub use bundle::Bundle;
pub use chain::ChainObject;
pub use digest::Digest;
pub use manifest::Manifest;
pub use package::PackagePath;
pub use program::ProgramObject;
pub use script::Script;
pub use signature::Signature;
pub use sourcemap::SourceMap;
pub use suggest::nearest;
pub use symbol::{Symbol, SymbolError, SymbolKind};
