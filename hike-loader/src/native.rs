//! Fused programs of the native tier: code whose references are names, made ready for the
//! kernel. `docs/formats.md`, section 7, has the names.

use std::collections::BTreeMap;
use std::ffi::{CStr, CString};
use std::os::fd::RawFd;

use hike_abi::vm_maps;
use hike_format::btf::{BtfError, KernelRecords};
use hike_format::elf::{Elf, ElfError, Section};
use hike_format::native::{ENTRY_PREFIX, Guard};
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
    /// Malformed type or line information.
    #[error("`{object}`: {error}")]
    Types {
        /// The object.
        object: String,
        /// What is wrong.
        error: BtfError,
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
    types: Vec<u8>,
    forms: BTreeMap<Guard, Form>,
}

/// The code in one form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Form {
    slots: Vec<Slot>,
    places: BTreeMap<usize, Place>,
    records: KernelRecords,
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
        let reader = Reader {
            name,
            elf: &elf,
            chains,
        };
        let mut forms = BTreeMap::new();
        for guard in Guard::ALL {
            let section = elf.section(guard.section());
            if let Some(section) = section.filter(|it| !it.data.is_empty()) {
                forms.insert(guard, reader.form(section)?);
            }
        }
        if !has_entry || !forms.contains_key(&Guard::Kernel) {
            let object = name.to_owned();
            return Err(NativeError::NoEntry { object, entry });
        }
        Ok(Self {
            name: name.to_owned(),
            entry,
            license: license(elf.section("license").map(|section| section.data)),
            types: elf
                .section(".BTF")
                .map_or_else(Vec::new, |it| it.data.to_vec()),
            forms,
        })
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

    /// Its type information.
    pub fn types(&self) -> &[u8] {
        &self.types
    }

    /// The form for a kernel, which is asked only when there are two.
    pub fn guard(&self, has_may_goto: impl FnOnce() -> bool) -> Guard {
        match self.forms.contains_key(&Guard::Counter) && !has_may_goto() {
            true => Guard::Counter,
            false => Guard::Kernel,
        }
    }

    /// The records of functions and lines of a form.
    pub fn records(&self, guard: Guard) -> &KernelRecords {
        &self.form(guard).records
    }

    /// A form; the first one where there are no loops, and so no second one.
    fn form(&self, guard: Guard) -> &Form {
        self.forms
            .get(&guard)
            .unwrap_or(&self.forms[&Guard::Kernel])
    }

    /// The code of a form with the descriptors of what it refers to.
    ///
    /// # Errors
    /// When something has no descriptor.
    pub fn link(
        &self,
        guard: Guard,
        descriptor: impl Fn(&Place) -> Option<RawFd>,
    ) -> Result<Vec<u8>, NativeError> {
        let form = self.form(guard);
        let mut slots = form.slots.clone();
        for (at, place) in &form.places {
            let fd = descriptor(place).ok_or_else(|| NativeError::Missing {
                object: self.name.clone(),
                name: place.to_string(),
            })?;
            // Parsing has seen that both slots are there.
            let [first, second] = &mut slots[*at..*at + 2] else {
                continue;
            };
            match place {
                Place::Data(..) => (first.src, second.imm) = (MAP_VALUE, first.imm),
                Place::Vm(name) if vm_maps::BY_ADDRESS.contains(&name.as_str()) => {
                    first.src = MAP_VALUE;
                }
                _ => first.src = MAP,
            }
            first.imm = fd;
        }
        Ok(slots.iter().flat_map(|slot| slot.to_bytes()).collect())
    }
}

/// What is needed to read a form.
struct Reader<'a> {
    name: &'a str,
    elf: &'a Elf<'a>,
    chains: &'a BTreeMap<Symbol, ChainId>,
}

impl Reader<'_> {
    fn form(&self, section: Section<'_>) -> Result<Form, NativeError> {
        let (slots, _) = section.data.as_chunks::<8>();
        let mut form = Form {
            slots: slots.iter().map(|slot| Slot::from_bytes(*slot)).collect(),
            records: self.records(section.name)?,
            ..Form::default()
        };
        for relocation in self.elf.relocations(section) {
            let slot = usize::try_from(relocation.offset / 8).unwrap_or(usize::MAX);
            let known = relocation.symbol.filter(|_| !relocation.call);
            let symbol = known.ok_or_else(|| self.unknown(slot))?;
            self.refer(&mut form, slot, &symbol.name)?;
        }
        Ok(form)
    }

    fn records(&self, section: &str) -> Result<KernelRecords, NativeError> {
        let data = |name: &str| self.elf.section(name).map(|section| section.data);
        let Some((types, lines)) = data(".BTF").zip(data(".BTF.ext")) else {
            return Ok(KernelRecords::default());
        };
        let records = KernelRecords::parse(lines, types, section);
        records.map_err(|error| NativeError::Types {
            object: self.name.to_owned(),
            error,
        })
    }

    fn unknown(&self, slot: usize) -> NativeError {
        NativeError::Reference {
            object: self.name.to_owned(),
            slot,
        }
    }

    fn refer(&self, form: &mut Form, slot: usize, name: &str) -> Result<(), NativeError> {
        let missing = || NativeError::Missing {
            object: self.name.to_owned(),
            name: name.to_owned(),
        };
        let is_constant = |code: &Slot| code.opcode == ops::LOAD_IMM64;
        if !form.slots.get(slot).is_some_and(is_constant) || slot + 1 >= form.slots.len() {
            return Err(self.unknown(slot));
        }
        let symbol = name.parse::<Symbol>().ok();
        if let Some(symbol) = symbol.filter(|it| it.kind() == SymbolKind::Chain) {
            let id = self.chains.get(&symbol).ok_or_else(missing)?;
            form.slots[slot].imm = id.0.cast_signed();
            return Ok(());
        }
        let place = place(name).ok_or_else(missing)?;
        form.places.insert(slot, place);
        Ok(())
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
    if vm_maps::ALL.contains(&name) {
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
