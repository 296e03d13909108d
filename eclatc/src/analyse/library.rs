//! `from std.MODULE import NAME`

use super::globals::{Global, Globals};
use super::{Options, Session};
use crate::diagnostics::headers;
use crate::source::FileId;
use crate::syntax::{Arena, Import, Stmt, StmtKind};
use crate::{lex, parse, stdlib};
use std::collections::BTreeMap;

/// The first word of imports from the standard library.
pub const STD: &str = "std";

impl<'s> Session<'_, 's> {
    /// Defines what a script imports from the standard library.
    pub fn import_std(&mut self, import: &Import<'s>) {
        let words: Vec<&str> = import.package.iter().map(|part| part.text).collect();
        let module = words.join(".");
        let Some(text) = stdlib::text(&module) else {
            self.unknown_module(import, &module);
            return self.poison(import);
        };
        let arena = Arena::new();
        let names = self.module(&module, text, &arena);
        for name in &import.names {
            let found = names
                .peek(name.name.text)
                .and_then(|found| taken(&found.global));
            let global = found.unwrap_or_else(|| {
                let known = names.iter().map(|(name, _)| name);
                let near = self.nearest(name.name.text, known);
                let problem = headers::not_in_module(name.name.span, &module, name.name.text, near);
                self.report(problem);
                Global::Poisoned
            });
            let name = name.alias.unwrap_or(name.name);
            self.from_std.insert(name.text);
            self.define(name, global);
        }
    }

    fn unknown_module(&mut self, import: &Import<'s>, module: &str) {
        let known: Vec<&str> = stdlib::modules().collect();
        let near = self.nearest(module, known.iter().copied());
        let whole = import.package.first().zip(import.package.last());
        let span = whole.map_or(import.kind.span, |(first, last)| first.span.to(last.span));
        self.report(headers::unknown_module(span, module, near, &known));
    }

    /// What a module defines. Its own imports of programs matter only when it is compiled.
    fn module<'a>(&self, module: &str, text: &'a str, arena: &'a Arena) -> Globals<'a> {
        let (tokens, _) = lex::lex(text, FileId(0));
        let (script, _) = parse::parse(&tokens, arena);
        let package = stdlib::package(module);
        let defines = BTreeMap::new();
        let options = Options {
            package: &package,
            defines: &defines,
            packages: self.options.packages,
        };
        let mut session = Session::new(options);
        let items: Vec<Stmt<'a>> = script
            .items
            .into_iter()
            .filter(|item| !is_import_of_programs(item))
            .collect();
        session.collect(&items);
        session.globals
    }
}

fn is_import_of_programs(item: &Stmt<'_>) -> bool {
    matches!(&item.kind, StmtKind::Import(import) if import.kind.text != STD)
}

/// A definition of a module as one of the script.
fn taken<'s>(global: &Global<'_>) -> Option<Global<'s>> {
    match global {
        Global::Constant(value) => Some(Global::Constant(*value)),
        Global::Header(layout) => Some(Global::Header(layout.clone())),
        Global::Chain(chain) => Some(Global::Chain(chain.clone())),
        _ => None,
    }
}
