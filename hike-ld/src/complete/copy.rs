//! The completed object: the old one's sections, symbols and relocations, and the new
//! function's.

use std::collections::{BTreeMap, HashMap};

use hike_abi::vm_maps;
use hike_format::program::XDP_SECTION;
use object::elf::{R_BPF_64_32, R_BPF_64_64};
use object::read::elf::ElfFile64;
use object::read::{self, ObjectSection as _, ObjectSymbol as _};
use object::write::{self, Object, SectionId, SymbolId};
use object::{
    Architecture, BinaryFormat, Endianness, LittleEndian, Object as _, RelocationFlags,
    RelocationTarget, SectionIndex, SectionKind, SymbolFlags, SymbolIndex, SymbolKind, SymbolScope,
};

use super::code::{Code, Part};
use super::types::Types;
use super::{CompleteError, VM_HALF};

type File<'a> = ElfFile64<'a, LittleEndian>;

/// Writes the object; the same bytes for the same parts.
pub(super) fn write(
    bytes: &[u8],
    entry: &str,
    code: &Code,
    types: &Types,
) -> Result<Vec<u8>, CompleteError> {
    let logic = File::parse(bytes).map_err(unreadable)?;
    let vm = File::parse(VM_HALF).map_err(unreadable)?;
    let mut copy = Copy::default();
    check_alignment(&logic)?;
    copy.sections(&logic).map_err(unreadable)?;
    copy.symbols(&logic).map_err(unreadable)?;
    copy.relocations(&logic)?;
    let maps = copy.vm_maps(&vm).map_err(unreadable)?;
    copy.function(entry, code, &logic, &vm, &maps)?;
    copy.section(b".BTF", SectionKind::Other, &types.btf, 4);
    copy.section(b".BTF.ext", SectionKind::Other, &types.ext, 4);
    copy.to.write().map_err(unwritable)
}

fn unreadable(error: read::Error) -> CompleteError {
    CompleteError::Elf(error.into())
}

fn unwritable(error: write::Error) -> CompleteError {
    CompleteError::Write(error.to_string())
}

/// The writer takes sections as they come; this is what it trusts.
fn check_alignment(from: &File<'_>) -> Result<(), CompleteError> {
    let mut alignments = from.sections().map(|section| section.align());
    match alignments.find(|align| *align > 4096 || (*align != 0 && !align.is_power_of_two())) {
        Some(align) => Err(CompleteError::Alignment(align)),
        None => Ok(()),
    }
}

/// An object under construction, and where the old one's parts are in it.
struct Copy<'a> {
    to: Object<'a>,
    sections: Vec<(SectionIndex, SectionId)>,
    symbols: HashMap<SymbolIndex, SymbolId>,
}

impl Default for Copy<'_> {
    fn default() -> Self {
        Self {
            to: Object::new(BinaryFormat::Elf, Architecture::Bpf, Endianness::Little),
            sections: Vec::new(),
            symbols: HashMap::new(),
        }
    }
}

/// Whether a section stays: code and data do; the tables are written anew, and nobody
/// after us reads DWARF.
fn stays(name: &str) -> bool {
    let dropped = [
        ".debug",
        ".rel",
        ".BTF",
        ".strtab",
        ".symtab",
        ".shstrtab",
        ".llvm",
        ".eh_frame",
    ];
    !name.is_empty() && !dropped.iter().any(|prefix| name.starts_with(prefix))
}

