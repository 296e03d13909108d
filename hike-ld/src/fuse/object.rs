//! The object of a fused program: `docs/formats.md`, section 7.

use std::collections::BTreeMap;

use hike_format::Symbol;
use hike_format::native::ENTRY_PREFIX;
use hike_format::program::XDP_SECTION;
use object::elf::R_BPF_64_64;
use object::write::{self, Object, Relocation, SectionId, SymbolId, SymbolSection};
use object::{
    Architecture, BinaryFormat, Endianness, RelocationFlags, SectionKind, SymbolFlags, SymbolKind,
    SymbolScope,
};

use super::FuseError;
use super::asm::Code;

/// The function that the kernel loads.
pub fn entry_name(loader: &Symbol) -> String {
    format!("{ENTRY_PREFIX}{}", loader.name())
}

/// Writes the object; the same bytes for the same code.
///
/// # Errors
/// When the ELF writer refuses something.
pub fn write(loader: &Symbol, code: &Code, license: &str) -> Result<Vec<u8>, FuseError> {
    let mut object = Object::new(BinaryFormat::Elf, Architecture::Bpf, Endianness::Little);
    let name = XDP_SECTION.as_bytes().to_vec();
    let section = object.add_section(Vec::new(), name, SectionKind::Text);
    let bytes: Vec<u8> = code.slots.iter().flat_map(|slot| slot.to_bytes()).collect();
    object.append_section_data(section, &bytes, 8);
    let entry = entry_name(loader);
    for (name, start, end) in &code.functions {
        let is_entry = *name == entry;
        object.add_symbol(function(name, *start, *end, section, is_entry));
    }
    references(&mut object, code, section).map_err(failed)?;
    let name = b"license".to_vec();
    let license_section = object.add_section(Vec::new(), name, SectionKind::ReadOnlyData);
    object.append_section_data(license_section, license.as_bytes(), 1);
    object.append_section_data(license_section, &[0], 1);
    object.write().map_err(failed)
}

fn failed(error: write::Error) -> FuseError {
    FuseError::Write(error.to_string())
}

fn function(
    name: &str,
    start: usize,
    end: usize,
    section: SectionId,
    entry: bool,
) -> write::Symbol {
    write::Symbol {
        name: name.as_bytes().to_vec(),
        value: start as u64 * 8,
        size: (end - start) as u64 * 8,
        kind: SymbolKind::Text,
        scope: match entry {
            true => SymbolScope::Dynamic,
            false => SymbolScope::Compilation,
        },
        weak: false,
        section: SymbolSection::Section(section),
        flags: SymbolFlags::None,
    }
}

fn references(object: &mut Object<'_>, code: &Code, section: SectionId) -> write::Result<()> {
    let mut symbols: BTreeMap<&str, SymbolId> = BTreeMap::new();
    for (slot, name) in &code.references {
        let symbol = symbols.entry(name).or_insert_with(|| {
            object.add_symbol(write::Symbol {
                name: name.as_bytes().to_vec(),
                value: 0,
                size: 0,
                kind: SymbolKind::Unknown,
                scope: SymbolScope::Unknown,
                weak: false,
                section: SymbolSection::Undefined,
                flags: SymbolFlags::None,
            })
        });
        let relocation = Relocation {
            offset: *slot as u64 * 8,
            symbol: *symbol,
            addend: 0,
            flags: RelocationFlags::Elf {
                r_type: R_BPF_64_64,
            },
        };
        object.add_relocation(section, relocation)?;
    }
    Ok(())
}
