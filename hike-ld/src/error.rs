//! What can be wrong with what is linked.

use std::fmt;

use hike_format::SymbolKind;
use hike_format::bundle::BundleError;
use hike_format::chain::ChainError;
use hike_format::encode::EncodeError;
use hike_format::package::LookupError;
use hike_format::program::ObjectError;
use hike_format::symbol::Symbol;

use crate::Use;
use crate::complete::CompleteError;

/// A problem and every place that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkError {
    /// What is wrong.
    pub problem: Box<Problem>,
    /// The places; empty when it is an input as a whole.
    pub places: Vec<Use>,
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::error::Error for LinkError {}

impl LinkError {
    /// A problem of a whole input.
    pub(crate) fn new(problem: impl Into<Box<Problem>>) -> Self {
        Self {
            problem: problem.into(),
            places: Vec::new(),
        }
    }

    /// A problem at places.
    pub(crate) fn at(
        problem: impl Into<Box<Problem>>,
        places: impl IntoIterator<Item = Use>,
    ) -> Self {
        Self {
            problem: problem.into(),
            places: places.into_iter().collect(),
        }
    }

    /// What may help.
    pub fn help(&self) -> Option<String> {
        self.problem.help()
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// An input that is no object of chains.
    #[error("{path}: {error}")]
    ChainObject {
        /// The input.
        path: String,
        /// What is wrong with it.
        error: ChainError,
    },
    /// An input, or an object of a package, that is no program or loader.
    #[error("{path}: {error}")]
    ProgramObject {
        /// The object.
        path: String,
        /// What is wrong with it.
        error: ObjectError,
    },
    /// Logic that cannot get its function for the VM.
    #[error("{path}: {error}")]
    Incomplete {
        /// The object.
        path: String,
        /// What is wrong.
        error: CompleteError,
    },
    /// A program object whose package cannot be known.
    #[error("{path}: expected a program or loader object in a folder `PACKAGE/objects`")]
    NoPackage {
        /// The input.
        path: String,
    },
    /// An object whose program or loader has another name than its file.
    #[error("{path}: expected the object of `{expected}`, found `{found}`")]
    OtherName {
        /// The object.
        path: String,
        /// The name of its file.
        expected: String,
        /// The name in its signature.
        found: String,
    },
    /// Nothing to link.
    #[error("nothing to link, expected at least one object with chains")]
    NoChains,
    /// A symbol that nothing defines.
    #[error("undefined {} `{symbol}`: {reason}", .symbol.kind())]
    Undefined {
        /// The symbol.
        symbol: Symbol,
        /// Where it was looked for.
        reason: Box<LookupError>,
        /// A script that has the chain, but is not compiled.
        script: Option<String>,
    },
    /// A symbol that stands for a thing of another kind.
    #[error("`{symbol}` is used as a {}, but {path} has a {found} of this name", .symbol.kind())]
    OtherKind {
        /// The symbol.
        symbol: Symbol,
        /// What it is.
        found: SymbolKind,
        /// The object that has it.
        path: String,
    },
    /// A symbol that two objects define.
    #[error("`{symbol}` is defined in {first} and again in {second}")]
    Duplicate {
        /// The symbol.
        symbol: Symbol,
        /// Object of the first definition.
        first: String,
        /// Object of the second definition.
        second: String,
    },
    /// A call of a chain loader.
    #[error("`{symbol}` is called, but a chain loader cannot be called")]
    CalledLoader {
        /// The symbol.
        symbol: Symbol,
    },
    /// A call whose prototype is another than the definition's.
    #[error("`{symbol}` is called as ({declared}), expected {expected}")]
    Arguments {
        /// The symbol.
        symbol: Symbol,
        /// The caller's parameter types.
        declared: String,
        /// The signature of the definition.
        expected: String,
    },
    /// A map that a program or loader does not have.
    #[error("`{owner}` has no map `{map}`")]
    NoMap {
        /// The program or loader.
        owner: Symbol,
        /// The map.
        map: String,
        /// The map that was probably meant, or all there are.
        help: Option<String>,
    },
    /// A key or value that does not fit its map.
    #[error("{part} {number} of map `{map}` of `{owner}`: {error}")]
    Entry {
        /// The program or loader.
        owner: Symbol,
        /// The map.
        map: String,
        /// `key` or `value`.
        part: &'static str,
        /// Number of the entry, from 1.
        number: usize,
        /// What is wrong.
        error: EncodeError,
    },
    /// A configuration variable that a program or loader does not have.
    #[error("`{owner}` has no configuration variable `{name}`")]
    NoVariable {
        /// The program or loader.
        owner: Symbol,
        /// The variable.
        name: String,
        /// The variable that was probably meant, or all there are.
        help: Option<String>,
    },
    /// A setting that does not fit its variable.
    #[error("configuration variable `{name}` of `{owner}`: {error}")]
    Setting {
        /// The program or loader.
        owner: Symbol,
        /// The variable.
        name: String,
        /// What is wrong.
        error: EncodeError,
    },
    /// Something else than a loader attached, or something else than a program configured.
    #[error("`{symbol}` is a {}, expected a {expected}", .symbol.kind())]
    Unexpected {
        /// The symbol.
        symbol: Symbol,
        /// What is expected there.
        expected: &'static str,
    },
    /// Two attachments to one device.
    #[error("{device} gets the loader `{second}`, but `{first}` is attached to it already")]
    DeviceTwice {
        /// The device.
        device: String,
        /// Loader of the first attachment.
        first: Symbol,
        /// Loader of the second attachment.
        second: Symbol,
    },
    /// A name that cannot be a bundle's.
    #[error("`{0}` is no name of a bundle, expected letters, digits, `_` and `-`")]
    BundleName(String),
    /// A bundle that exceeds what readers accept.
    #[error(transparent)]
    Bundle(#[from] BundleError),
}

impl Problem {
    fn help(&self) -> Option<String> {
        match self {
            Self::Undefined {
                script: Some(script),
                ..
            } => Some(format!(
                "compile it with `eclatc compile {script}` and give its object too"
            )),
            Self::Undefined { reason, .. } => reason.help(),
            Self::NoMap { help, .. } | Self::NoVariable { help, .. } => help.clone(),
            Self::CalledLoader { .. } => Some("attach it to a device instead".to_owned()),
            Self::NoPackage { .. } => Some("give the package's folder with `-L DIR`".to_owned()),
            _ => None,
        }
    }
}
