//! Bundles: `NAME.hike`, a manifest and the members it lists, in one compressed archive.
//!
//! [`Bundle::read`] checks every path, length and digest and every reference of the
//! manifest before it gives anything to look at; [`Bundle::write`] gives the same bytes
//! for the same content.

mod archive;
mod error;
mod read;
mod refer;
mod write;

use std::collections::BTreeMap;

pub use error::{BundleError, MemberError, PathProblem};
pub use write::Member;

use crate::chain::ChainObject;
use crate::digest::Digest;
use crate::manifest::{Manifest, MemberKind};
use crate::program::ProgramObject;
use crate::signature::ObjectKind;
use crate::sourcemap::SourceMap;
use crate::symbol::{Symbol, SymbolKind};

/// Path of the manifest, the first member.
pub const MANIFEST: &str = "hike.json";
/// Path of the source map.
pub const SOURCE_MAP: &str = "source-map.json";
/// Path of the documentation.
pub const DOC: &str = "docs/README.md";
/// Folder of the scripts.
pub const SOURCES: &str = "sources/";

/// What a reader accepts at most.
pub mod limits {
    /// Bytes of the archive, unpacked.
    pub const ARCHIVE: u64 = 64 << 20;
    /// Bytes of one member.
    pub const MEMBER: u64 = 16 << 20;
    /// Bytes of the manifest.
    pub const MANIFEST: u64 = 1 << 20;
    /// Members, the manifest not counted.
    pub const MEMBERS: usize = 1024;
    /// Bytes of a path.
    pub const PATH: usize = 255;
}

/// A bundle whose every member is what its manifest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    manifest: Manifest,
    json: Vec<u8>,
    members: BTreeMap<String, Vec<u8>>,
}

impl Bundle {
    /// Reads a bundle.
    ///
    /// # Errors
    /// When the bytes are no bundle of this format, exceed a limit, or anything differs
    /// from what the manifest says. All members that differ are named at once.
    pub fn read(bytes: &[u8]) -> Result<Self, BundleError> {
        read::read(bytes)
    }

    /// Makes a bundle: puts the members in order and lists them in the manifest.
    ///
    /// # Errors
    /// When a path is not allowed or there twice, a limit is exceeded, or the manifest
    /// names an object that is not among the members.
    pub fn new(manifest: Manifest, members: Vec<Member>) -> Result<Self, BundleError> {
        write::assemble(manifest, members)
    }

    /// The bytes of the bundle, the same for the same content.
    ///
    /// # Errors
    /// When the compressor fails, which it does only without memory.
    pub fn write(&self) -> Result<Vec<u8>, BundleError> {
        write::write(self)
    }

    /// Its manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Its digest: the SHA-256 of `hike.json`.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.json)
    }

    /// The bytes of `hike.json`.
    pub fn manifest_json(&self) -> &[u8] {
        &self.json
    }

    /// The bytes of a member by its path.
    pub fn member(&self, path: &str) -> Option<&[u8]> {
        self.members.get(path).map(Vec::as_slice)
    }

    /// The member that holds a program, loader or chain.
    pub fn object_path(&self, symbol: &Symbol) -> Option<&str> {
        let objects = match symbol.kind() {
            SymbolKind::Chain => {
                let mut chains = self.manifest.chains.iter();
                let chain = chains.find(|chain| chain.symbol == *symbol)?;
                return Some(&chain.object);
            }
            SymbolKind::Program => &self.manifest.programs,
            SymbolKind::Loader => &self.manifest.loaders,
        };
        let object = objects.iter().find(|object| object.symbol == *symbol)?;
        Some(&object.object)
    }

    /// The object of a program or loader.
    ///
    /// # Errors
    /// When the bundle has no such symbol, or its member is no program or loader object.
    pub fn program(&self, symbol: &Symbol) -> Result<ProgramObject, BundleError> {
        let (path, bytes) = self.object(symbol)?;
        ProgramObject::parse(bytes).map_err(|error| BundleError::Program {
            path: path.to_owned(),
            error: Box::new(error),
        })
    }

    /// Reads every object and checks that it has what the manifest says of it.
    ///
    /// # Errors
    /// When a member is no object of its kind, or has not the symbols it should have.
    pub fn check_objects(&self) -> Result<(), BundleError> {
        let objects = self.chain_objects()?;
        for entry in &self.manifest.chains {
            let object = objects.get(entry.object.as_str());
            let chain = object.and_then(|object| object.chain(&entry.symbol));
            self.has(chain.is_some(), &entry.symbol)?;
        }
        for entry in self.manifest.programs.iter().chain(&self.manifest.loaders) {
            let signature = self.program(&entry.symbol)?.signature;
            let is_loader = signature.kind == ObjectKind::Loader;
            let fits = signature.name == entry.symbol.name()
                && is_loader == (entry.symbol.kind() == SymbolKind::Loader);
            self.has(fits, &entry.symbol)?;
        }
        self.source_map().map(drop)
    }

    fn has(&self, found: bool, symbol: &Symbol) -> Result<(), BundleError> {
        if found {
            return Ok(());
        }
        Err(BundleError::Symbol {
            symbol: symbol.clone(),
            problem: "is not in its object",
        })
    }

    /// The chain objects, by path.
    ///
    /// # Errors
    /// When a member of this kind is no chain object.
    pub fn chain_objects(&self) -> Result<BTreeMap<&str, ChainObject>, BundleError> {
        let paths = self.paths(MemberKind::Chain);
        paths
            .map(|path| Ok((path, self.chain_object(path)?)))
            .collect()
    }

    fn chain_object(&self, path: &str) -> Result<ChainObject, BundleError> {
        let bytes = self.member(path).unwrap_or_default();
        ChainObject::parse(bytes).map_err(|error| BundleError::Chain {
            path: path.to_owned(),
            error: Box::new(error),
        })
    }

    /// The source map; an empty one when the bundle has none.
    ///
    /// # Errors
    /// When the member is not the JSON of a source map.
    pub fn source_map(&self) -> Result<SourceMap, BundleError> {
        let Some(bytes) = self.member(SOURCE_MAP) else {
            return Ok(SourceMap::default());
        };
        let mut map: SourceMap = serde_json::from_slice(bytes)
            .map_err(|error| BundleError::SourceMap(error.to_string()))?;
        map.sort();
        Ok(map)
    }

    /// The scripts that are in the bundle, as `(path, text)`; the path is as in the source
    /// map. Scripts that are not UTF-8 are left out.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &str)> {
        self.paths(MemberKind::Source).filter_map(|path| {
            let text = std::str::from_utf8(self.member(path)?).ok()?;
            Some((path.strip_prefix(SOURCES)?, text))
        })
    }

    fn paths(&self, kind: MemberKind) -> impl Iterator<Item = &str> {
        let members = self.manifest.members.iter();
        members
            .filter(move |member| member.kind == kind)
            .map(|member| member.path.as_str())
    }

    fn object(&self, symbol: &Symbol) -> Result<(&str, &[u8]), BundleError> {
        let path = self.object_path(symbol);
        let found = path.and_then(|path| Some((path, self.member(path)?)));
        found.ok_or_else(|| BundleError::NoSymbol(symbol.clone()))
    }
}
