//! Type information of a completed object: the VM's maps, the new function, its lines.

use hike_abi::vm_maps;
use hike_format::Signature;
use hike_format::btf::{
    Btf, BtfExt, FuncInfo, LineInfo, Linkage, NamedParam, SectionVar, Type, TypeId, encode,
    has_core_relocations,
};
use hike_format::elf::Elf;
use hike_format::program::{VM_PREFIX, XDP_SECTION};

use super::CompleteError;
use super::code::{Code, Part};

const MAPS_SECTION: &str = ".maps";

/// Sections of type information.
pub(super) struct Types {
    /// `.BTF`
    pub btf: Vec<u8>,
    /// `.BTF.ext`
    pub ext: Vec<u8>,
}

/// Merges what is known of logic and VM.
pub(super) fn merge(
    signature: &Signature,
    object: &Elf<'_>,
    vm: &Elf<'_>,
    code: &Code,
) -> Result<Types, CompleteError> {
    let (mut btf, mut ext) = read(object)?;
    let (vm_btf, vm_ext) = read(vm)?;
    let function = function(&mut btf, &signature.name)?;
    btf.place_section_vars(|section, name| offset(object, section, name));
    maps(&mut btf, &vm_btf);
    ext.functions.push(FuncInfo {
        section: XDP_SECTION.to_owned(),
        offset: 0,
        ty: function,
    });
    let lines = lines(&ext.lines, &code.logic, &vm_ext.lines, &code.vm);
    ext.lines.extend(lines);
    let (btf, ext) = encode(&btf, &ext);
    Ok(Types { btf, ext })
}

/// Where a variable is in its section.
fn offset(object: &Elf<'_>, section: &str, name: &str) -> Option<u32> {
    let mut symbols = object.symbols().iter();
    let found =
        symbols.find(|symbol| symbol.name == name && symbol.section.as_deref() == Some(section));
    u32::try_from(found?.offset).ok()
}

fn read(elf: &Elf<'_>) -> Result<(Btf, BtfExt), CompleteError> {
    let data = |name| elf.section(name).map_or(&[][..], |section| section.data);
    let (btf, ext) = (data(".BTF"), data(".BTF.ext"));
    if has_core_relocations(ext) {
        return Err(CompleteError::CoreRelocations);
    }
    let read_ext = match ext.is_empty() {
        true => BtfExt::default(),
        false => BtfExt::parse(ext, btf)?,
    };
    Ok((Btf::parse(btf)?, read_ext))
}

/// The type of the new function: the logic's without the call record.
fn function(btf: &mut Btf, name: &str) -> Result<TypeId, CompleteError> {
    let logic = btf.function(name).map(|(_, proto)| proto);
    let Some(Type::FuncProto { result, params }) = logic else {
        return Err(CompleteError::NoTypes(name.to_owned()));
    };
    let context: Vec<NamedParam> = params.iter().take(1).cloned().collect();
    let proto = Type::FuncProto {
        result: *result,
        params: context,
    };
    let proto = btf.add(proto);
    Ok(btf.add(Type::Func {
        name: format!("{VM_PREFIX}{name}"),
        proto,
        linkage: Linkage::Global,
    }))
}

/// Takes the VM's maps over. They are in the order of their places there, and so they are in
/// the completed object.
fn maps(btf: &mut Btf, vm: &Btf) {
    let vars = vm.section_vars(MAPS_SECTION).into_iter();
    let vars: Vec<SectionVar> = vars
        .filter(|(name, _, _)| vm_maps::ALL.contains(name))
        .map(|(_, _, entry)| entry)
        .collect();
    let roots: Vec<TypeId> = vars.iter().map(|entry| entry.var).collect();
    let numbers = btf.import(vm, &roots);
    let vars = vars.into_iter().map(|entry| SectionVar {
        var: numbers.get(&entry.var).copied().unwrap_or_default(),
        ..entry
    });
    btf.add_section_vars(MAPS_SECTION, vars.collect());
}

/// The lines of the new function: those of its parts, and at its start, where the kernel
/// wants one, the logic's first.
fn lines(
    logic_lines: &[LineInfo],
    logic: &Part,
    vm_lines: &[LineInfo],
    vm: &Part,
) -> Vec<LineInfo> {
    let mut lines = moved(logic_lines, logic);
    lines.extend(moved(vm_lines, vm));
    if let Some(first) = lines.first() {
        lines.insert(
            0,
            LineInfo {
                offset: 0,
                ..first.clone()
            },
        );
    }
    lines
}

fn moved(lines: &[LineInfo], part: &Part) -> Vec<LineInfo> {
    let own = lines.iter().filter(|line| line.section == part.section);
    let mut moved: Vec<LineInfo> = own
        .filter_map(|line| {
            Some(LineInfo {
                section: XDP_SECTION.to_owned(),
                offset: u32::try_from(part.moved(line.offset.into())?).ok()?,
                ..line.clone()
            })
        })
        .collect();
    moved.sort_by_key(|line| line.offset);
    moved
}
