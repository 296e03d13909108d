//! How the compiler sees packages: a name goes in, an interface comes out.
//!
//! [`Packages`] has one real implementation, [`folders::Folders`], and one for tests,
//! [`memory::InMemory`].

pub mod folders;
pub mod memory;

pub use hike_format::SymbolKind;
use hike_format::signature::{Param, ResultKind, Signature};
use std::sync::Arc;

/// Where programs, loaders and the chains of others come from.
pub trait Packages {
    /// The interface of `NAME` in `PACKAGE`.
    ///
    /// # Errors
    /// When there is none or more than one, or its object cannot be read.
    fn find(&self, kind: SymbolKind, package: &str, name: &str) -> Result<Item, Missing>;

    /// The packages that define a name of a kind, for advice.
    fn having(&self, kind: SymbolKind, name: &str) -> Vec<String>;
}

/// Something that can be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The package that defines it, which a re-exporting package is not.
    pub package: String,
    /// Its interface.
    pub interface: Interface,
}

/// What an importer must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interface {
    /// Of a program or loader, from its object.
    Object(Arc<Signature>),
    /// Of a chain.
    Chain {
        /// Its parameters.
        params: Vec<Param>,
        /// Its result.
        result: ResultKind,
    },
}

/// Why something cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// No folder that was searched has the package.
    Package {
        /// The folders searched, in order.
        searched: Vec<String>,
        /// Packages that exist.
        packages: Vec<String>,
    },
    /// The package has no such thing.
    Name {
        /// The files looked for, in order.
        searched: Vec<String>,
        /// Names of this kind in the package.
        names: Vec<String>,
        /// Other packages that have the name.
        elsewhere: Vec<String>,
    },
    /// It is defined more than once.
    Ambiguous {
        /// The places that define it.
        places: Vec<String>,
    },
    /// It is of another kind.
    Kind {
        /// What it is.
        found: SymbolKind,
    },
    /// It is there, but cannot be used.
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
}
