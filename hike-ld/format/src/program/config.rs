//! Configuration variables: section `.rodata.config`.

use super::error::ConfigProblem;
use super::{ObjectError, doc};
use crate::btf::{Btf, SectionVar, Type, TypeId, layout};
use crate::elf::Elf;
use crate::signature::{ConfigVar, IntType, TypeInfo};

const SECTION: &str = ".rodata.config";
/// Structs of one field around an integer, at most.
const WRAPPERS: usize = 8;

/// Reads the configuration variables of an object.
pub(super) fn read(elf: &Elf<'_>, btf: &Btf) -> Result<Vec<ConfigVar>, ObjectError> {
    let vars = btf.section_vars(SECTION).into_iter();
    let vars = vars.map(|(name, ty, entry)| {
        let found = variable(elf, btf, name, ty, entry);
        let found = found.map_err(|problem| ObjectError::Config {
            name: name.to_owned(),
            problem,
        })?;
        let doc = doc(elf, &format!("config_{name}"))?;
        Ok(ConfigVar { doc, ..found })
    });
    let mut vars = vars.collect::<Result<Vec<_>, ObjectError>>()?;
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
    let (ty, unit) = integer(btf, ty).ok_or(ConfigProblem::NotInteger)?;
    let symbol = elf.symbol(name);
    let offset = symbol.map_or(u64::from(entry.offset), |symbol| symbol.offset);
    let offset = u32::try_from(offset).map_err(|_| ConfigProblem::NoBytes)?;
    let default = default(elf, offset, ty).ok_or(ConfigProblem::NoBytes)?;
    Ok(ConfigVar {
        name: name.to_owned(),
        ty,
        unit,
        doc: String::new(),
        default,
        section: SECTION.to_owned(),
        offset,
    })
}

/// The integer of a variable's type, and its unit: the name of the struct of one field that
/// holds it. Generic structs (`Config<Seconds>`) are wrappers, no units.
fn integer(btf: &Btf, mut ty: TypeId) -> Option<(IntType, Option<String>)> {
    let mut unit = None;
    for _ in 0..WRAPPERS {
        let Some((_, Type::Composite { name, members, .. })) = btf.peel(ty) else {
            break;
        };
        let [member] = &members[..] else {
            return None;
        };
        unit = (!is_generic(name) && !name.is_empty()).then(|| name.clone());
        ty = member.ty;
    }
    match layout(btf, ty) {
        Ok(TypeInfo::Int(ty)) => Some((ty, unit)),
        _ => None,
    }
}

/// Compilers write `<` as `_3C_`, its number in ASCII, where names must be identifiers.
fn is_generic(name: &str) -> bool {
    name.contains('<') || name.contains("_3C_")
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
