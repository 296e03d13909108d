//! The object of a fused program: `docs/formats.md`, section 7.

mod debug;

use std::collections::BTreeMap;

use hike_format::Symbol;
use hike_format::native::{ENTRY_PREFIX, Guard};
use object::elf::R_BPF_64_64;
use object::write::{self, Object, Relocation, SectionId, SymbolId, SymbolSection};
use object::{
    Architecture, BinaryFormat, Endianness, RelocationFlags, SectionKind, SymbolFlags, SymbolKind,
    SymbolScope,
};

use super::FuseError;
use super::asm::{Code, Span};

/// The function that the kernel loads.
pub fn entry_name(loader: &Symbol) -> String {
    format!("{ENTRY_PREFIX}{}", loader.name())
}

/// Writes the object; the same bytes for the same code.
///
/// # Errors
/// When the ELF writer refuses something.
pub fn write(loader: &Symbol, forms: &[(&str, Code)], license: &str) -> Result<Vec<u8>, FuseError> {
    let mut object = Object::new(BinaryFormat::Elf, Architecture::Bpf, Endianness::Little);
    let entry = entry_name(loader);
    for (name, code) in forms {
        let section = add_section(&mut object, name, SectionKind::Text);
        let bytes: Vec<u8> = code.slots.iter().flat_map(|slot| slot.to_bytes()).collect();
        object.append_section_data(section, &bytes, 8);
        for span in &code.functions {
            let is_entry = span.name == entry && *name == Guard::Kernel.section();
            object.add_symbol(function(span, section, is_entry));
        }
        references(&mut object, code, section).map_err(failed)?;
    }
    let section = add_section(&mut object, "license", SectionKind::ReadOnlyData);
    object.append_section_data(section, license.as_bytes(), 1);
    object.append_section_data(section, &[0], 1);
    let (types, lines) = debug::sections(forms);
    for (name, bytes) in [(".BTF", types), (".BTF.ext", lines)] {
        let section = add_section(&mut object, name, SectionKind::Other);
        object.append_section_data(section, &bytes, 4);
    }
    object.write().map_err(failed)
}

fn add_section(object: &mut Object<'_>, name: &str, kind: SectionKind) -> SectionId {
    object.add_section(Vec::new(), name.as_bytes().to_vec(), kind)
}

fn failed(error: write::Error) -> FuseError {
    FuseError::Write(error.to_string())
}

fn function(span: &Span, section: SectionId, entry: bool) -> write::Symbol {
    write::Symbol {
        name: span.name.as_bytes().to_vec(),
        value: span.start as u64 * 8,
        size: (span.end - span.start) as u64 * 8,
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
