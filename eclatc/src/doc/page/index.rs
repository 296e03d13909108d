//! The first page: everything there is, and what the search looks through.

use super::{Page, parts};
use crate::doc::Catalogue;
use crate::doc::html::{code, link, section};
use crate::doc::links::Links;
use crate::doc::model::Package;
use crate::doc::{markdown, search};

/// The page.
pub fn index(catalogue: &Catalogue) -> Page {
    let links = Links {
        root: "",
        ..Links::new(catalogue)
    };
    let scripts =
        |title: &str, id: &str, rows: Vec<parts::Row>| section(id, title, &parts::rows(rows));
    let examples = catalogue
        .examples()
        .map(|script| parts::script_row(script, &links));
    let library = catalogue
        .library()
        .map(|script| parts::script_row(script, &links));
    let packages = catalogue
        .packages
        .iter()
        .map(|package| package_part(package, &links));
    let body = [
        "<h1>What there is to call</h1>\n".to_owned(),
        lead(catalogue),
        "<div id=\"results\" hidden=\"hidden\" aria-live=\"polite\"></div>\n<div id=\"all\">\n"
            .to_owned(),
        packages.collect(),
        scripts("Scripts", "scripts", examples.collect()),
        scripts("Standard library", "library", library.collect()),
        section(
            "messages",
            "Messages",
            "<p>Each message of the compiler has <a href=\"diagnostics/index.html\">a page</a> with an example and what to do.</p>\n",
        ),
        "</div>\n".to_owned(),
        format!(
            "<script type=\"application/json\" id=\"index\">{}</script>\n",
            search::index(&links)
        ),
    ];
    Page {
        title: "Hike catalogue".to_owned(),
        body: body.concat(),
        ..Page::default()
    }
}

fn lead(catalogue: &Catalogue) -> String {
    let chains = catalogue.examples().map(|script| script.tree.chains.len());
    format!(
        "<p class=\"lead\">{} programs and loaders in {} packages, and {} chains that show how they are put together.</p>\n",
        catalogue.objects().count(),
        catalogue.packages.len(),
        chains.sum::<usize>()
    )
}

fn package_part(package: &Package, links: &Links<'_>) -> String {
    let manifest = &package.manifest;
    let name = &manifest.name;
    let rows = package
        .objects
        .iter()
        .map(|object| parts::object_row(object, links));
    let others = manifest.reexports.iter();
    let others: Vec<_> = others
        .map(|other| link(links.package(other).as_deref(), &code(other)))
        .collect();
    let gives = match others.len() {
        0 => String::new(),
        _ => format!("<p>Gives out {}.</p>\n", others.join(", ")),
    };
    let sentence = super::package::sentence(&manifest.description);
    format!(
        "<section class=\"package\">\n<h2>{}</h2>\n<p>{}</p>\n{gives}{}</section>\n",
        link(links.package(name).as_deref(), &code(name)),
        markdown::inline(&sentence, links),
        parts::rows(rows)
    )
}
