//! The signature struct: `result`, then the parameters.

use super::ObjectError;
use super::error::SignatureProblem;
use crate::btf::{Btf, Member, Type, TypeId, layout};
use crate::signature::{IntType, Param, ResultKind, TypeInfo};

/// Type name of the result of a program that always ends the chain.
const FINAL: &str = "HikeFinal";

/// Reads result and parameters of the program `name`.
pub(super) fn read(
    btf: &Btf,
    name: &str,
    ty: TypeId,
) -> Result<(ResultKind, Vec<Param>), ObjectError> {
    read_struct(btf, ty).map_err(|problem| ObjectError::Signature {
        name: name.to_owned(),
        problem,
    })
}

fn read_struct(btf: &Btf, ty: TypeId) -> Result<(ResultKind, Vec<Param>), SignatureProblem> {
    let Some((_, Type::Composite { members, .. })) = btf.peel(ty) else {
        return Err(SignatureProblem::NotStruct);
    };
    let (first, params) = match members.split_first() {
        Some((first, params)) if first.name == "result" => (first, params),
        other => {
            let found = other.map(|(first, _)| first.name.clone());
            return Err(SignatureProblem::NoResult(found));
        }
    };
    if params.len() > hike_abi::limits::ARGUMENTS {
        let found = params.len();
        return Err(SignatureProblem::Parameters { found });
    }
    let result = result(btf, first)?;
    let params = params.iter().map(|member| param(btf, member));
    Ok((result, params.collect::<Result<_, _>>()?))
}

fn result(btf: &Btf, member: &Member) -> Result<ResultKind, SignatureProblem> {
    if is_final(btf, member.ty) {
        return Ok(ResultKind::Final);
    }
    integer(btf, member).map(ResultKind::Value)
}

fn is_final(btf: &Btf, ty: TypeId) -> bool {
    let named = |id| btf.get(id).is_some_and(|ty| ty.name() == FINAL);
    named(ty) || btf.peel(ty).is_some_and(|(below, _)| named(below))
}

fn param(btf: &Btf, member: &Member) -> Result<Param, SignatureProblem> {
    Ok(Param {
        name: member.name.clone(),
        ty: integer(btf, member)?,
    })
}

fn integer(btf: &Btf, member: &Member) -> Result<IntType, SignatureProblem> {
    let shape = layout(btf, member.ty).ok();
    shape
        .and_then(int_of)
        .ok_or_else(|| SignatureProblem::NotInteger(member.name.clone()))
}

/// The integer a shape is, or is a wrapper of.
fn int_of(shape: TypeInfo) -> Option<IntType> {
    match shape {
        TypeInfo::Int(ty) => Some(ty),
        TypeInfo::Chain | TypeInfo::Interface | TypeInfo::Ipv4 => Some(IntType::unsigned(32)),
        TypeInfo::NetworkInt(bytes) => Some(IntType::unsigned(bytes * 8)),
        TypeInfo::Struct { fields, .. } => match <[_; 1]>::try_from(fields) {
            Ok([field]) => int_of(field.ty),
            Err(_) => None,
        },
        TypeInfo::Ipv6 | TypeInfo::Mac | TypeInfo::Array(..) => None,
    }
}
