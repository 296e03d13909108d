//! What can be wrong with a chain object.

use hike_isa::DecodeError;

use super::SlotIndex;
use crate::btf::BtfError;
use crate::elf::ElfError;
use crate::symbol::{Symbol, SymbolError};

/// Why an object is not one of chains.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// Not an eBPF object.
    #[error(transparent)]
    Elf(#[from] ElfError),
    /// Its type information is malformed.
    #[error(transparent)]
    Btf(#[from] BtfError),
    /// No code.
    #[error("section `.text` is missing, expected the bytecode of chains")]
    NoCode,
    /// No chain.
    #[error("expected at least one function `chains.PACKAGE.NAME`, found none")]
    NoChain,
    /// A function that is not named like a chain.
    #[error("function `{0}` is no chain, expected the name `chains.PACKAGE.NAME`")]
    NotChain(String),
    /// A chain that is there twice.
    #[error("chain `{0}` is defined twice in this object")]
    Twice(Symbol),
    /// A chain whose bytes are not whole slots of the section.
    #[error(
        "chain `{symbol}` has bytes {offset} to {end} of section `.text`, expected whole slots of 8 bytes inside its {len} bytes"
    )]
    Bounds {
        /// The chain.
        symbol: Symbol,
        /// Offset of its first byte.
        offset: u64,
        /// Offset after its last byte.
        end: u64,
        /// Length of the section.
        len: usize,
    },
    /// Code that belongs to no chain, or to two.
    #[error("byte {offset} of section `.text` belongs to {}, expected exactly one chain", if *.twice { "two chains" } else { "no chain" })]
    Coverage {
        /// The first such byte.
        offset: u64,
        /// Two chains instead of none.
        twice: bool,
    },
    /// An unknown instruction.
    #[error("chain `{symbol}`, {error}")]
    Decode {
        /// The chain.
        symbol: Symbol,
        /// What is wrong.
        error: DecodeError,
    },
    /// A call of a symbol that names nothing of HIKe.
    #[error("chain `{symbol}`, slot {slot}: {error}")]
    CallName {
        /// The chain.
        symbol: Symbol,
        /// Slot of the call.
        slot: SlotIndex,
        /// What is wrong.
        error: SymbolError,
    },
    /// A call without a relocation that names its target.
    #[error(
        "chain `{symbol}`, slot {slot}: the call names nothing, expected a relocation with a symbol"
    )]
    CallNothing {
        /// The chain.
        symbol: Symbol,
        /// Slot of the call.
        slot: SlotIndex,
    },
    /// A relocation of something that is not a call.
    #[error(
        "chain `{symbol}`, slot {slot}: relocation of an instruction that is no call; chains have no data"
    )]
    Relocation {
        /// The chain.
        symbol: Symbol,
        /// The slot.
        slot: SlotIndex,
    },
    /// A section that is not the JSON expected.
    #[error("section `{section}`: {message}")]
    Json {
        /// The section.
        section: &'static str,
        /// What the JSON reader says.
        message: String,
    },
}
