//! Fused programs of the native tier: code whose references are names, made ready for the
//! kernel. `docs/formats.md`, section 7, has the names.

use std::collections::BTreeMap;
use std::ffi::{CStr, CString};
use std::os::fd::RawFd;

use hike_format::elf::{Elf, ElfError};
use hike_format::native::ENTRY_PREFIX;
use hike_format::program::XDP_SECTION;
use hike_format::{Symbol, SymbolKind};
use hike_isa::{Slot, ops};

use crate::load::MapKey;
use crate::registry::ChainId;

/// `src` of a 64-bit constant that is a map.
const MAP: u8 = 1;
/// `src` of a 64-bit constant that is an address in a map's only value.
const MAP_VALUE: u8 = 2;

/// Why a fused program cannot be loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NativeError {
    /// No eBPF object.
    #[error("`{object}`: {error}")]
    Elf {
        /// The object.
        object: String,
        /// What is wrong.
        error: ElfError,
    },
    /// The function to load is missing.
    #[error("`{object}` has no XDP program `{entry}`")]
    NoEntry {
        /// The object.
        object: String,
        /// The function.
        entry: String,
    },
    /// A reference that is none of the native tier's.
    #[error("`{object}`: the reference at slot {slot} is to nothing this tool knows")]
    Reference {
        /// The object.
        object: String,
        /// The slot.
        slot: usize,
    },
    /// A reference to something that is not in the bundle.
    #[error("`{object}` refers to `{name}`, which is not in the bundle")]
    Missing {
        /// The object.
        object: String,
        /// What it refers to.
        name: String,
    },
}

/// A place that fused code refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// One of the VM's maps.
    Vm(String),
    /// A map of the bundle.
    Map(MapKey),
    /// A data section of a program or loader.
    Data(Symbol, String),
}

/// A fused program; the IDs of its chains are in its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Native {
    name: String,
    entry: String,
    license: CString,
    slots: Vec<Slot>,
    places: BTreeMap<usize, Place>,
}

impl Native {
    /// Reads the object of a loader and puts the IDs of chains in; `name` is what messages
    /// call it.
    ///
    /// # Errors
    /// When the bytes are no fused program of this loader and these chains.
    pub fn parse(
        name: &str,
        loader: &Symbol,
        bytes: &[u8],
        chains: &BTreeMap<Symbol, ChainId>,
    ) -> Result<Self, NativeError> {
        let elf = Elf::parse(bytes).map_err(|error| NativeError::Elf {
            object: name.to_owned(),
            error,
        })?;
        let entry = format!("{ENTRY_PREFIX}{}", loader.name());
        let has_entry = elf
            .symbol(&entry)
            .is_some_and(|it| it.function && it.offset == 0);
        let section = elf
            .section(XDP_SECTION)
            .filter(|it| has_entry && !it.data.is_empty());
        let section = section.ok_or_else(|| NativeError::NoEntry {
            object: name.to_owned(),
            entry: entry.clone(),
        })?;
        let (slots, _) = section.data.as_chunks::<8>();
        let mut native = Self {
            name: name.to_owned(),
            entry,
            license: license(elf.section("license").map(|section| section.data)),
            slots: slots.iter().map(|slot| Slot::from_bytes(*slot)).collect(),
            places: BTreeMap::new(),
        };
        for relocation in elf.relocations(section) {
            let slot = usize::try_from(relocation.offset / 8).unwrap_or(usize::MAX);
            let known = relocation.symbol.filter(|_| !relocation.call);
            let symbol = known.ok_or_else(|| native.unknown(slot))?;
            native.refer(slot, &symbol.name, chains)?;
        }
        Ok(native)
    }

    fn unknown(&self, slot: usize) -> NativeError {
        NativeError::Reference {
            object: self.name.clone(),
            slot,
        }
    }

    fn refer(
        &mut self,
        slot: usize,
        name: &str,
        chains: &BTreeMap<Symbol, ChainId>,
    ) -> Result<(), NativeError> {
        let missing = || NativeError::Missing {
            object: self.name.clone(),
            name: name.to_owned(),
        };
        let is_constant = |code: &Slot| code.opcode == ops::LOAD_IMM64;
        if !self.slots.get(slot).is_some_and(is_constant) || slot + 1 >= self.slots.len() {
            return Err(self.unknown(slot));
        }
        let symbol = name.parse::<Symbol>().ok();
        if let Some(symbol) = symbol.filter(|it| it.kind() == SymbolKind::Chain) {
            let id = chains.get(&symbol).ok_or_else(missing)?;
            self.slots[slot].imm = id.0.cast_signed();
            return Ok(());
        }
        let place = place(name).ok_or_else(missing)?;
        self.places.insert(slot, place);
        Ok(())
    }

    /// What messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The function to load.
    pub fn entry(&self) -> &str {
        &self.entry
    }

    /// Its licence.
    pub fn license(&self) -> &CStr {
        &self.license
    }

    /// Its code with the descriptors of what it refers to.
    ///
    /// # Errors
    /// When something has no descriptor.
    pub fn link(
        &self,
        descriptor: impl Fn(&Place) -> Option<RawFd>,
    ) -> Result<Vec<u8>, NativeError> {
        let mut slots = self.slots.clone();
        for (at, place) in &self.places {
            let fd = descriptor(place).ok_or_else(|| NativeError::Missing {
                object: self.name.clone(),
                name: place.to_string(),
            })?;
            // Parsing has seen that both slots are there.
            let [first, second] = &mut slots[*at..*at + 2] else {
                continue;
            };
            if matches!(place, Place::Data(..)) {
                (first.src, second.imm) = (MAP_VALUE, first.imm);
            } else {
                first.src = MAP;
            }
            first.imm = fd;
        }
        Ok(slots.iter().flat_map(|slot| slot.to_bytes()).collect())
    }
}

/// A licence, which may end with a zero byte.
fn license(bytes: Option<&[u8]>) -> CString {
    let mut bytes = bytes.unwrap_or_default().to_vec();
    bytes.retain(|byte| *byte != 0);
    CString::new(bytes).unwrap_or_default()
}

/// The place that a name stands for.
fn place(name: &str) -> Option<Place> {
    if hike_abi::vm_maps::ALL.contains(&name) {
        return Some(Place::Vm(name.to_owned()));
    }
    if let Some((owner, section)) = name.split_once(':') {
        return Some(Place::Data(owner.parse().ok()?, section.to_owned()));
    }
    let (package, map) = name.strip_prefix("maps.")?.split_once('.')?;
    Some(Place::Map((package.to_owned(), map.to_owned())))
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Vm(name) => f.write_str(name),
            Self::Map((package, name)) => write!(f, "maps.{package}.{name}"),
            Self::Data(owner, section) => write!(f, "{owner}:{section}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for name in [
            "hike_state",
            "maps.meter.events",
            "programs.meter.x:.rodata.config",
        ] {
            assert_eq!(place(name).unwrap().to_string(), name);
        }
        assert_eq!(place("maps.meter"), None);
        assert_eq!(place("events"), None);
        assert_eq!(place("meter:.rodata"), None);
    }
}
