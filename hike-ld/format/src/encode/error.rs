//! Why a value does not fit.

use crate::script::Number;
use crate::signature::TypeInfo;
use crate::symbol::Symbol;

/// Why a value has no bytes in a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A value of another kind.
    #[error("expected {expected}, found {found}")]
    Mismatch {
        /// What the type takes.
        expected: String,
        /// What was given.
        found: String,
    },
    /// A number that the type cannot hold.
    #[error("{value} does not fit into `{ty}`")]
    Range {
        /// The number.
        value: Number,
        /// The type.
        ty: String,
    },
    /// An index beyond the end of an array.
    #[error("expected a key below {entries}, the number of entries, found {index}")]
    Index {
        /// The index.
        index: u32,
        /// The array's entries.
        entries: u32,
    },
    /// Another number of values than the type has fields or elements.
    #[error("expected {expected} values for `{ty}`, found {found}")]
    Count {
        /// Fields or elements of the type.
        expected: usize,
        /// Values given.
        found: usize,
        /// The type.
        ty: String,
    },
    /// No such chain.
    #[error("chain `{0}` is not there")]
    Chain(Symbol),
    /// No such interface.
    #[error("interface `{0}` is not there")]
    Interface(String),
    /// A field outside of its struct.
    #[error("field `{0}` is outside of its struct")]
    Layout(String),
}

impl EncodeError {
    /// A value of kind `found` where `ty` takes another.
    pub(super) fn mismatch(ty: &TypeInfo, found: &str) -> Self {
        Self::Mismatch {
            expected: expected(ty),
            found: found.to_owned(),
        }
    }
}

/// What a type takes, in words.
pub fn expected(ty: &TypeInfo) -> String {
    if let (Some(unit), TypeInfo::Struct { fields, .. }) = (ty.unit(), ty) {
        return format!("{} ({unit})", expected(&fields[0].ty));
    }
    match ty {
        TypeInfo::Int(ty) => format!("a number of type `{ty}`"),
        TypeInfo::NetworkInt(_) => format!("a number of type `{ty}`"),
        TypeInfo::Ipv6 => "an IPv6 address".to_owned(),
        TypeInfo::Ipv4 => "an IPv4 address".to_owned(),
        TypeInfo::Mac => "an Ethernet address".to_owned(),
        TypeInfo::Chain => "the name of a chain".to_owned(),
        TypeInfo::Interface => "the name of an interface".to_owned(),
        TypeInfo::Array(element, count) => format!("{count} values of type `{element}`"),
        TypeInfo::Struct { fields, .. } => match &fields[..] {
            [field] => expected(&field.ty),
            _ => format!("{} values, `{ty}`", fields.len()),
        },
    }
}
