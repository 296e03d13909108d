//! The code of chains: which bytes are whose, decoded, with their calls.

use std::collections::{BTreeMap, BTreeSet};

use hike_isa::{Insn, Slot, decode_at};

use super::{CODE_SECTION, Chain, ChainError, SCRIPT_SECTION, SlotIndex};
use crate::elf::{Elf, ElfSymbol, Section};
use crate::symbol::{Symbol, SymbolKind};

/// Bytes of a slot.
const SLOT: u64 = 8;

/// A chain and where its code is.
pub(super) struct Placed {
    /// Offset in the section, in bytes.
    pub offset: u64,
    /// The chain.
    pub chain: Chain,
}

impl Placed {
    /// Offset after its last byte.
    pub fn end(&self) -> u64 {
        self.offset + self.chain.code.len() as u64 * SLOT
    }
}

/// The chains of an object, by their place.
pub(super) fn chains(elf: &Elf<'_>) -> Result<Vec<Placed>, ChainError> {
    let section = elf.section(CODE_SECTION);
    // A script may only configure, and start chains of other objects.
    let has_code = section.is_some_and(|section| !section.data.is_empty());
    if !has_code && elf.section(SCRIPT_SECTION).is_some() {
        return Ok(Vec::new());
    }
    let section = section.ok_or(ChainError::NoCode)?;
    let functions = elf
        .symbols()
        .iter()
        .filter(|symbol| symbol.function && symbol.section.as_deref() == Some(CODE_SECTION));
    let mut found = functions
        .map(|function| place(section, function))
        .collect::<Result<Vec<_>, _>>()?;
    found.sort_by_key(|placed| placed.offset);
    check_names(&found)?;
    check_coverage(&found, section)?;
    let mut targets = relocations(elf, section);
    for placed in &mut found {
        decode(placed, &mut targets)?;
    }
    Ok(found)
}

fn place(section: Section<'_>, function: &ElfSymbol) -> Result<Placed, ChainError> {
    let symbol = chain_symbol(&function.name)?;
    let end = function.offset.saturating_add(function.size);
    let inside = function.offset.is_multiple_of(SLOT) && function.size.is_multiple_of(SLOT);
    let bytes = usize::try_from(function.offset)
        .ok()
        .zip(usize::try_from(end).ok())
        .and_then(|(start, end)| section.data.get(start..end))
        .filter(|bytes| inside && !bytes.is_empty());
    let Some(bytes) = bytes else {
        return Err(ChainError::Bounds {
            symbol,
            offset: function.offset,
            end,
            len: section.data.len(),
        });
    };
    Ok(Placed {
        offset: function.offset,
        chain: Chain {
            symbol,
            code: slots(bytes),
            instructions: 0,
            params: None,
            calls: BTreeMap::new(),
            lines: Vec::new(),
        },
    })
}

fn chain_symbol(name: &str) -> Result<Symbol, ChainError> {
    let symbol = name.parse::<Symbol>().ok();
    symbol
        .filter(|symbol| symbol.kind() == SymbolKind::Chain)
        .ok_or_else(|| ChainError::NotChain(name.to_owned()))
}

fn slots(bytes: &[u8]) -> Vec<Slot> {
    let (slots, _) = bytes.as_chunks::<8>();
    slots.iter().map(|slot| Slot::from_bytes(*slot)).collect()
}

fn check_names(found: &[Placed]) -> Result<(), ChainError> {
    let mut seen = BTreeSet::new();
    for placed in found {
        if !seen.insert(&placed.chain.symbol) {
            return Err(ChainError::Twice(placed.chain.symbol.clone()));
        }
    }
    Ok(())
}

/// Every byte of the section belongs to one chain.
fn check_coverage(found: &[Placed], section: Section<'_>) -> Result<(), ChainError> {
    if found.is_empty() {
        return Err(ChainError::NoChain);
    }
    let mut at = 0;
    for placed in found {
        if placed.offset != at {
            return Err(ChainError::Coverage {
                offset: at.min(placed.offset),
                twice: placed.offset < at,
            });
        }
        at = placed.end();
    }
    if at != section.data.len() as u64 {
        let twice = false;
        return Err(ChainError::Coverage { offset: at, twice });
    }
    Ok(())
}

/// What a relocation names, by its offset in the section: none when it is no call.
type Targets = BTreeMap<u64, Option<String>>;

fn relocations(elf: &Elf<'_>, section: Section<'_>) -> Targets {
    let relocations = elf.relocations(section).into_iter();
    relocations
        .map(|relocation| {
            let symbol = relocation.symbol.filter(|_| relocation.call);
            (relocation.offset, symbol.map(|symbol| symbol.name.clone()))
        })
        .collect()
}

/// Decodes every instruction and gives each call its target.
fn decode(placed: &mut Placed, targets: &mut Targets) -> Result<(), ChainError> {
    let (start, chain) = (placed.offset, &mut placed.chain);
    let mut index = 0;
    while index < chain.code.len() {
        let insn = decode_at(&chain.code, index).map_err(|error| ChainError::Decode {
            symbol: chain.symbol.clone(),
            error,
        })?;
        let slot = SlotIndex(index as u32);
        let target = targets.remove(&(start + index as u64 * SLOT));
        call(chain, slot, insn, target)?;
        chain.instructions += 1;
        index += insn.slots();
    }
    // What is left in this chain's range is in the middle of an instruction.
    match targets.range(start..placed.end()).next() {
        Some((offset, _)) => Err(ChainError::Relocation {
            slot: SlotIndex(((offset - start) / SLOT) as u32),
            symbol: placed.chain.symbol.clone(),
        }),
        None => Ok(()),
    }
}

fn call(
    chain: &mut Chain,
    slot: SlotIndex,
    insn: Insn,
    target: Option<Option<String>>,
) -> Result<(), ChainError> {
    let symbol = chain.symbol.clone();
    match (insn, target) {
        (Insn::CallSymbol { .. }, Some(Some(name))) => {
            let target = name.parse();
            let target = target.map_err(|error| ChainError::CallName {
                symbol,
                slot,
                error,
            })?;
            chain.calls.insert(slot, target);
            Ok(())
        }
        (Insn::CallSymbol { .. }, _) => Err(ChainError::CallNothing { symbol, slot }),
        (_, Some(_)) => Err(ChainError::Relocation { symbol, slot }),
        (_, None) => Ok(()),
    }
}
