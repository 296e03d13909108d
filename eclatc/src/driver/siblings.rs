//! The scripts of one command see one another's chains before those of packages.

use super::unit::Unit;
use crate::packages::{Interface, Item, Missing, Packages, SymbolKind};
use crate::{analyse, lex, parse};
use std::collections::BTreeMap;

/// Chains of the scripts of a command, then packages.
pub struct Siblings<'a> {
    chains: BTreeMap<(String, String), Item>,
    packages: &'a dyn Packages,
}

impl<'a> Siblings<'a> {
    /// The chains of these scripts, then those of packages.
    pub fn new(units: &[Unit], packages: &'a dyn Packages) -> Self {
        Self {
            chains: units.iter().flat_map(chains).collect(),
            packages,
        }
    }

    /// Whether a chain is one of the scripts'.
    pub fn has(&self, package: &str, name: &str) -> bool {
        self.chains
            .contains_key(&(package.to_owned(), name.to_owned()))
    }
}

/// The interfaces of the chains of a script.
fn chains(unit: &Unit) -> Vec<((String, String), Item)> {
    let (tokens, _) = lex::lex(unit.sources.file(unit.file).text(), unit.file);
    let (tree, _) = parse::parse(&tokens);
    let interfaces = analyse::chain_interfaces(&tree).into_iter();
    interfaces
        .map(|(name, params, result)| {
            let key = (unit.package.clone(), name);
            let item = Item {
                package: unit.package.clone(),
                interface: Interface::Chain { params, result },
            };
            (key, item)
        })
        .collect()
}

impl Packages for Siblings<'_> {
    fn find(&self, kind: SymbolKind, package: &str, name: &str) -> Result<Item, Missing> {
        let key = (package.to_owned(), name.to_owned());
        match self.chains.get(&key) {
            Some(item) if kind == SymbolKind::Chain => Ok(item.clone()),
            _ => self.packages.find(kind, package, name),
        }
    }

    fn having(&self, kind: SymbolKind, name: &str) -> Vec<String> {
        let own = self.chains.keys().filter(|key| key.1 == name);
        let own = own.filter(|_| kind == SymbolKind::Chain);
        let own = own.map(|key| key.0.clone());
        own.chain(self.packages.having(kind, name)).collect()
    }
}
