//! The scripts of one command see one another's chains before those of packages.

use super::unit::Unit;
use crate::packages::{Interface, Item, Missing, Packages, SymbolKind};
use crate::source::{FileId, SourceFile};
use crate::syntax::Arena;
use crate::{analyse, lex, parse};
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// Chains of the scripts of a command, then packages.
pub struct Siblings<'a> {
    scripts: Vec<Script>,
    packages: &'a dyn Packages,
}

/// A script, which is read only when another one asks for its chains.
struct Script {
    package: String,
    file: SourceFile,
    chains: OnceCell<BTreeMap<String, Item>>,
}

impl<'a> Siblings<'a> {
    /// The chains of these scripts, then those of packages.
    pub fn new(units: &[Unit], packages: &'a dyn Packages) -> Self {
        let scripts = units.iter().map(|unit| Script {
            package: unit.package.clone(),
            file: unit.sources.file(unit.file).clone(),
            chains: OnceCell::new(),
        });
        Self {
            scripts: scripts.collect(),
            packages,
        }
    }

    /// Whether a chain is one of the scripts'.
    pub fn has(&self, package: &str, name: &str) -> bool {
        self.chain(package, name).is_some()
    }

    /// A chain of the scripts; of two of one name, that of the last.
    fn chain(&self, package: &str, name: &str) -> Option<&Item> {
        let of_package = |script: &&Script| script.package == package;
        let mut scripts = self.scripts.iter().rev().filter(of_package);
        scripts.find_map(|script| script.chain(name))
    }
}

impl Script {
    fn chain(&self, name: &str) -> Option<&Item> {
        self.chains.get_or_init(|| chains(self)).get(name)
    }
}

/// The interfaces of the chains of a script.
fn chains(script: &Script) -> BTreeMap<String, Item> {
    let (tokens, _) = lex::lex(script.file.text(), FileId(0));
    let arena = Arena::new();
    let (tree, _) = parse::parse(&tokens, &arena);
    let interfaces = analyse::chain_interfaces(&tree).into_iter();
    interfaces
        .map(|(name, params, result)| {
            let item = Item {
                package: script.package.clone(),
                interface: Interface::Chain { params, result },
            };
            (name, item)
        })
        .collect()
}

impl Packages for Siblings<'_> {
    fn find(&self, kind: SymbolKind, package: &str, name: &str) -> Result<Item, Missing> {
        let chain = match kind {
            SymbolKind::Chain => self.chain(package, name),
            SymbolKind::Program | SymbolKind::Loader => None,
        };
        match chain {
            Some(item) => Ok(item.clone()),
            None => self.packages.find(kind, package, name),
        }
    }

    fn having(&self, kind: SymbolKind, name: &str) -> Vec<String> {
        let has = |script: &&Script| kind == SymbolKind::Chain && script.chain(name).is_some();
        let own = self.scripts.iter().filter(has);
        let own = own.map(|script| script.package.clone());
        own.chain(self.packages.having(kind, name)).collect()
    }
}
