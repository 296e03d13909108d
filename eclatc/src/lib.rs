//! The eCLAT compiler.
//!
//! | step | module | gives |
//! |---|---|---|
//! | words, lines, blocks | [`lex`] | tokens |
//! | form | [`parse`] | [`syntax`] tree |
//! | names and types | [`analyse`] | typed tree, [`hir`] |
//! | control flow | [`lower`] | [`ir`], which its passes shorten |
//! | bytecode | [`codegen`] | an object |
//!
//! [`backend`] takes chain after chain through the last two, and measures them ([`budget`]).
//!
//! [`mod@format`] gives scripts their usual form; it needs the first two steps only. [`mod@doc`]
//! makes a site of what analysis knows of scripts, and of what objects say of themselves.
//!
//! Every step is a function of values: it gives a result *and* the list of what is wrong,
//! as [`diagnostic::Diagnostic`]s made by [`diagnostics`]. Interfaces of programs come in
//! through the trait [`packages::Packages`]. Only [`driver`] reads and writes files.

pub mod allocator;
pub mod analyse;
pub mod backend;
mod bitset;
pub mod budget;
pub mod codegen;
pub mod diagnostic;
pub mod diagnostics;
pub mod doc;
pub mod driver;
pub mod format;
pub mod hir;
pub mod ir;
pub mod lex;
pub mod lower;
pub mod packages;
pub mod parse;
pub mod source;
pub mod stdlib;
pub mod syntax;
