//! The page of a script, or of a module of the standard library.

use super::{Page, parts};
use crate::doc::calls::calls;
use crate::doc::html::section;
use crate::doc::layout::Direction;
use crate::doc::links::{Links, chain_path};
use crate::doc::model::{Script, ScriptKind};
use crate::doc::svg::Name;

/// The page.
pub fn script(script: &Script, links: &Links<'_>) -> Page {
    let links = &links.of(script);
    let name = Name {
        title: "Who calls whom: loaders, chains, programs",
        id: "calls",
    };
    let graph = calls(script, None, links);
    let figure = parts::figure(&graph, Direction::Right, name, links);
    let body = [
        parts::title(&parts::kind(script), &script.key),
        parts::doc(&script.tree.doc, links),
        section("chains", "Chains", &parts::chain_rows(script, links)),
        section("calls", "Calls", &figure),
        section("source", "Source", &parts::source(script, links)),
    ];
    Page {
        title: script.key.clone(),
        above: above(script, links),
        beside: beside(script, links),
        body: body.concat(),
        root: links.root,
    }
}

/// The way to a script.
pub fn above(script: &Script, links: &Links<'_>) -> Vec<(String, String)> {
    match &script.kind {
        ScriptKind::Example(package) | ScriptKind::Chains(package) => {
            super::package::above(package, links)
        }
        _ => vec![("Catalogue".to_owned(), links.page("index.html"))],
    }
}

/// The chains of a script.
pub fn beside(script: &Script, links: &Links<'_>) -> Option<(String, Vec<(String, String)>)> {
    let chains = script.tree.chains.iter().map(|chain| {
        let href = links.page(chain_path(script, &chain.name));
        (chain.name.clone(), href)
    });
    let chains: Vec<_> = chains.collect();
    (chains.len() > 1).then(|| (script.key.clone(), chains))
}
