//! Chain objects: bytecode of chains, what it calls, and the lines it comes from.

mod code;
mod debug;
mod error;

use std::collections::BTreeMap;
use std::fmt;

use hike_isa::Slot;
use serde::de::DeserializeOwned;

pub use error::ChainError;

use crate::Symbol;
use crate::elf::Elf;
use crate::script::{Place, Script, SourceFile};
use crate::signature::{IntType, Param};

/// Section of the bytecode.
pub const CODE_SECTION: &str = ".text";
/// Section of the [`Script`], JSON.
pub const SCRIPT_SECTION: &str = ".hike.script";
/// Section of the [`SourceFile`]s, JSON.
pub const SOURCE_SECTION: &str = ".hike.source";

/// Index of a slot of bytecode, from the start of its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotIndex(pub u32);

impl SlotIndex {
    /// Its offset from the start of the chain, in bytes.
    pub const fn byte_offset(self) -> u32 {
        self.0.saturating_mul(8)
    }
}

impl fmt::Display for SlotIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// An object with chains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainObject {
    /// Its chains, by their place in the code.
    pub chains: Vec<Chain>,
    /// Prototypes its script or C source gives to programs and chains of other objects.
    pub externs: BTreeMap<Symbol, Vec<IntType>>,
    /// What the script asks for besides code; none from compilers that have no script.
    pub script: Option<Script>,
    /// The scripts themselves, when they are in the object.
    pub sources: Vec<SourceFile>,
    /// The ELF file.
    pub bytes: Vec<u8>,
}

/// One chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Its symbol.
    pub symbol: Symbol,
    /// Its bytecode; every instruction decodes.
    pub code: Vec<Slot>,
    /// Number of instructions (a 64-bit constant is one).
    pub instructions: u32,
    /// Its parameters; none when the object has no type information of it.
    pub params: Option<Vec<Param>>,
    /// What it calls, by the slot of the call.
    pub calls: BTreeMap<SlotIndex, Symbol>,
    /// Where its instructions come from, by ascending slot.
    pub lines: Vec<Line>,
}

/// From this slot on, code comes from one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The slot.
    pub slot: SlotIndex,
    /// The place.
    pub place: Place,
    /// Text of the line; empty when unknown.
    pub text: String,
}

impl ChainObject {
    /// Reads an object.
    ///
    /// # Errors
    /// When the bytes are no eBPF object of chains, an instruction is unknown, or a call
    /// has no symbol of HIKe.
    pub fn parse(bytes: impl Into<Vec<u8>>) -> Result<Self, ChainError> {
        let bytes = bytes.into();
        let elf = Elf::parse(&bytes)?;
        let mut chains = code::chains(&elf)?;
        let externs = match debug::read(&elf)? {
            Some(debug) => debug.attach(&mut chains),
            None => BTreeMap::new(),
        };
        Ok(Self {
            chains: chains.into_iter().map(|placed| placed.chain).collect(),
            externs,
            script: json(&elf, SCRIPT_SECTION)?,
            sources: json(&elf, SOURCE_SECTION)?.unwrap_or_default(),
            bytes,
        })
    }

    /// The chain of this symbol, if it is in the object.
    pub fn chain(&self, symbol: &Symbol) -> Option<&Chain> {
        self.chains.iter().find(|chain| chain.symbol == *symbol)
    }
}

impl Chain {
    /// Where the instruction in a slot comes from.
    pub fn line(&self, slot: SlotIndex) -> Option<&Line> {
        let after = self.lines.partition_point(|line| line.slot <= slot);
        self.lines.get(after.checked_sub(1)?)
    }
}

fn json<T: DeserializeOwned>(
    elf: &Elf<'_>,
    section: &'static str,
) -> Result<Option<T>, ChainError> {
    let Some(found) = elf.section(section) else {
        return Ok(None);
    };
    let parsed = serde_json::from_slice(found.data);
    parsed.map(Some).map_err(|error| ChainError::Json {
        section,
        message: error.to_string(),
    })
}
