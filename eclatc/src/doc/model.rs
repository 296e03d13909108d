//! What a catalogue is of.

use crate::source::{FileId, SourceFile};
use crate::syntax::Arena;
use crate::{analyse, hir, lex, parse};
use hike_format::package::PackageManifest;
use hike_format::signature::{ObjectKind, Signature};

/// Everything that the site shows.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// In the order of their names.
    pub packages: Vec<Package>,
    /// Examples and chains of packages, scripts that were named, the standard library.
    pub scripts: Vec<Script>,
}

/// A package.
#[derive(Clone, Debug)]
pub struct Package {
    /// What it says of itself.
    pub manifest: PackageManifest,
    /// Its own programs and loaders, in the order of their names.
    pub objects: Vec<Object>,
}

/// A program or loader.
#[derive(Clone, Debug)]
pub struct Object {
    /// The package that defines it.
    pub package: String,
    /// What its object says.
    pub signature: Signature,
    /// The licence the kernel is told.
    pub license: String,
    /// Length of the object in bytes.
    pub length: usize,
}

/// A script without errors.
#[derive(Clone, Debug)]
pub struct Script {
    /// What its pages are called; no two scripts have the same.
    pub key: String,
    /// Where it comes from.
    pub kind: ScriptKind,
    /// Its text.
    pub source: SourceFile,
    /// What analysis knows about it.
    pub tree: hir::Script,
    /// Its imports: the name in the script, and the symbol.
    pub names: Vec<(String, String)>,
    /// How each of its chains is called: the name, and name, parameters and result as text.
    pub signatures: Vec<(String, String)>,
}

/// Where a script comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScriptKind {
    /// It shows how a package is used.
    Example(String),
    /// Its chains are part of a package.
    Chains(String),
    /// It was named on the command line.
    Named,
    /// A module of the standard library.
    Library,
}

impl Catalogue {
    /// The package of this name.
    pub fn package(&self, name: &str) -> Option<&Package> {
        let mut packages = self.packages.iter();
        packages.find(|package| package.manifest.name == name)
    }

    /// Every program and loader.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.packages.iter().flat_map(|package| &package.objects)
    }

    /// The program or loader of a symbol.
    pub fn object(&self, symbol: &str) -> Option<&Object> {
        self.objects().find(|object| object.symbol() == symbol)
    }

    /// The scripts that are for people to read, not for others to import.
    pub fn examples(&self) -> impl Iterator<Item = &Script> {
        let is_one = |script: &&Script| script.kind != ScriptKind::Library;
        self.scripts.iter().filter(is_one)
    }

    /// The modules of the standard library.
    pub fn library(&self) -> impl Iterator<Item = &Script> {
        let is_one = |script: &&Script| script.kind == ScriptKind::Library;
        self.scripts.iter().filter(is_one)
    }

    /// The scripts that use what a symbol names, the shortest first.
    pub fn users(&self, symbol: &str) -> Vec<&Script> {
        let users = self.scripts.iter().filter(|script| script.uses(symbol));
        let mut users: Vec<_> = users.collect();
        users.sort_by_key(|script| (script.source.text().len(), &script.key));
        users
    }
}

impl Object {
    /// `programs.PACKAGE.NAME` or `loaders.PACKAGE.NAME`.
    pub fn symbol(&self) -> String {
        format!("{}.{}.{}", self.folder(), self.package, self.signature.name)
    }

    /// The folder of its page, which is also what it is imported from.
    pub fn folder(&self) -> &'static str {
        match self.signature.kind {
            ObjectKind::Program => "programs",
            ObjectKind::Loader => "loaders",
        }
    }
}

impl Script {
    /// The chain of a symbol.
    pub fn chain(&self, symbol: &str) -> Option<&hir::Chain> {
        let mut chains = self.tree.chains.iter();
        chains.find(|chain| &*chain.symbol.0 == symbol)
    }

    /// Whether it calls or configures what a symbol names.
    pub fn uses(&self, symbol: &str) -> bool {
        let config = &self.tree.config;
        let maps = config.maps.iter().map(|map| &map.owner);
        let settings = config.settings.iter().map(|setting| &setting.owner);
        let loaders = config.attachments.iter().map(|it| &it.loader);
        let externs = self.tree.externs.iter().map(|it| &it.symbol);
        let mut used = externs.chain(maps).chain(settings).chain(loaders);
        used.any(|used| &*used.0 == symbol)
    }

    /// What a chain says of itself; the only one of a script leaves that to the script.
    pub fn chain_doc<'a>(&'a self, chain: &'a hir::Chain) -> &'a str {
        match (&chain.doc[..], self.tree.chains.len()) {
            ("", 1) => &self.tree.doc,
            (doc, _) => doc,
        }
    }

    /// How a chain is called, and what it gives.
    pub fn chain_signature<'a>(&'a self, chain: &'a hir::Chain) -> &'a str {
        let mut signatures = self.signatures.iter();
        let found = signatures.find(|(name, _)| *name == chain.name);
        found.map_or(&chain.name, |(_, signature)| signature)
    }

    /// What it says of itself in short.
    pub fn summary(&self) -> String {
        hike_format::signature::summary(&self.tree.doc)
    }
}

/// How the chains of a script are called.
pub fn signatures(text: &str) -> Vec<(String, String)> {
    let (tokens, _) = lex::lex(text, FileId(0));
    let arena = Arena::new();
    let (tree, _) = parse::parse(&tokens, &arena);
    let interfaces = analyse::chain_interfaces(&tree).into_iter();
    interfaces
        .map(|(name, params, result)| {
            let params: Vec<_> = params.iter().map(ToString::to_string).collect();
            let signature = format!("{name}({}) -> {result}", params.join(", "));
            (name, signature)
        })
        .collect()
}
