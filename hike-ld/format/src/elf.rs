//! Relocatable eBPF objects: sections, symbols and relocations by name, every index checked.

use object::elf::{EM_BPF, ET_REL, R_BPF_64_32};
use object::read::elf::{ElfFile64, FileHeader};
use object::{
    LittleEndian, Object, ObjectSection, ObjectSymbol, RelocationFlags, RelocationTarget,
    SectionIndex, SymbolIndex, SymbolKind, SymbolSection,
};

/// Why bytes are not an eBPF object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ElfError {
    /// Not ELF, or malformed.
    #[error("expected a 64-bit little-endian ELF object, found a file that is not: {0}")]
    Read(String),
    /// For another machine.
    #[error("expected an object for eBPF (machine {EM_BPF}), found one for machine {0}")]
    Machine(u16),
    /// Linked already.
    #[error("expected a relocatable object, found an ELF file of type {0}")]
    Type(u16),
    /// A string that should be UTF-8 is not.
    #[error("a symbol's name is not UTF-8")]
    Name,
}

impl From<object::Error> for ElfError {
    fn from(error: object::Error) -> Self {
        Self::Read(crate::voice::lower_first(&error.to_string()))
    }
}

/// A parsed eBPF object.
pub struct Elf<'a> {
    file: ElfFile64<'a, LittleEndian>,
    sections: Vec<Section<'a>>,
    symbols: Vec<ElfSymbol>,
}

/// A section.
#[derive(Clone, Copy, Debug)]
pub struct Section<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its bytes.
    pub data: &'a [u8],
    index: SectionIndex,
}

/// A named symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElfSymbol {
    /// Its name.
    pub name: String,
    /// The section that defines it; none when it is undefined.
    pub section: Option<String>,
    /// Offset in that section, in bytes.
    pub offset: u64,
    /// Its size in bytes.
    pub size: u64,
    /// Other objects see it.
    pub global: bool,
    /// It is a function.
    pub function: bool,
    /// Place of its section in [`Elf::sections`]: several may have one name.
    place: Option<usize>,
    index: SymbolIndex,
}

/// A relocation.
#[derive(Clone, Copy, Debug)]
pub struct Relocation<'e> {
    /// Offset in the section it changes, in bytes.
    pub offset: u64,
    /// It is the one of a call, `R_BPF_64_32`.
    pub call: bool,
    /// The symbol it names; none for a section or a missing symbol.
    pub symbol: Option<&'e ElfSymbol>,
    /// The section it names instead of a symbol.
    pub section: Option<&'e str>,
}

impl<'a> Elf<'a> {
    /// Reads the tables of an object.
    ///
    /// # Errors
    /// When the bytes are not a relocatable, little-endian eBPF object.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ElfError> {
        let file: ElfFile64<'a, LittleEndian> = ElfFile64::parse(bytes)?;
        let header = file.elf_header();
        let (machine, kind) = (header.e_machine(LittleEndian), header.e_type(LittleEndian));
        if machine != EM_BPF {
            return Err(ElfError::Machine(machine.0));
        }
        if kind != ET_REL {
            return Err(ElfError::Type(kind.0));
        }
        let sections = file.sections().map(|section| {
            Ok(Section {
                name: section.name()?,
                data: section.data()?,
                index: section.index(),
            })
        });
        let sections = sections.collect::<Result<Vec<_>, ElfError>>()?;
        let symbols = read_symbols(&file, &sections)?;
        Ok(Self {
            file,
            sections,
            symbols,
        })
    }

    /// The section of this name, the first of several.
    pub fn section(&self, name: &str) -> Option<Section<'a>> {
        self.sections.iter().copied().find(|s| s.name == name)
    }

    /// Its sections in order.
    pub fn sections(&self) -> &[Section<'a>] {
        &self.sections
    }

    /// Its named symbols in order.
    pub fn symbols(&self) -> &[ElfSymbol] {
        &self.symbols
    }

    /// The symbol of this name.
    pub fn symbol(&self, name: &str) -> Option<&ElfSymbol> {
        self.symbols.iter().find(|symbol| symbol.name == name)
    }

    /// The bytes of a symbol; none when it is undefined or leaves its section.
    pub fn symbol_data(&self, name: &str) -> Option<&'a [u8]> {
        let symbol = self.symbol(name)?;
        let data = self.sections.get(symbol.place?)?.data;
        let start = usize::try_from(symbol.offset).ok()?;
        let end = start.checked_add(usize::try_from(symbol.size).ok()?)?;
        data.get(start..end)
    }

    /// The relocations of a section, by ascending offset.
    pub fn relocations(&self, section: Section<'a>) -> Vec<Relocation<'_>> {
        let Ok(section) = self.file.section_by_index(section.index) else {
            return Vec::new();
        };
        let mut found: Vec<_> = section
            .relocations()
            .map(|(offset, relocation)| Relocation {
                offset,
                call: matches!(relocation.flags(), RelocationFlags::Elf { r_type, .. } if r_type == R_BPF_64_32),
                symbol: self.relocation_symbol(relocation.target()),
                section: self.relocation_section(relocation.target()),
            })
            .collect();
        found.sort_by_key(|relocation| relocation.offset);
        found
    }

    fn relocation_symbol(&self, target: RelocationTarget) -> Option<&ElfSymbol> {
        let RelocationTarget::Symbol(index) = target else {
            return None;
        };
        let place = self
            .symbols
            .binary_search_by_key(&index.0, |symbol| symbol.index.0);
        self.symbols.get(place.ok()?)
    }

    /// The section that a relocation's symbol stands for.
    fn relocation_section(&self, target: RelocationTarget) -> Option<&'a str> {
        let RelocationTarget::Symbol(index) = target else {
            return None;
        };
        let symbol = self.file.symbol_by_index(index).ok()?;
        let SymbolSection::Section(index) = symbol.section() else {
            return None;
        };
        let section = self.sections.iter().find(|section| section.index == index);
        section
            .filter(|_| symbol.kind() == SymbolKind::Section)
            .map(|section| section.name)
    }

    /// The function at an offset of a section.
    pub fn function_at(&self, section: &str, offset: u64) -> Option<&ElfSymbol> {
        let mut symbols = self.symbols.iter();
        symbols.find(|symbol| {
            symbol.function && symbol.offset == offset && symbol.section.as_deref() == Some(section)
        })
    }
}

fn read_symbols(
    file: &ElfFile64<'_, LittleEndian>,
    sections: &[Section<'_>],
) -> Result<Vec<ElfSymbol>, ElfError> {
    let mut symbols = Vec::new();
    for symbol in file.symbols() {
        let name = symbol.name().map_err(|_| ElfError::Name)?;
        if name.is_empty() || symbol.kind() == SymbolKind::Section {
            continue;
        }
        let place = match symbol.section() {
            SymbolSection::Section(index) => sections
                .binary_search_by_key(&index.0, |section| section.index.0)
                .ok(),
            _ => None,
        };
        let section = place.and_then(|place| sections.get(place));
        symbols.push(ElfSymbol {
            name: name.to_owned(),
            section: section.map(|section| section.name.to_owned()),
            offset: symbol.address(),
            size: symbol.size(),
            global: symbol.is_global(),
            function: symbol.kind() == SymbolKind::Text,
            place,
            index: symbol.index(),
        });
    }
    Ok(symbols)
}
