//! The page of a chain.

use super::{Page, parts};
use crate::doc::calls::{callees, calls};
use crate::doc::flow::flow;
use crate::doc::html::{code, link, section};
use crate::doc::layout::Direction;
use crate::doc::links::{Links, script_path};
use crate::doc::model::Script;
use crate::doc::svg::Name;
use crate::hir::Chain;

/// The page.
pub fn chain(script: &Script, chain: &Chain, links: &Links<'_>) -> Page {
    let (outside, links) = (*links, &links.of(script));
    let href = links.page(script_path(script));
    let calls_name = Name {
        title: "Who calls whom: loaders, chains, programs",
        id: "calls",
    };
    let called = parts::rows(callees(chain).iter().map(|it| parts::symbol_row(it, links)));
    let call_graph = calls(script, Some(chain), links);
    let call_figure = parts::figure(&call_graph, Direction::Right, calls_name, links);
    let flow_name = Name {
        title: "Control flow: where the chain goes on, and when",
        id: "flow",
    };
    let flow_figure = parts::figure(&flow(script, chain), Direction::Down, flow_name, links);
    let body = [
        parts::title("chain", &chain.name),
        parts::signature(&format!("def {}", script.chain_signature(chain)), &outside),
        parts::doc(script.chain_doc(chain), links),
        section("flow", "Control flow", &flow_figure),
        section("calls", "Calls", &(call_figure + &called)),
        format!(
            "<p class=\"fine\">Line {} of {}.</p>\n",
            script.source.line_column(chain.span.start).line,
            link(Some(&href), &code(&script.key))
        ),
    ];
    let mut above = super::script::above(script, links);
    above.push((script.key.clone(), href));
    Page {
        title: chain.name.clone(),
        above,
        beside: super::script::beside(script, links),
        body: body.concat(),
        root: links.root,
    }
}
