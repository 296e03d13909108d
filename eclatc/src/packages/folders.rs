//! Packages in folders, found along a search path.

use super::{Interface, Item, Missing, Packages, ResultKind, SymbolKind};
use crate::analyse;
use crate::lex;
use crate::parse;
use crate::source::FileId;
use crate::syntax::Arena;
use hike_format::package::{Found, Item as Wanted, LookupError};
use hike_format::program::ProgramObject;
use hike_format::signature::{IntType, ObjectKind, Signature};
use hike_format::{ChainObject, PackagePath};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The packages of a search path. What is found is remembered: a change of the files does not
/// show until there is another value of this type.
pub struct Folders<'a> {
    path: &'a PackagePath,
    read: RefCell<BTreeSet<PathBuf>>,
    /// What has been found, by kind, package and name: the scripts of a run ask for the same.
    known: RefCell<BTreeMap<(SymbolKind, String, String), Item>>,
}

impl<'a> Folders<'a> {
    /// Packages along this path.
    pub fn new(path: &'a PackagePath) -> Self {
        Self {
            path,
            read: RefCell::default(),
            known: RefCell::default(),
        }
    }

    /// The files that interfaces were read from.
    pub fn files_read(&self) -> BTreeSet<PathBuf> {
        self.read.borrow().clone()
    }

    fn missing(&self, kind: SymbolKind, package: &str, error: LookupError) -> Missing {
        match error {
            LookupError::Package { searched, .. } => Missing::Package {
                searched: searched.iter().map(|path| folder(path)).collect(),
                packages: self.path.packages(),
            },
            LookupError::Name { searched, name, .. } => Missing::Name {
                searched: searched.iter().map(|path| shown(path)).collect(),
                names: self.path.names(wanted(kind), package).unwrap_or_default(),
                elsewhere: self.elsewhere(kind, &name),
            },
            LookupError::Ambiguous { places, .. } => Missing::Ambiguous {
                places: places.iter().map(|path| shown(path)).collect(),
            },
            LookupError::Manifest { path, message } | LookupError::Read { path, message } => {
                unreadable(&path, message)
            }
            other => unreadable(Path::new(package), other.to_string()),
        }
    }

    /// The object of a chain that has no script, because it was written in C.
    fn compiled(&self, kind: SymbolKind, package: &str, name: &str) -> Option<Found> {
        let is_chain = kind == SymbolKind::Chain;
        let found = is_chain.then(|| self.path.find(Wanted::ChainObject, package, name));
        found?.ok()
    }

    /// Packages that define the name, in the order of their names.
    fn elsewhere(&self, kind: SymbolKind, name: &str) -> Vec<String> {
        let defines = |package: &String| {
            let found = self.path.find(wanted(kind), package, name);
            found.is_ok_and(|found| found.package == *package)
        };
        self.path.packages().into_iter().filter(defines).collect()
    }
}

impl Packages for Folders<'_> {
    fn find(&self, kind: SymbolKind, package: &str, name: &str) -> Result<Item, Missing> {
        let key = (kind, package.to_owned(), name.to_owned());
        if let Some(item) = self.known.borrow().get(&key) {
            return Ok(item.clone());
        }
        let item = self.read(kind, package, name)?;
        self.known.borrow_mut().insert(key, item.clone());
        Ok(item)
    }

    fn having(&self, kind: SymbolKind, name: &str) -> Vec<String> {
        let is_kind = |package: &String| self.find(kind, package, name).is_ok();
        let defining = self.elsewhere(kind, name).into_iter();
        defining.filter(is_kind).collect()
    }
}

impl Folders<'_> {
    /// Looks for something along the path and reads its interface.
    fn read(&self, kind: SymbolKind, package: &str, name: &str) -> Result<Item, Missing> {
        let found = self
            .path
            .find(wanted(kind), package, name)
            .or_else(|error| self.compiled(kind, package, name).ok_or(error))
            .map_err(|error| self.missing(kind, package, error))?;
        self.read.borrow_mut().insert(found.path.clone());
        let interface = match kind {
            SymbolKind::Chain if is_object(&found) => object_interface(&found)?,
            SymbolKind::Chain => chain_interface(&found)?,
            kind => Interface::Object(Arc::new(signature(&found, kind)?)),
        };
        Ok(Item {
            package: found.package,
            interface,
        })
    }
}

fn wanted(kind: SymbolKind) -> Wanted {
    match kind {
        SymbolKind::Chain => Wanted::ChainScript,
        _ => Wanted::Object,
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The folder that holds packages, given the `hike.toml` that was looked for in it.
fn folder(manifest: &Path) -> String {
    let above: PathBuf = manifest.ancestors().skip(2).take(1).collect();
    shown(&above)
}

fn unreadable(path: &Path, reason: String) -> Missing {
    Missing::Unreadable {
        path: shown(path),
        reason,
    }
}

fn signature(found: &Found, kind: SymbolKind) -> Result<Signature, Missing> {
    let object = ProgramObject::parse(found.bytes.clone())
        .map_err(|error| unreadable(&found.path, error.to_string()))?;
    let has = match object.signature.kind {
        ObjectKind::Program => SymbolKind::Program,
        ObjectKind::Loader => SymbolKind::Loader,
    };
    if has != kind {
        return Err(Missing::Kind { found: has });
    }
    Ok(object.signature)
}

fn is_object(found: &Found) -> bool {
    found.path.extension().is_some_and(|it| it == "o")
}

/// The interface of the chain that an object of a package is named after.
fn object_interface(found: &Found) -> Result<Interface, Missing> {
    let object = ChainObject::parse(found.bytes.clone())
        .map_err(|error| unreadable(&found.path, error.to_string()))?;
    let mut chains = object.chains.into_iter();
    let chain = chains
        .find(|chain| chain.symbol.name() == found.name && chain.symbol.package() == found.package);
    let params = chain.and_then(|chain| chain.params).ok_or_else(|| {
        let reason = format!(
            "expected a chain `chains.{}.{}` with type information in it",
            found.package, found.name
        );
        unreadable(&found.path, reason)
    })?;
    let result = ResultKind::Value(IntType::unsigned(64));
    Ok(Interface::Chain { params, result })
}

/// The interface of the chain that a script of a package is named after.
fn chain_interface(found: &Found) -> Result<Interface, Missing> {
    let text = std::str::from_utf8(&found.bytes)
        .map_err(|_| unreadable(&found.path, "expected UTF-8".into()))?;
    let (tokens, _) = lex::lex(text, FileId(0));
    let arena = Arena::new();
    let (script, _) = parse::parse(&tokens, &arena);
    let chain = analyse::chain_interfaces(&script)
        .into_iter()
        .find(|(name, ..)| *name == found.name);
    let (_, params, result) = chain.ok_or_else(|| {
        let reason = format!("expected a chain `{}` in it", found.name);
        unreadable(&found.path, reason)
    })?;
    Ok(Interface::Chain { params, result })
}
