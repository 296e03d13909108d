//! Names and types: the syntax tree to the typed tree.
//!
//! `globals` collects what the script and its imports define; `chain` and `statement`
//! walk one chain after the other, `expression`, `call` and `operation` give every
//! expression its type, `constant` and `convert` fold and narrow; `configuration` reads
//! map and attach lines. `assigned` and `paths` then look at the typed tree alone.
//!
//! An expression that is wrong gives `None` once it has been reported, and whatever depends
//! on it stays silent.

mod advice;
mod assigned;
mod assignment;
mod call;
mod chain;
mod configuration;
mod constant;
mod convert;
mod datum;
mod expression;
mod globals;
mod imports;
mod layout;
mod library;
mod names;
mod operation;
mod packet;
mod paths;
mod scope;
mod statement;
mod variables;

use crate::diagnostic::{self, Diagnostic};
use crate::hir;
use crate::packages::Packages;
use crate::source::{FileId, Span};
use crate::syntax;
use globals::Globals;
use hike_format::signature::{Param, ResultKind};
use packet::PACKET_FUNCTIONS;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What analysis must know besides the script.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// The package of the script.
    pub package: &'a str,
    /// `-D NAME=VALUE`
    pub defines: &'a BTreeMap<String, String>,
    /// Where imports come from.
    pub packages: &'a dyn Packages,
}

/// The typed tree of a script and what is wrong with it. With errors among the problems the
/// tree is incomplete and must not be lowered.
pub fn analyse(
    script: &syntax::Script<'_>,
    file: FileId,
    options: Options<'_>,
) -> (hir::Script, Vec<Diagnostic>) {
    let mut session = Session::new(options);
    session.remember_import_place(&script.items);
    session.collect(&script.items);
    let chains = session.chains(&script.items);
    let config = session.configuration(&script.items);
    session.check_paths(&chains, &config);
    session.unused_imports();
    let mut problems = session.problems;
    diagnostic::settle(&mut problems);
    let script = hir::Script {
        package: options.package.to_owned(),
        file,
        doc: chain::doc_string(&script.items),
        chains,
        externs: session.externs.into_values().collect(),
        called: session.called,
        config,
    };
    (script, problems)
}

/// The interfaces of the chains of a script: name, parameters, result.
pub fn chain_interfaces(script: &syntax::Script<'_>) -> Vec<(String, Vec<Param>, ResultKind)> {
    let defs = script.items.iter().filter_map(|item| match &item.kind {
        syntax::StmtKind::Def(def) => Some(def),
        _ => None,
    });
    let interface = |def: &syntax::Def<'_>| {
        let (params, result) = chain::interface(def);
        (def.name.text.to_owned(), params, result)
    };
    defs.map(interface).collect()
}

/// The state of one analysis.
struct Session<'a, 's> {
    options: Options<'a>,
    /// Where symbols are put together: `chains.PACKAGE.`, then a name.
    symbol: String,
    /// So much of it belongs to all chains of the script.
    own_prefix: usize,
    globals: Globals<'s>,
    externs: BTreeMap<hir::Symbol, hir::Extern>,
    /// Chains of the script that its chains call.
    called: BTreeSet<hir::Symbol>,
    /// The interfaces of the packet's functions that have been called.
    packet_functions: [Option<Rc<hir::Extern>>; PACKET_FUNCTIONS],
    /// A line of a chain could not be read: it may have used what seems unused.
    broken_chain: bool,
    /// Names imported from the standard library.
    from_std: BTreeSet<&'s str>,
    /// Chains whose results are used, and where first.
    results_used: BTreeMap<hir::Symbol, Span>,
    /// Where an import can be added.
    import_place: Option<Span>,
    problems: Vec<Diagnostic>,
}

/// After so many problems no near names are looked for: that takes time, and nobody reads it.
const MAX_SUGGESTIONS: usize = 100;

impl<'a> Session<'a, '_> {
    fn new(options: Options<'a>) -> Self {
        let symbol = format!("chains.{}.", options.package);
        Self {
            options,
            own_prefix: symbol.len(),
            symbol,
            globals: Globals::default(),
            externs: BTreeMap::new(),
            called: BTreeSet::new(),
            packet_functions: Default::default(),
            broken_chain: false,
            from_std: BTreeSet::new(),
            results_used: BTreeMap::new(),
            import_place: None,
            problems: Vec::new(),
        }
    }

    /// The candidate that was probably meant by a name.
    fn nearest<'n>(
        &self,
        name: &str,
        candidates: impl Iterator<Item = &'n str>,
    ) -> Option<&'n str> {
        match self.problems.len() > MAX_SUGGESTIONS {
            true => None,
            false => hike_format::nearest(name, candidates),
        }
    }

    fn report(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// Reports, and stands for the value that could not be made.
    fn fail<T>(&mut self, problem: Diagnostic) -> Option<T> {
        self.problems.push(problem);
        None
    }
}
