//! The shape of a type's bytes, with the meaning that some type names have.

use super::{Btf, IntEncoding, Member, Modifier, Type, TypeId};
use crate::signature::{Field, IntType, TypeInfo};

/// Structs in structs, at most.
const DEPTH: u32 = 16;
/// Fields of one type over all its structs, at most.
const FIELDS: u32 = 4096;

/// Why a type has no shape that a host can print.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// Nothing with a size.
    #[error("type {0} has no size")]
    Unsized(TypeId),
    /// A pointer, union, bit field or floating-point number.
    #[error("{what} cannot be a map key, a map value or a field of one")]
    Unsupported {
        /// What was found.
        what: &'static str,
    },
    /// A type name that stands for a meaning, with the wrong number of bytes.
    #[error("type `{name}` has {found} bytes, expected {expected}")]
    Size {
        /// The name.
        name: String,
        /// Its bytes.
        found: u32,
        /// The bytes the name stands for.
        expected: u32,
    },
    /// Too deep or too wide, or a type within itself.
    #[error("the type is nested deeper than {DEPTH} structs or has more than {FIELDS} fields")]
    TooLarge,
}

/// The shape of a type.
///
/// # Errors
/// When the type has parts that bytes alone do not explain, such as pointers.
pub fn layout(btf: &Btf, id: TypeId) -> Result<TypeInfo, LayoutError> {
    Shaper { btf, fields: 0 }.shape(id, 0)
}

struct Shaper<'a> {
    btf: &'a Btf,
    fields: u32,
}

impl Shaper<'_> {
    fn shape(&mut self, id: TypeId, depth: u32) -> Result<TypeInfo, LayoutError> {
        if depth > DEPTH {
            return Err(LayoutError::TooLarge);
        }
        if let Some(meaning) = self.meaning(id)? {
            return Ok(meaning);
        }
        let (id, ty) = self.btf.peel(id).ok_or(LayoutError::Unsized(id))?;
        match ty {
            Type::Int { size, encoding, .. } => int(id, *size, *encoding),
            Type::Enum(ty) => plain_int(id, ty.size, ty.signed),
            Type::Array { element, count, .. } => {
                let element = self.shape(*element, depth + 1)?;
                Ok(TypeInfo::Array(Box::new(element), *count))
            }
            Type::Composite { union: true, .. } => unsupported("a union"),
            Type::Composite {
                name,
                size,
                members,
                ..
            } => self.structure(name, *size, members, depth),
            Type::Pointer(_) => unsupported("a pointer"),
            Type::Float { .. } => unsupported("a floating-point number"),
            _ => Err(LayoutError::Unsized(id)),
        }
    }

    fn structure(
        &mut self,
        name: &str,
        size: u32,
        members: &[Member],
        depth: u32,
    ) -> Result<TypeInfo, LayoutError> {
        self.fields = self.fields.saturating_add(members.len() as u32);
        if self.fields > FIELDS {
            return Err(LayoutError::TooLarge);
        }
        let fields = members.iter().map(|member| self.field(member, depth));
        Ok(TypeInfo::Struct {
            name: name.to_owned(),
            size,
            fields: fields.collect::<Result<_, _>>()?,
        })
    }

    fn field(&mut self, member: &Member, depth: u32) -> Result<Field, LayoutError> {
        if member.bit_size != 0 || !member.bit_offset.is_multiple_of(8) {
            return unsupported("a bit field");
        }
        Ok(Field {
            name: member.name.clone(),
            offset: member.bit_offset / 8,
            ty: self.shape(member.ty, depth + 1)?,
        })
    }

    /// What the name of a type, or of a typedef on the way to it, says about its bytes.
    fn meaning(&self, mut id: TypeId) -> Result<Option<TypeInfo>, LayoutError> {
        for _ in 0..=self.btf.len() {
            let Some(ty) = self.btf.get(id) else {
                return Ok(None);
            };
            if let Some(meaning) = named(ty) {
                return self.checked(id, ty.name(), meaning).map(Some);
            }
            match ty {
                Type::Modified { target, .. } => id = *target,
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    fn checked(&self, id: TypeId, name: &str, meaning: TypeInfo) -> Result<TypeInfo, LayoutError> {
        let found = size_of(self.btf, id).ok_or(LayoutError::Unsized(id))?;
        let expected = meaning.size();
        if found == expected {
            return Ok(meaning);
        }
        Err(LayoutError::Size {
            name: name.to_owned(),
            found,
            expected,
        })
    }
}

fn named(ty: &Type) -> Option<TypeInfo> {
    let can_mean = matches!(
        ty,
        Type::Composite { .. }
            | Type::Modified {
                modifier: Modifier::Typedef,
                ..
            }
    );
    if !can_mean {
        return None;
    }
    match ty.name() {
        "Ipv6Addr" | "in6_addr" => Some(TypeInfo::Ipv6),
        "Ipv4Addr" | "in_addr" => Some(TypeInfo::Ipv4),
        "MacAddr" => Some(TypeInfo::Mac),
        "Be16" | "__be16" => Some(TypeInfo::NetworkInt(2)),
        "Be32" | "__be32" => Some(TypeInfo::NetworkInt(4)),
        "Be64" | "__be64" => Some(TypeInfo::NetworkInt(8)),
        "ChainId" => Some(TypeInfo::Chain),
        "IfIndex" => Some(TypeInfo::Interface),
        _ => None,
    }
}

fn size_of(btf: &Btf, id: TypeId) -> Option<u32> {
    let (mut id, mut factor) = (id, 1u32);
    for _ in 0..=DEPTH {
        let size = match btf.peel(id)?.1 {
            Type::Int { size, .. } | Type::Composite { size, .. } => *size,
            Type::Enum(ty) => ty.size,
            Type::Array { element, count, .. } => {
                factor = factor.checked_mul(*count)?;
                id = *element;
                continue;
            }
            _ => return None,
        };
        return size.checked_mul(factor);
    }
    None
}

fn int(id: TypeId, size: u32, encoding: IntEncoding) -> Result<TypeInfo, LayoutError> {
    plain_int(id, size, encoding == IntEncoding::Signed)
}

fn plain_int(id: TypeId, size: u32, signed: bool) -> Result<TypeInfo, LayoutError> {
    let bits = match size {
        1 | 2 | 4 | 8 => size as u8 * 8,
        16 => return unsupported("a 128-bit integer"),
        _ => return Err(LayoutError::Unsized(id)),
    };
    Ok(TypeInfo::Int(IntType { bits, signed }))
}

fn unsupported<T>(what: &'static str) -> Result<T, LayoutError> {
    Err(LayoutError::Unsupported { what })
}
