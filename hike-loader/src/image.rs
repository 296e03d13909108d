//! An eBPF object made ready for the kernel: its maps, its data, its code without addresses.
//!
//! Parsing is pure; [`Image::link`] puts in the descriptors of maps, which only a host has.

mod check;
mod error;

use std::collections::{BTreeMap, HashSet};
use std::ffi::CString;
use std::os::fd::RawFd;

use aya_obj::btf::{Btf, BtfFeatures};
use aya_obj::generated::bpf_insn;
use aya_obj::{EbpfSectionKind, Function, Object};
use hike_abi::vm_maps;
use hike_isa::ops;

use crate::guard::quietly;
use crate::sys::map::{MapSpec, map_type};

use check::check;
pub use error::ImageError;

/// A data section: a map of one value that the object fills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// The map.
    pub spec: MapSpec,
    /// Its value.
    pub bytes: Vec<u8>,
    /// Whether it is constant for the program.
    pub read_only: bool,
}

/// An object with one XDP program to load.
#[derive(Clone, Debug)]
pub struct Image {
    name: String,
    entry: String,
    maps: BTreeMap<String, MapSpec>,
    data: BTreeMap<String, Data>,
    types: Vec<u8>,
    object: Object,
}

/// A program as the kernel takes it.
#[derive(Clone, Debug)]
pub struct Linked {
    /// Instructions.
    pub instructions: Vec<u8>,
    /// Function records, and the size of one.
    pub functions: (Vec<u8>, u32),
    /// Line records, and the size of one.
    pub lines: (Vec<u8>, u32),
    /// The licence.
    pub license: CString,
}

