//! Packages that are only values, for tests.

use super::{Interface, Item, Missing, Packages, SymbolKind};
use hike_format::signature::{ObjectKind, Signature};
use std::collections::BTreeMap;
use std::sync::Arc;

type Key = (SymbolKind, String, String);

/// Packages by name.
#[derive(Clone, Debug, Default)]
pub struct InMemory {
    items: BTreeMap<Key, Item>,
    reexports: BTreeMap<String, Vec<String>>,
}

impl InMemory {
    /// Adds a program or loader to a package.
    pub fn add(&mut self, package: &str, signature: Signature) {
        let kind = match signature.kind {
            ObjectKind::Program => SymbolKind::Program,
            ObjectKind::Loader => SymbolKind::Loader,
        };
        let key = (kind, package.to_owned(), signature.name.clone());
        let item = Item {
            package: package.to_owned(),
            interface: Interface::Object(Arc::new(signature)),
        };
        self.items.insert(key, item);
    }

    /// Makes a package give away all that others define.
    pub fn reexport(&mut self, package: &str, others: &[&str]) {
        let others = others.iter().map(|other| (*other).to_owned()).collect();
        self.reexports.insert(package.to_owned(), others);
    }

    fn packages(&self) -> Vec<String> {
        let defined = self.items.keys().map(|(_, package, _)| package);
        let mut all: Vec<_> = defined.chain(self.reexports.keys()).cloned().collect();
        all.sort();
        all.dedup();
        all
    }

    fn providers<'a>(&'a self, package: &'a str) -> Vec<&'a str> {
        let others = self.reexports.get(package);
        let others = others.into_iter().flatten().map(String::as_str);
        std::iter::once(package).chain(others).collect()
    }

    /// What a name is, when it is no `kind` but something else that a script imports.
    fn other_kind(&self, kind: SymbolKind, name: &str, providers: &[&str]) -> Option<SymbolKind> {
        let keys = self.items.keys();
        let mut given = keys.filter(|key| key.2 == name && providers.contains(&key.1.as_str()));
        given.find(|key| key.0 != kind).map(|key| key.0)
    }

    fn absent(&self, kind: SymbolKind, name: &str, providers: &[&str]) -> Missing {
        let of_kind = || self.items.keys().filter(|key| key.0 == kind);
        let given = of_kind().filter(|key| providers.contains(&key.1.as_str()));
        let elsewhere = of_kind().filter(|key| key.2 == name);
        Missing::Name {
            searched: providers
                .iter()
                .map(|package| format!("memory/{package}"))
                .collect(),
            names: given.map(|key| key.2.clone()).collect(),
            elsewhere: elsewhere.map(|key| key.1.clone()).collect(),
        }
    }
}

impl Packages for InMemory {
    fn find(&self, kind: SymbolKind, package: &str, name: &str) -> Result<Item, Missing> {
        let packages = self.packages();
        if !packages.iter().any(|known| known == package) {
            let searched = vec!["memory".to_owned()];
            return Err(Missing::Package { searched, packages });
        }
        let providers = self.providers(package);
        let wanted =
            |key: &&Key| key.0 == kind && key.2 == name && providers.contains(&key.1.as_str());
        let found: Vec<_> = self.items.keys().filter(wanted).collect();
        match found.as_slice() {
            [one] => Ok(self.items[*one].clone()),
            [] => Err(match self.other_kind(kind, name, &providers) {
                Some(found) => Missing::Kind { found },
                None => self.absent(kind, name, &providers),
            }),
            several => Err(Missing::Ambiguous {
                places: several
                    .iter()
                    .map(|key| format!("memory/{}", key.1))
                    .collect(),
            }),
        }
    }

    fn having(&self, kind: SymbolKind, name: &str) -> Vec<String> {
        let keys = self.items.keys();
        let having = keys.filter(|key| key.0 == kind && key.2 == name);
        having.map(|key| key.1.clone()).collect()
    }
}
