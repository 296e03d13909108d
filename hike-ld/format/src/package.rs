//! Packages: folders of programs, loaders and chains, found through a search path.
//!
//! A package is a folder with a `hike.toml`; it may give out the names of other packages
//! ([`PackageManifest::reexports`]).

mod error;
mod files;
mod lookup;
mod manifest;
mod path;

pub use error::LookupError;
pub use files::{DiskFiles, Files, MemoryFiles};
pub use lookup::{Found, Item};
pub use manifest::PackageManifest;
pub use path::{PATH_VARIABLE, PackagePath};
