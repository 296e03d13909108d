//! `from KIND.PACKAGE import NAME`

use super::globals::{Global, Object};
use super::library::STD;
use super::{MAX_SUGGESTIONS, Session};
use crate::diagnostics::{flow, names};
use crate::hir::{Extern, Symbol};
use crate::packages::{Interface, Item, SymbolKind};
use crate::syntax::{Ident, Import, ImportName};
use std::cell::Cell;
use std::rc::Rc;

/// The first words of imports.
const KINDS: [(&str, SymbolKind); 4] = [
    ("programs", SymbolKind::Program),
    ("prog", SymbolKind::Program),
    ("loaders", SymbolKind::Loader),
    ("chains", SymbolKind::Chain),
];

impl<'s> Session<'_, 's> {
    /// Finds what an import names and defines it.
    pub fn import(&mut self, import: &Import<'s>) {
        if import.kind.text == STD {
            return self.import_std(import);
        }
        let kind = KINDS.iter().find(|(word, _)| *word == import.kind.text);
        let Some(&(_, kind)) = kind else {
            self.unknown_kind(import.kind);
            return self.poison(import);
        };
        let package: Vec<&str> = import.package.iter().map(|part| part.text).collect();
        let package = package.join(".");
        let mut package_unknown = false;
        for name in &import.names {
            let hopeless = package_unknown || self.problems.len() > MAX_SUGGESTIONS;
            let global = match hopeless {
                true => Global::Poisoned,
                false => self.imported(import, kind, &package, name, &mut package_unknown),
            };
            self.define_import(name.alias.unwrap_or(name.name), global);
        }
    }

    fn unknown_kind(&mut self, kind: Ident<'s>) {
        let words = KINDS.iter().map(|(word, _)| *word).chain([STD]);
        let near = hike_format::nearest(kind.text, words);
        self.report(names::unknown_kind(kind.span, kind.text, near));
    }

    /// Silences what would follow from a wrong import.
    pub fn poison(&mut self, import: &Import<'s>) {
        for name in &import.names {
            self.define_import(name.alias.unwrap_or(name.name), Global::Poisoned);
        }
    }

    /// Importing the same thing twice under one name is no mistake.
    fn define_import(&mut self, name: Ident<'s>, global: Global<'s>) {
        let symbol = global.symbol();
        let before = self.globals.peek(name.text);
        let same = before.is_some_and(|before| match symbol {
            Some(symbol) => before.global.symbol() == Some(symbol),
            None => matches!(global, Global::Poisoned),
        });
        if !same {
            self.define(name, global);
        }
    }

    fn imported(
        &mut self,
        import: &Import<'s>,
        kind: SymbolKind,
        package: &str,
        name: &ImportName<'s>,
        package_unknown: &mut bool,
    ) -> Global<'s> {
        let name = name.name;
        match self.options.packages.find(kind, package, name.text) {
            Ok(item) => global_of(kind, name.text, item),
            Err(why) => {
                *package_unknown = matches!(why, crate::packages::Missing::Package { .. });
                let whole = import.package.first().zip(import.package.last());
                let package_span = whole.map(|(first, last)| first.span.to(last.span));
                let span = if *package_unknown { package_span } else { None };
                let span = span.unwrap_or(name.span);
                let problem = names::missing(span, kind, package, name.text, &why);
                self.report(match import.names.as_slice() {
                    [_] => names::imported_from(problem, import.kind.span, package_span, &why),
                    _ => problem,
                });
                Global::Poisoned
            }
        }
    }

    /// Warns of imports that nothing has used.
    pub fn unused_imports(&mut self) {
        let own = &self.symbol[..self.own_prefix];
        let unused: Vec<_> = self
            .globals
            .iter()
            .filter(|(name, definition)| {
                let imported = || definition.global.is_import(own);
                !definition.used && (imported() || self.from_std.contains(name))
            })
            .map(|(name, definition)| flow::unused_import(definition.span, name))
            .collect();
        if !self.globals.broken && !self.broken_chain {
            self.problems.extend(unused);
        }
    }
}

impl Global<'_> {
    /// Its symbol, when it has one.
    pub fn symbol(&self) -> Option<&Symbol> {
        match self {
            Self::Program(object) | Self::Loader(object) => Some(&object.callee.symbol),
            Self::Chain(callee) => Some(&callee.symbol),
            _ => None,
        }
    }

    /// Whether it is from elsewhere; `own` is what the symbols of the script begin with.
    fn is_import(&self, own: &str) -> bool {
        self.symbol()
            .is_some_and(|symbol| !symbol.0.starts_with(own))
    }
}

fn global_of<'s>(kind: SymbolKind, name: &str, item: Item) -> Global<'s> {
    let symbol = Symbol::new(format!("{}.{}.{name}", kind.prefix(), item.package));
    match item.interface {
        Interface::Chain { params, result } => Global::Chain(Rc::new(Extern {
            symbol,
            params,
            result,
        })),
        Interface::Object(signature) => {
            let callee = Extern {
                symbol,
                params: signature.params.clone(),
                result: signature.result,
            };
            let object = Rc::new(Object {
                callee,
                signature,
                called: Cell::new(false),
            });
            match kind {
                SymbolKind::Loader => Global::Loader(object),
                _ => Global::Program(object),
            }
        }
    }
}
