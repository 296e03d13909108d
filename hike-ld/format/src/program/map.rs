//! Map declarations: section `.maps`, as libbpf reads them.

use super::error::MapProblem;
use super::{ObjectError, doc};
use crate::btf::{Btf, LayoutError, Member, Type, TypeId, layout};
use crate::elf::Elf;
use crate::signature::{IntType, MapInfo, TypeInfo};

/// Reads the maps of an object, those of the VM left out.
pub(super) fn read(elf: &Elf<'_>, btf: &Btf) -> Result<Vec<MapInfo>, ObjectError> {
    let mut maps = Vec::new();
    for (name, ty, _) in btf.section_vars(".maps") {
        if hike_abi::vm_maps::ALL.contains(&name) {
            continue;
        }
        let found = map(btf, name, ty).map_err(|problem| ObjectError::Map {
            map: name.to_owned(),
            problem,
        })?;
        let doc = doc(elf, &format!("map_{name}"))?;
        maps.push(MapInfo { doc, ..found });
    }
    maps.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(maps)
}

fn map(btf: &Btf, name: &str, ty: TypeId) -> Result<MapInfo, MapProblem> {
    let members = definition(btf, ty).ok_or(MapProblem::NotStruct)?;
    let field = |name| members.iter().find(|member| member.name == name);
    let number = |name| {
        field(name)
            .map(|member| number(btf, member, name))
            .transpose()
    };
    let shape = |name, size_name| match field(name) {
        Some(member) => pointee_shape(btf, member, name),
        None => Ok(bytes(number(size_name)?.unwrap_or(0))),
    };
    Ok(MapInfo {
        name: name.to_owned(),
        doc: String::new(),
        map_type: number("type")?.ok_or(MapProblem::NoType)?,
        key: shape("key", "key_size")?,
        value: shape("value", "value_size")?,
        max_entries: number("max_entries")?.unwrap_or(0),
    })
}

/// The members of a definition; wrappers of one field around it are taken off.
fn definition(btf: &Btf, mut ty: TypeId) -> Option<&[Member]> {
    for _ in 0..8 {
        let (_, Type::Composite { members, .. }) = btf.peel(ty)? else {
            return None;
        };
        match &members[..] {
            [only] if only.name != "type" => ty = only.ty,
            members => return Some(members),
        }
    }
    None
}

/// The number in a field: `int (*field)[NUMBER]`.
fn number(btf: &Btf, member: &Member, name: &'static str) -> Result<u32, MapProblem> {
    let array = pointee(btf, member).and_then(|target| btf.peel(target));
    match array {
        Some((_, Type::Array { count, .. })) => Ok(*count),
        _ => Err(MapProblem::Field(name)),
    }
}

fn pointee(btf: &Btf, member: &Member) -> Option<TypeId> {
    match btf.peel(member.ty)? {
        (_, Type::Pointer(target)) => Some(*target),
        _ => None,
    }
}

fn pointee_shape(btf: &Btf, member: &Member, name: &'static str) -> Result<TypeInfo, MapProblem> {
    let target = pointee(btf, member).ok_or(MapProblem::Field(name))?;
    match layout(btf, target) {
        // Maps without keys or values: `void`, `()`.
        Err(LayoutError::Unsized(_)) => Ok(bytes(0)),
        other => Ok(other?),
    }
}

/// The shape of so many bytes of which nothing else is known.
fn bytes(size: u32) -> TypeInfo {
    match size {
        1 | 2 | 4 | 8 => TypeInfo::Int(IntType::unsigned(size as u8 * 8)),
        _ => TypeInfo::Array(Box::new(TypeInfo::Int(IntType::unsigned(8))), size),
    }
}
