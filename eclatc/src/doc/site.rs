//! The whole site.

use super::Catalogue;
use super::links::{Links, chain_path, package_path, script_path};
use super::page;
use crate::diagnostics::Code;
use std::collections::BTreeMap;

/// A file by which a folder is known to hold a site of ours.
pub const MARK: &str = "hike-catalogue.txt";

const MARK_TEXT: &str = "This folder is written by `eclatc doc`, which replaces all of it.\n";
const STYLE: &str = include_str!("assets/style.css");
const SEARCH: &str = include_str!("assets/search.js");

/// The files of the site by their path.
pub fn site(catalogue: &Catalogue) -> BTreeMap<String, String> {
    let links = &Links::new(catalogue);
    let mut files = BTreeMap::new();
    files.insert(MARK.to_owned(), MARK_TEXT.to_owned());
    files.insert("style.css".to_owned(), STYLE.to_owned());
    files.insert("search.js".to_owned(), SEARCH.to_owned());
    let mut add = |path: String, page: page::Page| {
        files.insert(path, page.html());
    };
    add("index.html".to_owned(), page::index(catalogue));
    for package in &catalogue.packages {
        add(
            package_path(&package.manifest.name),
            page::package(package, links),
        );
    }
    for object in catalogue.objects() {
        let (folder, package) = (object.folder(), &object.package);
        let path = format!("{folder}/{package}.{}.html", object.signature.name);
        add(path, page::object(object, links));
    }
    for script in &catalogue.scripts {
        add(script_path(script), page::script(script, links));
        for chain in &script.tree.chains {
            add(
                chain_path(script, &chain.name),
                page::chain(script, chain, links),
            );
        }
    }
    add("diagnostics/index.html".to_owned(), page::messages(links));
    for code in Code::ALL {
        add(page::message_path(*code), page::message(*code, links));
    }
    files
}
