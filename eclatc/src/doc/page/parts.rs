//! What several pages have.

use crate::doc::Script;
use crate::doc::graph::Graph;
use crate::doc::html::{attribute, code, escape, link};
use crate::doc::layout::Direction;
use crate::doc::links::{Links, chain_path, script_path};
use crate::doc::model::{Object, ScriptKind};
use crate::doc::svg::{Name, draw};
use crate::doc::{highlight, markdown};

/// The head of a page: what the thing is, and its name.
pub fn title(kind: &str, name: &str) -> String {
    format!(
        "<p class=\"kind\">{}</p>\n<h1>{}</h1>\n",
        escape(kind),
        escape(name)
    )
}

/// A documentation.
pub fn doc(text: &str, links: &Links<'_>) -> String {
    match text.trim() {
        "" => String::new(),
        text => format!(
            "<div class=\"doc\">\n{}</div>\n",
            markdown::html(text, links)
        ),
    }
}

/// Code in a box, as it is written in a script.
pub fn signature(text: &str, links: &Links<'_>) -> String {
    let code = highlight::html(text, links);
    format!("<pre class=\"signature\"><code>{code}</code></pre>\n")
}

/// A whole script.
pub fn source(script: &Script, links: &Links<'_>) -> String {
    let links = links.of(script);
    markdown::code_block(script.source.text(), &links)
}

/// A drawing that can be moved when it is wider than the page.
pub fn figure(graph: &Graph, direction: Direction, name: Name<'_>, links: &Links<'_>) -> String {
    if graph.edges.is_empty() {
        return String::new();
    }
    let svg = draw(graph, direction, name, links);
    let title = attribute(name.title);
    format!("<figure tabindex=\"0\" aria-label=\"{title}\">\n{svg}</figure>\n")
}

/// A row of a list: a name with what it says in short.
pub struct Row {
    /// HTML.
    pub name: String,
    /// HTML.
    pub text: String,
}

/// A list of names and what they say.
pub fn rows(rows: impl IntoIterator<Item = Row>) -> String {
    let rows: String = rows
        .into_iter()
        .map(|Row { name, text }| format!("<dt>{name}</dt>\n<dd>{text}</dd>\n"))
        .collect();
    match &rows[..] {
        "" => rows,
        rows => format!("<dl class=\"rows\">\n{rows}</dl>\n"),
    }
}

/// The row of a program or loader.
pub fn object_row(object: &Object, links: &Links<'_>) -> Row {
    let signature = object.signature.to_string();
    let (name, rest) = signature.split_at(object.signature.name.len());
    let href = links.symbol(&object.symbol());
    Row {
        name: format!(
            "<code>{}<span class=\"rest\">{}</span></code>",
            link(href.as_deref(), &escape(name)),
            escape(rest)
        ),
        text: markdown::inline(&object.signature.summary(), links),
    }
}

/// The row of a script.
pub fn script_row(script: &Script, links: &Links<'_>) -> Row {
    let href = links.page(script_path(script));
    Row {
        name: link(Some(&href), &code(&script.key)),
        text: markdown::inline(&script.summary(), links),
    }
}

/// The rows of the chains of a script.
pub fn chain_rows(script: &Script, links: &Links<'_>) -> String {
    rows(script.tree.chains.iter().map(|chain| {
        let href = links.page(chain_path(script, &chain.name));
        let signature = script.chain_signature(chain);
        let (name, rest) = signature.split_at(chain.name.len());
        let summary = hike_format::signature::summary(script.chain_doc(chain));
        Row {
            name: format!(
                "<code>{}<span class=\"rest\">{}</span></code>",
                link(Some(&href), &escape(name)),
                escape(rest)
            ),
            text: markdown::inline(&summary, links),
        }
    }))
}

/// The row of what a symbol names; without a page of its own it is the symbol.
pub fn symbol_row(symbol: &str, links: &Links<'_>) -> Row {
    if let Some(object) = links.catalogue.object(symbol) {
        return object_row(object, links);
    }
    let (_, name) = symbol.rsplit_once('.').unwrap_or(("", symbol));
    let scripts = links.script.into_iter().chain(&links.catalogue.scripts);
    let mut chains = scripts.filter_map(|script| script.chain(symbol));
    let summary = chains
        .next()
        .map(|chain| hike_format::signature::summary(&chain.doc));
    Row {
        name: link(links.symbol(symbol).as_deref(), &code(name)),
        text: markdown::inline(&summary.unwrap_or_default(), links),
    }
}

/// What a script is to a reader.
pub fn kind(script: &Script) -> String {
    match &script.kind {
        ScriptKind::Example(package) => format!("example of package {package}"),
        ScriptKind::Chains(package) => format!("chains of package {package}"),
        ScriptKind::Named => "script".to_owned(),
        ScriptKind::Library => "module of the standard library".to_owned(),
    }
}

/// A table; nothing without rows. Cells are HTML.
pub fn table<const N: usize>(head: [&str; N], rows: Vec<[String; N]>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let head: String = head
        .iter()
        .map(|cell| format!("<th scope=\"col\">{cell}</th>"))
        .collect();
    let rows: String = rows
        .iter()
        .map(|row| {
            let cells: String = row.iter().map(|cell| format!("<td>{cell}</td>")).collect();
            format!("<tr>{cells}</tr>\n")
        })
        .collect();
    format!(
        "<div class=\"scroll\"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}