impl Image {
    /// Reads an object; `name` is what messages call it, `entry` the function to load, or
    /// none for the only one.
    ///
    /// # Errors
    /// When the bytes are no eBPF object with that function.
    pub fn parse(name: &str, entry: Option<&str>, bytes: &[u8]) -> Result<Self, ImageError> {
        let malformed = || ImageError::Malformed(name.to_owned());
        check(name, bytes)?;
        let parsed = quietly(|| read(name, bytes));
        let (object, types) = parsed.ok_or_else(malformed)??;
        let entry = match entry {
            Some(entry) => entry.to_owned(),
            None => only_program(&object).unwrap_or_default(),
        };
        if !object.programs.contains_key(&entry) {
            let object = name.to_owned();
            return Err(ImageError::NoEntry { object, entry });
        }
        Ok(Self {
            name: name.to_owned(),
            entry,
            maps: maps(name, &object)?,
            data: data(&object),
            types,
            object,
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

    /// The maps it declares, the VM's included, by name.
    pub fn maps(&self) -> &BTreeMap<String, MapSpec> {
        &self.maps
    }

    /// Its data sections, by name.
    pub fn data(&self) -> &BTreeMap<String, Data> {
        &self.data
    }

    /// Its type information, ready for the kernel.
    pub fn types(&self) -> &[u8] {
        &self.types
    }

    /// Overwrites bytes of a data section.
    ///
    /// # Errors
    /// When there are no such bytes.
    pub fn set(&mut self, section: &str, offset: u32, bytes: &[u8]) -> Result<(), ImageError> {
        let data = self.data.get_mut(section);
        let place = data.and_then(|data| {
            let rest = data.bytes.get_mut(offset as usize..)?;
            rest.get_mut(..bytes.len())
        });
        match place {
            Some(place) => {
                place.copy_from_slice(bytes);
                Ok(())
            }
            None => Err(ImageError::Config {
                object: self.name.clone(),
                section: section.to_owned(),
                offset,
            }),
        }
    }

    /// The program with the descriptors of its maps and data sections put in.
    ///
    /// # Errors
    /// When the code refers to something that has no descriptor or is not there.
    pub fn link(&self, fds: &BTreeMap<String, RawFd>) -> Result<Linked, ImageError> {
        let linked = quietly(|| self.relocate(fds));
        linked.ok_or_else(|| ImageError::Malformed(self.name.clone()))?
    }

    fn relocate(&self, fds: &BTreeMap<String, RawFd>) -> Result<Linked, ImageError> {
        let mut object = self.object.clone();
        self.relocate_types(&mut object)?;
        let sections: HashSet<usize> = object.functions.keys().map(|key| key.0).collect();
        let maps: Vec<_> = fds
            .iter()
            .filter_map(|(name, fd)| Some((name.as_str(), *fd, self.object.maps.get(name)?)))
            .collect();
        let failed = |error| ImageError::Relocation {
            object: self.name.clone(),
            error: Box::new(error),
        };
        object
            .relocate_maps(maps.into_iter(), &sections)
            .map_err(failed)?;
        object.relocate_calls(&sections).map_err(failed)?;
        let program = object.programs.get(&self.entry);
        let function = program.and_then(|program| object.functions.get(&program.function_key()));
        let function = function.ok_or_else(|| ImageError::NoEntry {
            object: self.name.clone(),
            entry: self.entry.clone(),
        })?;
        let mut function = function.clone();
        by_address(&mut function, fds);
        Ok(linked(&function, &object.license))
    }

    /// CO-RE relocations, which need the kernel's own types.
    fn relocate_types(&self, object: &mut Object) -> Result<(), ImageError> {
        if !object.has_btf_relocations() {
            return Ok(());
        }
        let kernel = Btf::from_sys_fs().map_err(|error| ImageError::Types {
            object: "the kernel".to_owned(),
            error: Box::new(error),
        })?;
        let relocated = object.relocate_btf(&kernel);
        relocated.map_err(|error| ImageError::KernelTypes {
            object: self.name.clone(),
            error: Box::new(error),
        })
    }
}

fn read(name: &str, bytes: &[u8]) -> Result<(Object, Vec<u8>), ImageError> {
    let mut object = Object::parse(bytes).map_err(|error| ImageError::Parse {
        object: name.to_owned(),
        error: Box::new(error),
    })?;
    // Everything that Linux 6.1 has.
    let features = BtfFeatures::new(true, true, true, true, true, true, true, true);
    let types = object
        .fixup_and_sanitize_btf(&features)
        .map_err(|error| ImageError::Types {
            object: name.to_owned(),
            error: Box::new(error),
        })?;
    let types = types.map(Btf::to_bytes);
    let types = types.ok_or_else(|| ImageError::NoTypes(name.to_owned()))?;
    Ok((object, types))
}

/// The name of the only program.
fn only_program(object: &Object) -> Option<String> {
    let mut names = object.programs.keys();
    match (names.next(), names.next()) {
        (Some(only), None) => Some(only.clone()),
        _ => None,
    }
}

fn is_data(map: &aya_obj::Map) -> bool {
    use EbpfSectionKind::{Bss, Data, Rodata};
    matches!(map.section_kind(), Bss | Data | Rodata)
}

fn maps(name: &str, object: &Object) -> Result<BTreeMap<String, MapSpec>, ImageError> {
    let declared = object.maps.iter().filter(|(_, map)| !is_data(map));
    declared
        .map(|(map_name, map)| {
            if map.inner().is_some() {
                return Err(ImageError::MapOfMaps {
                    object: name.to_owned(),
                    map: map_name.clone(),
                });
            }
            Ok((map_name.clone(), spec(map_name, map)))
        })
        .collect()
}

fn data(object: &Object) -> BTreeMap<String, Data> {
    let sections = object.maps.iter();
    let sections = sections.filter(|(_, map)| is_data(map) && map.value_size() > 0);
    sections
        .map(|(name, map)| {
            let data = Data {
                spec: spec(name, map),
                bytes: map.data().to_vec(),
                read_only: map.section_kind() == EbpfSectionKind::Rodata,
            };
            (name.clone(), data)
        })
        .collect()
}

fn spec(name: &str, map: &aya_obj::Map) -> MapSpec {
    let (key_type, value_type) = match map {
        aya_obj::Map::Btf(typed) if has_types(map.map_type()) => {
            (typed.def.btf_key_type_id, typed.def.btf_value_type_id)
        }
        _ => (0, 0),
    };
    // The type of values of a ring buffer is that of its events; the kernel wants no sizes.
    let sizes = match map.map_type() {
        map_type::RING_BUFFER => (0, 0),
        _ => (map.key_size(), map.value_size()),
    };
    MapSpec {
        name: name.to_owned(),
        map_type: map.map_type(),
        key_size: sizes.0,
        value_size: sizes.1,
        max_entries: map.max_entries(),
        flags: map.map_flags(),
        extra: map.map_extra(),
        key_type,
        value_type,
    }
}

/// Whether the kernel takes the types of keys and values for a map of this type: hashes,
/// arrays and tries.
fn has_types(map_type: u32) -> bool {
    [1, 2, 5, 6, 9, 10, 11].contains(&map_type)
}

/// `BPF_PSEUDO_MAP_FD` and `BPF_PSEUDO_MAP_VALUE` of `linux/bpf.h`: what a 64-bit constant
/// refers to.
const MAP: u8 = 1;
const MAP_VALUE: u8 = 2;

/// Turns references to the maps of [`vm_maps::BY_ADDRESS`] into the addresses of their values.
fn by_address(function: &mut Function, fds: &BTreeMap<String, RawFd>) {
    let values: Vec<RawFd> = vm_maps::BY_ADDRESS
        .iter()
        .filter_map(|name| fds.get(*name).copied())
        .collect();
    for insn in &mut function.instructions {
        let is_map = insn.code == ops::LOAD_IMM64 && insn.src_reg() == MAP;
        if is_map && values.contains(&insn.imm) {
            insn.set_src_reg(MAP_VALUE);
        }
    }
}

fn linked(function: &Function, license: &std::ffi::CStr) -> Linked {
    Linked {
        instructions: bytes_of(&function.instructions),
        functions: (
            function.func_info.func_info_bytes(),
            function.func_info_rec_size as u32,
        ),
        lines: (
            function.line_info.line_info_bytes(),
            function.line_info_rec_size as u32,
        ),
        license: license.to_owned(),
    }
}

/// Instructions in the kernel's layout.
fn bytes_of(instructions: &[bpf_insn]) -> Vec<u8> {
    let bytes = instructions.iter().flat_map(|insn| {
        let slot = hike_isa::Slot {
            opcode: insn.code,
            dst: insn.dst_reg(),
            src: insn.src_reg(),
            off: insn.off,
            imm: insn.imm,
        };
        slot.to_bytes()
    });
    bytes.collect()
}
