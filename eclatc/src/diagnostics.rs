//! Every message the compiler can give: a code each, a page each, a constructor each.
//!
//! Constructors lie in one module per phase; `docs/diagnostics/CODE.md` explains each code
//! and is what `eclatc explain CODE` prints.

pub mod calls;
mod code;
pub mod configuration;
pub mod flow;
pub mod habits;
pub mod headers;
pub mod lexical;
pub mod limits;
pub mod names;
pub mod suspicious;
pub mod syntactic;
pub mod tooling;
pub mod values;

pub use code::Code;
