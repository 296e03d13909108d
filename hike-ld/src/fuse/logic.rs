//! The logic of programs and loaders: functions taken out of their objects.

use std::collections::BTreeMap;
use std::rc::Rc;

use hike_abi::vm_maps;
use hike_format::Symbol;
use hike_format::btf::BtfExt;
use hike_format::elf::{Elf, ElfSymbol, Relocation};
use hike_format::script::Place;
use hike_isa::{Slot, ops};

use super::FuseError;
use super::asm::Origin;
use super::regs::Regs;

/// `src` of a call of a function of the same program.
const LOCAL_CALL: u8 = 1;
/// Number of bytes of a stack, the kernel's `MAX_BPF_STACK`.
pub const STACK: u32 = 512;
/// Number of the frame pointer.
const FP: u8 = 10;
/// Upper half of the opcodes of calls and of `exit`, among those of jumps.
const CALL: u8 = 0x80;
const EXIT: u8 = 0x90;

/// What a slot of logic refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// A map or data section by its name in fused objects, and the offset into it.
    Place(String, u32),
    /// A function of the same object.
    Function(String),
}

/// A function of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its code.
    pub slots: Vec<Slot>,
    /// What its slots refer to.
    pub references: BTreeMap<usize, Reference>,
    /// Bytes of stack it uses.
    pub stack: u32,
    /// Registers it writes.
    pub writes: Regs,
    /// The lines of source that its code comes from, by the first slot of each.
    pub origins: BTreeMap<usize, Rc<Origin>>,
}

/// Takes a function out of an object.
///
/// # Errors
/// When it is not there, or refers to something in a way that cannot be moved.
pub fn function(
    owner: &str,
    package: &str,
    bytes: &[u8],
    name: &str,
) -> Result<Function, FuseError> {
    let elf = Elf::parse(bytes).map_err(|error| FuseError::Elf {
        symbol: owner.to_owned(),
        error,
    })?;
    let missing = || FuseError::NoLogic {
        symbol: owner.to_owned(),
        function: name.to_owned(),
    };
    let symbol = elf.symbol(name).filter(|symbol| symbol.function);
    let symbol = symbol.ok_or_else(missing)?;
    let data = elf.symbol_data(name).filter(|data| !data.is_empty());
    let (chunks, _) = data.ok_or_else(missing)?.as_chunks::<8>();
    let slots: Vec<Slot> = chunks.iter().map(|slot| Slot::from_bytes(*slot)).collect();
    let references = Finder {
        owner,
        package,
        name,
        slots: &slots,
    }
    .references(&elf, symbol)?;
    Ok(Function {
        stack: stack(&slots),
        writes: writes(&slots),
        origins: origins(&elf, symbol, slots.len()),
        slots,
        references,
    })
}

/// Lines of source; none where the object does not say or cannot be read: code runs
/// without them.
fn origins(elf: &Elf<'_>, symbol: &ElfSymbol, slots: usize) -> BTreeMap<usize, Rc<Origin>> {
    let sections = elf.section(".BTF.ext").zip(elf.section(".BTF"));
    let ext = sections.and_then(|(ext, btf)| BtfExt::parse(ext.data, btf.data).ok());
    let mut lines = ext.unwrap_or_default().lines;
    lines.retain(|line| symbol.section.as_deref() == Some(&line.section) && line.line > 0);
    let placed = lines.into_iter().filter_map(|line| {
        let slot = u64::from(line.offset).checked_sub(symbol.offset)? / 8;
        let slot = usize::try_from(slot).ok().filter(|slot| *slot < slots)?;
        let (file, text) = (line.file, line.text);
        let place = Place {
            file,
            line: line.line,
            column: line.column,
        };
        Some((slot, Rc::new(Origin { place, text })))
    });
    placed.collect()
}

impl Function {
    /// The slot that the instruction in a slot jumps to, if it is a jump.
    pub fn jump_target(&self, at: usize) -> Option<usize> {
        let slot = self.slots.get(at).filter(|_| !self.is_second_half(at))?;
        let is_jump = [ops::class::JMP, ops::class::JMP32].contains(&(slot.opcode & 7))
            && ![CALL, EXIT].contains(&(slot.opcode & 0xf0));
        let distance = match slot.opcode {
            ops::GOTO_LONG => slot.imm as isize,
            _ => slot.off.into(),
        };
        let target = at.checked_add_signed(distance + 1);
        target.filter(|target| is_jump && *target < self.slots.len())
    }

    /// The slots that jumps go to; some come more than once.
    pub fn jump_targets(&self) -> impl Iterator<Item = usize> {
        (0..self.slots.len()).filter_map(|at| self.jump_target(at))
    }

    /// Whether a slot is the second one of a 64-bit constant.
    pub fn is_second_half(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|at| self.slots.get(at));
        before.is_some_and(|slot| slot.opcode == ops::LOAD_IMM64)
    }

    /// The second slot of the 64-bit constant that starts in a slot.
    pub fn second_half(&self, at: usize) -> Option<Slot> {
        let second = self.slots.get(at + 1).copied();
        second.filter(|_| self.is_second_half(at + 1))
    }
}

struct Finder<'a> {
    owner: &'a str,
    package: &'a str,
    name: &'a str,
    slots: &'a [Slot],
}

