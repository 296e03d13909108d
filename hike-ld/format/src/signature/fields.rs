//! Structs taken apart: the fields of a key or value as one list.

use super::{Field, TypeInfo};

/// A field that is no struct itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The way to it, `bucket.credit`; empty when the whole is no struct.
    pub path: String,
    /// Offset from the start of the whole, in bytes.
    pub offset: u32,
    /// Its type.
    pub ty: TypeInfo,
    /// Name of the struct around this field alone: the unit of a number.
    pub unit: Option<String>,
}

impl TypeInfo {
    /// The one nameless field of a struct that is but a wrapper of it.
    pub fn wrapped(&self) -> Option<&Field> {
        let Self::Struct { fields, .. } = self else {
            return None;
        };
        match &fields[..] {
            [field] if field.name.is_empty() || field.name == "__0" => Some(field),
            _ => None,
        }
    }

    /// The name of a struct, without the types that a generic one is for.
    pub fn struct_name(&self) -> Option<&str> {
        let Self::Struct { name, .. } = self else {
            return None;
        };
        // Compilers write `<` as its number in ASCII where names must be identifiers.
        let end = name.find("_3C_").or_else(|| name.find('<'));
        Some(&name[..end.unwrap_or(name.len())])
    }

    /// Whether it is or has the runtime ID of a chain.
    pub fn holds_chain(&self) -> bool {
        self.leaves().iter().any(|leaf| leaf.ty == Self::Chain)
    }

    /// Its fields in order, and those of the structs in it.
    pub fn leaves(&self) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        let whole = Leaf {
            path: String::new(),
            offset: 0,
            ty: self.clone(),
            unit: None,
        };
        take_apart(whole, &mut leaves);
        leaves
    }
}

fn take_apart(leaf: Leaf, leaves: &mut Vec<Leaf>) {
    let TypeInfo::Struct { name, fields, .. } = &leaf.ty else {
        leaves.push(leaf);
        return;
    };
    let wrapper = leaf.ty.wrapped().is_some();
    for field in fields {
        let path = match (&leaf.path[..], wrapper) {
            (path, true) => path.to_owned(),
            ("", false) => field.name.clone(),
            (path, false) => format!("{path}.{}", field.name),
        };
        let part = Leaf {
            path,
            offset: leaf.offset.saturating_add(field.offset),
            ty: field.ty.clone(),
            unit: wrapper.then(|| name.clone()),
        };
        take_apart(part, leaves);
    }
}