impl Copy<'_> {
    fn section(&mut self, name: &[u8], kind: SectionKind, data: &[u8], align: u64) -> SectionId {
        let id = self.to.add_section(Vec::new(), name.to_vec(), kind);
        self.to.append_section_data(id, data, align);
        id
    }

    fn sections(&mut self, from: &File<'_>) -> read::Result<()> {
        for section in from.sections() {
            let name = section.name()?;
            if !stays(name) {
                continue;
            }
            let id = match section.kind() {
                kind @ SectionKind::UninitializedData => {
                    let id = self.to.add_section(Vec::new(), name.into(), kind);
                    self.to
                        .append_section_bss(id, section.size(), section.align());
                    id
                }
                kind => self.section(name.as_bytes(), kind, section.data()?, section.align()),
            };
            self.to.section_mut(id).flags = section.flags();
            self.sections.push((section.index(), id));
        }
        Ok(())
    }

    fn copied_section(&self, index: SectionIndex) -> Option<SectionId> {
        let mut sections = self.sections.iter();
        let found = sections.find(|(known, _)| *known == index);
        found.map(|(_, id)| *id)
    }

    fn symbols(&mut self, from: &File<'_>) -> read::Result<()> {
        for symbol in from.symbols() {
            let section = symbol.section_index();
            let section = section.and_then(|index| self.copied_section(index));
            let id = match (symbol.kind(), section) {
                (SymbolKind::Section, Some(section)) => self.to.section_symbol(section),
                (SymbolKind::Text | SymbolKind::Data, Some(section)) => {
                    let place = write::SymbolSection::Section(section);
                    self.symbol(&symbol, place)?
                }
                _ if symbol.is_undefined() && !symbol.name()?.is_empty() => {
                    self.symbol(&symbol, write::SymbolSection::Undefined)?
                }
                _ => continue,
            };
            self.symbols.insert(symbol.index(), id);
        }
        Ok(())
    }

    fn symbol<'d>(
        &mut self,
        symbol: &impl read::ObjectSymbol<'d>,
        section: write::SymbolSection,
    ) -> read::Result<SymbolId> {
        Ok(self.to.add_symbol(write::Symbol {
            name: symbol.name()?.into(),
            value: symbol.address(),
            size: symbol.size(),
            kind: symbol.kind(),
            scope: match (symbol.is_undefined(), symbol.is_local()) {
                (true, _) => SymbolScope::Unknown,
                (false, true) => SymbolScope::Compilation,
                (false, false) => SymbolScope::Dynamic,
            },
            weak: symbol.is_weak(),
            section,
            flags: SymbolFlags::None,
        }))
    }

    fn relocations(&mut self, from: &File<'_>) -> Result<(), CompleteError> {
        for (index, id) in self.sections.clone() {
            let section = from.section_by_index(index).map_err(unreadable)?;
            for (offset, relocation) in section.relocations() {
                self.relocation(id, offset, &relocation)?;
            }
        }
        Ok(())
    }

    /// A relocation at another place; what is added to the symbol is in the code.
    fn relocation(
        &mut self,
        section: SectionId,
        offset: u64,
        relocation: &object::Relocation,
    ) -> Result<(), CompleteError> {
        let RelocationTarget::Symbol(index) = relocation.target() else {
            return Ok(());
        };
        let symbol = self.symbols.get(&index).copied();
        let missing = || CompleteError::Write("a relocation names no symbol".to_owned());
        self.refer(
            section,
            offset,
            symbol.ok_or_else(missing)?,
            relocation.flags(),
        )
    }

    fn refer(
        &mut self,
        section: SectionId,
        offset: u64,
        symbol: SymbolId,
        flags: RelocationFlags,
    ) -> Result<(), CompleteError> {
        let relocation = write::Relocation {
            offset,
            symbol,
            addend: 0,
            flags,
        };
        let added = self.to.add_relocation(section, relocation);
        added.map_err(unwritable)
    }

    /// Adds the declarations of the VM's maps.
    fn vm_maps(&mut self, vm: &File<'_>) -> read::Result<BTreeMap<String, SymbolId>> {
        let mut copied = self.sections.iter().map(|(_, id)| *id);
        let known = copied.find(|id| self.to.section(*id).name() == Some(".maps"));
        let section = known.unwrap_or_else(|| self.section(b".maps", SectionKind::Data, &[], 8));
        let known = vm
            .symbols()
            .filter_map(|symbol| Some((symbol.name().ok()?, symbol)));
        let mut declared: Vec<_> = known
            .filter(|(name, _)| vm_maps::ALL.contains(name))
            .collect();
        declared.sort_by_key(|(_, symbol)| symbol.address());
        let mut maps = BTreeMap::new();
        for (name, map) in declared {
            let data = vec![0; map.size() as usize];
            let value = self.to.append_section_data(section, &data, 8);
            let symbol = write::Symbol {
                name: name.into(),
                value,
                size: map.size(),
                kind: SymbolKind::Data,
                scope: SymbolScope::Dynamic,
                weak: false,
                section: write::SymbolSection::Section(section),
                flags: SymbolFlags::None,
            };
            maps.insert(name.to_owned(), self.to.add_symbol(symbol));
        }
        Ok(maps)
    }

    /// Adds the function for the VM.
    fn function(
        &mut self,
        entry: &str,
        code: &Code,
        logic: &File<'_>,
        vm: &File<'_>,
        maps: &BTreeMap<String, SymbolId>,
    ) -> Result<(), CompleteError> {
        let bytes: Vec<u8> = code.slots.iter().flat_map(|slot| slot.to_bytes()).collect();
        let section = self.section(XDP_SECTION.as_bytes(), SectionKind::Text, &bytes, 8);
        self.to.add_symbol(write::Symbol {
            name: entry.into(),
            value: 0,
            size: bytes.len() as u64,
            kind: SymbolKind::Text,
            scope: SymbolScope::Dynamic,
            weak: false,
            section: write::SymbolSection::Section(section),
            flags: SymbolFlags::None,
        });
        let state = maps.get(vm_maps::STATE).copied();
        let state = state.ok_or(CompleteError::Vm(vm_maps::STATE))?;
        self.refer(section, code.state as u64 * 8, state, to_data())?;
        for (offset, relocation) in of_part(logic, &code.logic) {
            self.relocation(section, offset, &relocation)?;
        }
        let functions = logic.section_by_name(&code.logic.section);
        let functions = functions.and_then(|section| self.copied_section(section.index()));
        if let Some(functions) = functions.map(|id| self.to.section_symbol(id)) {
            for slot in &code.calls {
                self.refer(section, *slot as u64 * 8, functions, to_function())?;
            }
        }
        for (offset, relocation) in of_part(vm, &code.vm) {
            let map = map_name(vm, &relocation).and_then(|name| maps.get(name));
            let map = map.copied().ok_or(CompleteError::Vm("a map"))?;
            self.refer(section, offset, map, to_data())?;
        }
        Ok(())
    }
}

/// The relocations of code, where it is in the function.
fn of_part(from: &File<'_>, part: &Part) -> Vec<(u64, object::Relocation)> {
    let Some(section) = from.section_by_name(&part.section) else {
        return Vec::new();
    };
    let relocations = section.relocations();
    relocations
        .filter_map(|(offset, relocation)| Some((part.moved(offset)?, relocation)))
        .collect()
}

fn to_data() -> RelocationFlags {
    RelocationFlags::Elf {
        r_type: R_BPF_64_64,
    }
}

fn to_function() -> RelocationFlags {
    RelocationFlags::Elf {
        r_type: R_BPF_64_32,
    }
}

/// The map that a reference of the VM's half names; it refers to nothing else.
fn map_name<'a>(vm: &File<'a>, relocation: &object::Relocation) -> Option<&'a str> {
    let is_call =
        matches!(relocation.flags(), RelocationFlags::Elf { r_type } if r_type == R_BPF_64_32);
    let RelocationTarget::Symbol(index) = relocation.target() else {
        return None;
    };
    let symbol = vm.symbol_by_index(index).ok()?;
    symbol.name().ok().filter(|_| !is_call)
}
