//! Functions of program, loader and fused objects, by their symbols.

use std::collections::BTreeMap;

use hike_format::btf::BtfExt;
use hike_format::chain::{Line, SlotIndex};
use hike_format::elf::{Elf, ElfSymbol, Section};
use hike_format::program::ObjectError;
use hike_format::script::Place;
use hike_isa::Slot;

use super::Function;
use super::listing::{Helpers, rows};

/// The functions of an object, by section and place.
pub fn functions(object: &[u8]) -> Result<Vec<Function>, ObjectError> {
    let elf = Elf::parse(object)?;
    let ext = match (elf.section(".BTF"), elf.section(".BTF.ext")) {
        (Some(btf), Some(ext)) => BtfExt::parse(ext.data, btf.data)?,
        _ => BtfExt::default(),
    };
    let mut found = Vec::new();
    for section in elf.sections() {
        let symbols = elf.symbols().iter();
        let mut symbols: Vec<_> = symbols
            .filter(|symbol| symbol.function && symbol.section.as_deref() == Some(section.name))
            .collect();
        symbols.sort_by_key(|symbol| symbol.offset);
        let names = names(&elf, *section);
        found.extend(
            symbols
                .into_iter()
                .map(|symbol| function(*section, symbol, &names, &ext)),
        );
    }
    Ok(found)
}

/// What relocations name, by offset in the section.
fn names(elf: &Elf<'_>, section: Section<'_>) -> BTreeMap<u64, String> {
    let relocations = elf.relocations(section).into_iter();
    relocations
        .filter_map(|relocation| Some((relocation.offset, relocation.symbol?.name.clone())))
        .collect()
}

fn function(
    section: Section<'_>,
    symbol: &ElfSymbol,
    names: &BTreeMap<u64, String>,
    ext: &BtfExt,
) -> Function {
    let name = |slot: SlotIndex| names.get(&(symbol.offset + u64::from(slot.0) * 8)).cloned();
    Function {
        name: format!("{} (section {})", symbol.name, section.name),
        rows: rows(&code(section, symbol), &name, Helpers::Kernel),
        lines: lines(section, symbol, ext),
    }
}

/// The slots of a function; none when its symbol leaves the section.
fn code(section: Section<'_>, symbol: &ElfSymbol) -> Vec<Slot> {
    let start = usize::try_from(symbol.offset).unwrap_or(usize::MAX);
    let len = usize::try_from(symbol.size).unwrap_or(usize::MAX);
    let bytes = section.data.get(start..).and_then(|rest| rest.get(..len));
    let (slots, _) = bytes.unwrap_or_default().as_chunks::<8>();
    slots.iter().map(|slot| Slot::from_bytes(*slot)).collect()
}

fn lines(section: Section<'_>, symbol: &ElfSymbol, ext: &BtfExt) -> Vec<Line> {
    let range = symbol.offset..symbol.offset.saturating_add(symbol.size);
    let lines = ext
        .lines
        .iter()
        .filter(|line| line.section == section.name && range.contains(&line.offset.into()));
    let mut lines: Vec<_> = lines
        .map(|line| Line {
            slot: SlotIndex(((u64::from(line.offset) - symbol.offset) / 8) as u32),
            place: Place {
                file: line.file.clone(),
                line: line.line,
                column: line.column,
            },
            text: line.text.clone(),
        })
        .collect();
    lines.sort_by_key(|line| line.slot);
    lines
}
