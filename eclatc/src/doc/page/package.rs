//! The page of a package.

use super::{Page, parts};
use crate::doc::html::{code, escape, link, section};
use crate::doc::links::Links;
use crate::doc::markdown;
use crate::doc::model::{Package, ScriptKind};
use hike_format::signature::ObjectKind;

/// The page.
pub fn package(package: &Package, links: &Links<'_>) -> Page {
    let manifest = &package.manifest;
    let list = |kind| {
        let objects = package.objects.iter();
        let objects = objects.filter(move |object| object.signature.kind == kind);
        parts::rows(objects.map(|object| parts::object_row(object, links)))
    };
    let scripts = |wanted: ScriptKind| {
        let scripts = links.catalogue.scripts.iter();
        let scripts = scripts.filter(move |script| script.kind == wanted);
        parts::rows(scripts.map(|script| parts::script_row(script, links)))
    };
    let name = &manifest.name;
    let body = [
        parts::title("package", name),
        format!(
            "<p class=\"lead\">{}</p>\n",
            markdown::inline(&sentence(&manifest.description), links)
        ),
        reexports(package, links),
        section("programs", "Programs", &list(ObjectKind::Program)),
        section("loaders", "Chain loaders", &list(ObjectKind::Loader)),
        section(
            "chains",
            "Chains",
            &scripts(ScriptKind::Chains(name.clone())),
        ),
        section(
            "examples",
            "Examples",
            &scripts(ScriptKind::Example(name.clone())),
        ),
        format!(
            "<p class=\"fine\">Version {}, licence {}.</p>\n",
            escape(&manifest.version),
            escape(&manifest.license)
        ),
    ];
    Page {
        title: name.clone(),
        above: vec![("Catalogue".to_owned(), links.page("index.html"))],
        beside: beside(name, links),
        body: body.concat(),
        root: links.root,
    }
}

/// A description as a sentence.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    let sentence: String = first.into_iter().flatten().chain(letters).collect();
    match sentence.ends_with('.') || sentence.is_empty() {
        true => sentence,
        false => sentence + ".",
    }
}

fn reexports(package: &Package, links: &Links<'_>) -> String {
    let others = package.manifest.reexports.iter();
    let others: Vec<_> = others
        .map(|name| link(links.package(name).as_deref(), &code(name)))
        .collect();
    match others.len() {
        0 => String::new(),
        _ => format!("<p>What it gives out is of {}.</p>\n", others.join(", ")),
    }
}

/// The way to what is in a package.
pub fn above(package: &str, links: &Links<'_>) -> Vec<(String, String)> {
    let mut above = vec![("Catalogue".to_owned(), links.page("index.html"))];
    above.extend(
        links
            .package(package)
            .map(|href| (package.to_owned(), href)),
    );
    above
}

/// Everything in a package.
pub fn beside(name: &str, links: &Links<'_>) -> Option<(String, Vec<(String, String)>)> {
    let package = links.catalogue.package(name)?;
    let items = package.objects.iter().filter_map(|object| {
        let href = links.symbol(&object.symbol())?;
        Some((object.signature.name.clone(), href))
    });
    let items: Vec<_> = items.collect();
    (!items.is_empty()).then(|| (name.to_owned(), items))
}
