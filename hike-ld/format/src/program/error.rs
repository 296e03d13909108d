//! What can be wrong with a program or loader object.

use crate::btf::{BtfError, LayoutError};
use crate::elf::ElfError;

/// Why an object is not a program or loader.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ObjectError {
    /// Not an eBPF object.
    #[error(transparent)]
    Elf(#[from] ElfError),
    /// Its type information is malformed.
    #[error(transparent)]
    Btf(#[from] BtfError),
    /// A section is missing.
    #[error("section `{0}` is missing")]
    NoSection(&'static str),
    /// Not exactly one signature: the names found, each in backticks.
    #[error(
        "expected one variable `hike_sig_NAME` in the BTF of section `.hike.program` or `.hike.loader`, found {}",
        if .0.is_empty() { "none".to_owned() } else { .0.join(" and ") }
    )]
    Signatures(Vec<String>),
    /// The signature is not a struct as expected.
    #[error("signature of `{name}`: {problem}")]
    Signature {
        /// Name of the program or loader.
        name: String,
        /// What is wrong.
        problem: SignatureProblem,
    },
    /// The function for the VM is missing.
    #[error("function `{0}` is missing in section `xdp`")]
    NoEntry(String),
    /// A map declaration that cannot be read.
    #[error("map `{map}`: {problem}")]
    Map {
        /// Its name.
        map: String,
        /// What is wrong.
        problem: MapProblem,
    },
    /// A configuration variable that cannot be read.
    #[error("configuration variable `{name}`: {problem}")]
    Config {
        /// Its name.
        name: String,
        /// What is wrong.
        problem: ConfigProblem,
    },
    /// Documentation or licence that is not text.
    #[error("documentation and licence must be UTF-8")]
    Text,
}

/// What is wrong with a signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureProblem {
    /// Not a struct.
    #[error("expected a struct")]
    NotStruct,
    /// Another first member.
    #[error("expected the first member to be `result`, found {}", .0.as_deref().map_or("none".to_owned(), |name| format!("`{name}`")))]
    NoResult(Option<String>),
    /// A parameter or result of another type than an integer.
    #[error("expected an integer as type of `{0}`")]
    NotInteger(String),
    /// More parameters than a call can have.
    #[error("expected at most {most} parameters, found {found}", most = hike_abi::limits::ARGUMENTS)]
    Parameters {
        /// Their number.
        found: usize,
    },
}

/// What is wrong with a map declaration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MapProblem {
    /// Not a struct.
    #[error("expected a struct as its definition")]
    NotStruct,
    /// A field of the definition is not as libbpf has it.
    #[error("expected field `{0}` to be a pointer, as in BTF map definitions")]
    Field(&'static str),
    /// The map's type is missing.
    #[error("field `type` is missing")]
    NoType,
    /// A key or value without a printable shape.
    #[error(transparent)]
    Layout(#[from] LayoutError),
}

/// What is wrong with a configuration variable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigProblem {
    /// Not an integer or a struct of one.
    #[error("expected an integer, or a struct of one integer that names the unit")]
    NotInteger,
    /// Its bytes are not in the section.
    #[error("its bytes are outside of its section")]
    NoBytes,
}
