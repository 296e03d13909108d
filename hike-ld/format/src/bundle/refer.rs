//! Names in a manifest: every symbol is of the right kind, once, and has its object.

use std::collections::{BTreeMap, BTreeSet};

use super::BundleError;
use crate::manifest::{Manifest, MemberKind};
use crate::script::Value;
use crate::symbol::{Symbol, SymbolKind};

/// Checks what a manifest says of symbols against itself.
pub(super) fn check_references(manifest: &Manifest) -> Result<(), BundleError> {
    let members = manifest.members.iter();
    let kinds = members
        .map(|member| (member.path.as_str(), member.kind))
        .collect();
    let mut known = Known {
        kinds,
        symbols: BTreeSet::new(),
    };
    for chain in &manifest.chains {
        known.define(SymbolKind::Chain, &chain.symbol, &chain.object)?;
    }
    for program in &manifest.programs {
        known.define(SymbolKind::Program, &program.symbol, &program.object)?;
    }
    for loader in &manifest.loaders {
        known.define(SymbolKind::Loader, &loader.symbol, &loader.object)?;
    }
    known.check_uses(manifest)
}

struct Known<'a> {
    kinds: BTreeMap<&'a str, MemberKind>,
    symbols: BTreeSet<&'a Symbol>,
}

impl<'a> Known<'a> {
    fn define(
        &mut self,
        kind: SymbolKind,
        symbol: &'a Symbol,
        object: &str,
    ) -> Result<(), BundleError> {
        if symbol.kind() != kind {
            return wrong(symbol, "is in the list of another kind");
        }
        if !self.symbols.insert(symbol) {
            return wrong(symbol, "is there twice");
        }
        let kind = match kind {
            SymbolKind::Chain => MemberKind::Chain,
            SymbolKind::Program => MemberKind::Program,
            SymbolKind::Loader => MemberKind::Loader,
        };
        if self.kinds.get(object) != Some(&kind) {
            return Err(BundleError::Reference {
                symbol: symbol.clone(),
                object: object.to_owned(),
                kind,
            });
        }
        Ok(())
    }

    fn check_uses(&self, manifest: &Manifest) -> Result<(), BundleError> {
        for assignment in &manifest.maps {
            self.owner(&assignment.owner)?;
            for entry in &assignment.entries {
                self.value(&entry.key)?;
                self.value(&entry.value)?;
            }
        }
        for setting in &manifest.config {
            self.owner(&setting.owner)?;
        }
        for attachment in &manifest.attach {
            self.used(&attachment.loader)?;
            if attachment.loader.kind() != SymbolKind::Loader {
                return wrong(&attachment.loader, "is attached, but no chain loader");
            }
        }
        Ok(())
    }

    fn owner(&self, symbol: &Symbol) -> Result<(), BundleError> {
        if symbol.kind() == SymbolKind::Chain {
            return wrong(symbol, "is configured, but a chain");
        }
        self.used(symbol)
    }

    /// Lists nest no deeper than the JSON reader allows.
    fn value(&self, value: &Value) -> Result<(), BundleError> {
        match value {
            Value::Chain(symbol) => self.used(symbol),
            Value::List(values) => values.iter().try_for_each(|value| self.value(value)),
            Value::Number(_) | Value::Text(_) => Ok(()),
        }
    }

    fn used(&self, symbol: &Symbol) -> Result<(), BundleError> {
        if self.symbols.contains(symbol) {
            return Ok(());
        }
        wrong(symbol, "is used, but not in the bundle")
    }
}

fn wrong(symbol: &Symbol, problem: &'static str) -> Result<(), BundleError> {
    Err(BundleError::Symbol {
        symbol: symbol.clone(),
        problem,
    })
}
