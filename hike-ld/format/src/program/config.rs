//! Configuration variables: section `.rodata.config`.

use super::ObjectError;
use super::error::ConfigProblem;
use crate::btf::{Btf, SectionVar, TypeId, layout};
use crate::elf::Elf;
use crate::signature::{ConfigVar, IntType, TypeInfo};

const SECTION: &str = ".rodata.config";

/// Reads the configuration variables of an object.
pub(super) fn read(elf: &Elf<'_>, btf: &Btf) -> Result<Vec<ConfigVar>, ObjectError> {
    let vars = btf.section_vars(SECTION).into_iter();
    let vars = vars.map(|(name, ty, entry)| {
        variable(elf, btf, name, ty, entry).map_err(|problem| ObjectError::Config {
            name: name.to_owned(),
            problem,
        })
    });
    let mut vars = vars.collect::<Result<Vec<_>, _>>()?;
    vars.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(vars)
}

fn variable(
    elf: &Elf<'_>,
    btf: &Btf,
    name: &str,
    ty: TypeId,
    entry: SectionVar,
) -> Result<ConfigVar, ConfigProblem> {
    let shape = layout(btf, ty).map_err(|_| ConfigProblem::NotInteger)?;
    let (ty, unit) = integer(shape).ok_or(ConfigProblem::NotInteger)?;
    let symbol = elf.symbol(name);
    let offset = symbol.map_or(u64::from(entry.offset), |symbol| symbol.offset);
    let offset = u32::try_from(offset).map_err(|_| ConfigProblem::NoBytes)?;
    let default = default(elf, offset, ty).ok_or(ConfigProblem::NoBytes)?;
    Ok(ConfigVar {
        name: name.to_owned(),
        ty,
        unit,
        default,
        section: SECTION.to_owned(),
        offset,
    })
}

/// The integer and the unit of a variable's type.
fn integer(shape: TypeInfo) -> Option<(IntType, Option<String>)> {
    match shape {
        TypeInfo::Int(ty) => Some((ty, None)),
        TypeInfo::Interface => Some((IntType::unsigned(32), None)),
        TypeInfo::Struct { name, fields, .. } => match &fields[..] {
            [field] => match field.ty {
                TypeInfo::Int(ty) => Some((ty, Some(name))),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// The variable's bytes in its object, zero- or sign-extended to 64 bits.
fn default(elf: &Elf<'_>, offset: u32, ty: IntType) -> Option<u64> {
    let data = elf.section(SECTION)?.data;
    let len = usize::from(ty.bits / 8);
    let bytes = data.get(offset as usize..)?.get(..len)?;
    let mut word = [0; 8];
    word[..len].copy_from_slice(bytes);
    let value = u64::from_le_bytes(word);
    let unused = 64 - u32::from(ty.bits);
    Some(if ty.signed {
        ((value << unused) as i64 >> unused) as u64
    } else {
        value
    })
}
