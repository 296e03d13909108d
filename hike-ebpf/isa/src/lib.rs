//! The HIKe instruction set: RFC 9669, base32, base64, divmul32 and divmul64 groups.
//!
//! The encoding is written down once, in [`ops`] (operations and their numbers) and in
//! [`Insn`] (instructions and their fields); encoder, decoder, disassembler, assembler
//! and the generators of the tests derive from them. The crate knows neither ELF nor the VM.
#![no_std]
#![warn(missing_docs)]

mod decode;
mod display;
mod encode;
mod insn;
pub mod ops;
mod parse;
mod slot;

pub use decode::{DecodeError, Problem, decode, decode_at};
pub use encode::Encoded;
pub use insn::{Insn, Operand, Reg};
pub use ops::{AluOp, JumpOp, Size, SwapKind, Width};
pub use parse::ParseError;
pub use slot::Slot;