impl Finder<'_> {
    fn references(
        &self,
        elf: &Elf<'_>,
        symbol: &ElfSymbol,
    ) -> Result<BTreeMap<usize, Reference>, FuseError> {
        let section = symbol.section.as_deref().and_then(|name| elf.section(name));
        let relocations = section.map(|section| elf.relocations(section));
        let range = symbol.offset..symbol.offset + self.slots.len() as u64 * 8;
        let mut references = BTreeMap::new();
        for relocation in relocations.unwrap_or_default() {
            if range.contains(&relocation.offset) {
                let slot = ((relocation.offset - symbol.offset) / 8) as usize;
                references.insert(slot, self.reference(elf, slot, &relocation)?);
            }
        }
        self.near_calls(elf, symbol, &mut references)?;
        Ok(references)
    }

    fn reference(
        &self,
        elf: &Elf<'_>,
        slot: usize,
        relocation: &Relocation<'_>,
    ) -> Result<Reference, FuseError> {
        let cannot = || self.cannot(slot);
        let code = self.slots.get(slot).ok_or_else(cannot)?;
        if relocation.call {
            return called(elf, relocation, code).ok_or_else(cannot);
        }
        if code.opcode != ops::LOAD_IMM64 {
            return Err(cannot());
        }
        // A symbol, or a place in a section that has none: what is static in C.
        let (section, offset) = match (relocation.symbol, relocation.section) {
            (Some(symbol), _) if symbol.function => return Err(cannot()),
            (Some(symbol), _) => (symbol.section.as_deref().unwrap_or_default(), symbol.offset),
            (None, Some(section)) => (section, 0),
            (None, None) => return Err(cannot()),
        };
        if section == ".maps" {
            let map = relocation.symbol.ok_or_else(cannot)?;
            return Ok(Reference::Place(map_name(self.package, &map.name), 0));
        }
        let is_data = [".rodata", ".data", ".bss"];
        if !is_data.iter().any(|prefix| section.starts_with(prefix)) {
            return Err(cannot());
        }
        let addend = u32::try_from(offset).ok();
        let addend = addend.and_then(|offset| offset.checked_add_signed(code.imm));
        let addend = addend.ok_or_else(cannot)?;
        let name = format!("{}:{section}", self.owner);
        Ok(Reference::Place(name, addend))
    }

    /// Calls without a relocation: of functions in the same section, by their distance.
    fn near_calls(
        &self,
        elf: &Elf<'_>,
        symbol: &ElfSymbol,
        references: &mut BTreeMap<usize, Reference>,
    ) -> Result<(), FuseError> {
        let is_local = |slot: &Slot| slot.opcode == ops::CALL && slot.src == LOCAL_CALL;
        for (at, slot) in self.slots.iter().enumerate() {
            if !is_local(slot) || references.contains_key(&at) {
                continue;
            }
            let target = symbol.offset as i64 + (at as i64 + 1 + i64::from(slot.imm)) * 8;
            let section = symbol.section.as_deref().unwrap_or_default();
            let function = u64::try_from(target).ok();
            let function = function.and_then(|target| elf.function_at(section, target));
            let function = function.ok_or_else(|| self.cannot(at))?;
            references.insert(at, Reference::Function(function.name.clone()));
        }
        Ok(())
    }

    fn cannot(&self, slot: usize) -> FuseError {
        FuseError::Reference {
            symbol: self.owner.to_owned(),
            function: self.name.to_owned(),
            slot,
        }
    }
}

/// The function that a call names: by its symbol, or, when it is static in C, by its section
/// and the distance in slots from the slot after the section's start.
fn called(elf: &Elf<'_>, relocation: &Relocation<'_>, call: &Slot) -> Option<Reference> {
    let function = match (relocation.symbol, relocation.section) {
        (Some(symbol), _) => Some(symbol).filter(|symbol| symbol.function),
        (None, Some(section)) => {
            let offset = (i64::from(call.imm) + 1) * 8;
            elf.function_at(section, u64::try_from(offset).ok()?)
        }
        (None, None) => None,
    };
    function.map(|function| Reference::Function(function.name.clone()))
}

/// The name that a map has in fused objects: the VM's own, and with its package otherwise.
pub fn map_name(package: &str, name: &str) -> String {
    if vm_maps::ALL.contains(&name) {
        return name.to_owned();
    }
    format!("maps.{package}.{name}")
}

/// Name of a program's or loader's function with its logic alone.
pub fn logic_name(symbol: &Symbol) -> &str {
    symbol.name()
}

/// How far below the frame pointer a function reaches: accesses by it, and the negative
/// constants added to what may be its copy, with the negative offsets from such a copy.
pub fn stack(slots: &[Slot]) -> u32 {
    let (mut direct, mut copies, mut from_copies) = (0, 0, 0);
    for slot in slots {
        let off = i32::from(slot.off);
        match (slot.opcode & 7, slot.opcode) {
            (ops::class::LDX, _) if slot.src == FP => direct = off.min(direct),
            (ops::class::ST | ops::class::STX, _) if slot.dst == FP => direct = off.min(direct),
            (ops::class::LDX | ops::class::ST | ops::class::STX, _) => {
                from_copies = off.min(from_copies);
            }
            (_, ops::class::ALU64) if slot.imm >= -(STACK as i32) => copies = slot.imm.min(copies),
            _ => {}
        }
    }
    let lowest = direct.min(copies + from_copies);
    lowest.unsigned_abs().next_multiple_of(8)
}

fn writes(slots: &[Slot]) -> Regs {
    let written = slots.iter().filter(|slot| {
        use ops::class::{ALU, ALU64, LD, LDX};
        [ALU, ALU64, LD, LDX].contains(&(slot.opcode & 7))
    });
    written.fold(Regs::NONE, |all, slot| all.with_number(slot.dst))
}
