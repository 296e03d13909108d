//! Objects as compilers make them, built without one.
#![allow(dead_code, reason = "each test binary uses its part")]

pub mod chains;
pub mod programs;

use object::write::{Object, SectionId, Symbol, SymbolId, SymbolSection};
use object::{
    Architecture, BinaryFormat, Endianness, SectionKind, SymbolFlags, SymbolKind, SymbolScope,
};

/// An empty eBPF object.
pub fn object() -> Object<'static> {
    Object::new(BinaryFormat::Elf, Architecture::Bpf, Endianness::Little)
}

/// Adds a section with its bytes.
pub fn section(object: &mut Object<'_>, name: &str, kind: SectionKind, bytes: &[u8]) -> SectionId {
    let section = object.add_section(Vec::new(), name.into(), kind);
    object.append_section_data(section, bytes, 8);
    section
}

/// Adds a global symbol of a section, or an undefined one.
pub fn symbol(
    object: &mut Object<'_>,
    name: &str,
    kind: SymbolKind,
    place: Option<(SectionId, u64, u64)>,
) -> SymbolId {
    let (section, value, size) = match place {
        Some((section, value, size)) => (SymbolSection::Section(section), value, size),
        None => (SymbolSection::Undefined, 0, 0),
    };
    object.add_symbol(Symbol {
        name: name.into(),
        value,
        size,
        kind,
        scope: SymbolScope::Dynamic,
        weak: false,
        section,
        flags: SymbolFlags::None,
    })
}
