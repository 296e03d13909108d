//! Why an object cannot be loaded.

use aya_obj::ParseError;
use aya_obj::btf::{BtfError, BtfRelocationError};
use aya_obj::relocation::EbpfRelocationError;
use hike_format::elf::ElfError;

/// Why an object cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// Not an eBPF object.
    #[error("`{object}` is no eBPF object: {error}")]
    Parse {
        /// The object.
        object: String,
        /// What is wrong.
        error: Box<ParseError>,
    },
    /// Not an ELF object for eBPF.
    #[error("`{object}`: {error}")]
    Elf {
        /// The object.
        object: String,
        /// What is wrong.
        error: Box<ElfError>,
    },
    /// Malformed type information.
    #[error("`{object}`: {error}")]
    Btf {
        /// The object.
        object: String,
        /// What is wrong.
        error: Box<hike_format::btf::BtfError>,
    },
    /// Malformed in a way that the parser does not survive.
    #[error("`{0}` is a malformed eBPF object")]
    Malformed(String),
    /// Type information that cannot be used.
    #[error("type information of `{object}`: {error}")]
    Types {
        /// The object.
        object: String,
        /// What is wrong.
        error: Box<BtfError>,
    },
    /// No type information at all.
    #[error("`{0}` has no type information, expected a section `.BTF`")]
    NoTypes(String),
    /// The function to load is missing.
    #[error("`{object}` has no XDP program `{entry}`")]
    NoEntry {
        /// The object.
        object: String,
        /// The function.
        entry: String,
    },
    /// Code that refers to what is not there.
    #[error("relocation of `{object}`: {}", chain_of(error))]
    Relocation {
        /// The object.
        object: String,
        /// What is wrong.
        error: Box<EbpfRelocationError>,
    },
    /// Code that depends on types the running kernel does not describe.
    #[error(
        "relocation of `{object}` against the kernel's types: {}",
        chain_of(error)
    )]
    KernelTypes {
        /// The object.
        object: String,
        /// What is wrong.
        error: Box<BtfRelocationError>,
    },
    /// A configuration variable outside of its section.
    #[error("`{object}`: configuration variable at byte {offset} of `{section}` is outside of it")]
    Config {
        /// The object.
        object: String,
        /// The section.
        section: String,
        /// The offset.
        offset: u32,
    },
    /// A map of a kind that the loader does not create.
    #[error("`{object}`: map `{map}` holds maps, which is not supported")]
    MapOfMaps {
        /// The object.
        object: String,
        /// The map.
        map: String,
    },
}

/// An error with its causes, in one line.
fn chain_of(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}
