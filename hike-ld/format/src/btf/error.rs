//! What can be wrong with BTF.

use super::TypeId;

/// Why bytes are not BTF.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{section} at byte {offset}: {problem}")]
pub struct BtfError {
    /// The section, `.BTF` or `.BTF.ext`.
    pub section: &'static str,
    /// Where in the section.
    pub offset: usize,
    /// What.
    pub problem: Problem,
}

/// What is wrong at a place of BTF.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The bytes end early.
    #[error("expected {expected} more bytes, found the end")]
    Truncated {
        /// Number of bytes that should follow.
        expected: usize,
    },
    /// The first two bytes are not BTF's, or its byte order is not little-endian.
    #[error("expected magic 0xeb9f in little-endian order, found {found:#06x}")]
    Magic {
        /// The two bytes.
        found: u16,
    },
    /// Another version.
    #[error("expected version 1, found {found}")]
    Version {
        /// The version.
        found: u8,
    },
    /// A part of the section that the header puts outside of it.
    #[error("the header places {part} outside the section")]
    OutOfSection {
        /// Which part.
        part: &'static str,
    },
    /// A type of unknown kind.
    #[error("unknown kind of type {found}")]
    Kind {
        /// Its number.
        found: u8,
    },
    /// A type number beyond the last type.
    #[error("type {id} is not there, the last is [{last}]")]
    TypeId {
        /// The number.
        id: TypeId,
        /// The last type.
        last: usize,
    },
    /// A string that starts outside the strings or does not end.
    #[error("string at {at} is outside the strings")]
    StringOffset {
        /// Its offset in the strings.
        at: u32,
    },
    /// A string that is not UTF-8.
    #[error("string at {at} is not UTF-8")]
    StringText {
        /// Its offset in the strings.
        at: u32,
    },
    /// A value that its field does not allow.
    #[error("{what} has the invalid value {found}")]
    Value {
        /// The field.
        what: &'static str,
        /// The value.
        found: u32,
    },
}
