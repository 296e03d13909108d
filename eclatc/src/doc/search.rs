//! What the search of the first page looks through.

use super::links::{Links, chain_path, package_path, script_path};
use super::page::{message_path, message_title};
use crate::diagnostics::Code;
use serde::Serialize;

/// Something that can be found.
#[derive(Debug, Serialize)]
struct Entry {
    kind: &'static str,
    name: String,
    /// Where it is: its package or script.
    of: String,
    text: String,
    href: String,
    /// More words that lead to it.
    words: String,
}

/// Everything that can be found, JSON that can stand within a `script` element.
pub fn index(links: &Links<'_>) -> String {
    let mut entries = Vec::new();
    entries.extend(objects(links));
    entries.extend(packages(links));
    entries.extend(scripts(links));
    entries.extend(Code::ALL.iter().map(|code| message(*code, links)));
    let json = serde_json::to_string(&entries).unwrap_or_default();
    // Nothing may end the element early.
    json.replace('<', "\\u003c").replace("},{", "},\n{")
}

fn objects(links: &Links<'_>) -> Vec<Entry> {
    let entry = |object: &super::Object| {
        let signature = &object.signature;
        let config = signature.config.iter().map(|variable| &variable.name);
        let maps = signature.maps.iter().map(|map| &map.name);
        let words: Vec<_> = config.chain(maps).cloned().collect();
        Entry {
            kind: match object.folder() {
                "loaders" => "loader",
                _ => "program",
            },
            name: signature.name.clone(),
            of: object.package.clone(),
            text: signature.summary(),
            href: links.symbol(&object.symbol()).unwrap_or_default(),
            words: words.join(" "),
        }
    };
    links.catalogue.objects().map(entry).collect()
}

fn packages(links: &Links<'_>) -> Vec<Entry> {
    let packages = links.catalogue.packages.iter();
    let entry = |package: &super::Package| Entry {
        kind: "package",
        name: package.manifest.name.clone(),
        of: String::new(),
        text: package.manifest.description.clone(),
        href: links.page(package_path(&package.manifest.name)),
        words: package.manifest.reexports.join(" "),
    };
    packages.map(entry).collect()
}

/// Scripts, and the chains of each.
fn scripts(links: &Links<'_>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for script in &links.catalogue.scripts {
        let used = script.names.iter().map(|(name, _)| name.clone());
        entries.push(Entry {
            kind: match script.kind {
                super::ScriptKind::Library => "module",
                _ => "script",
            },
            name: script.key.clone(),
            of: String::new(),
            text: script.summary(),
            href: links.page(script_path(script)),
            words: used.collect::<Vec<_>>().join(" "),
        });
        entries.extend(script.tree.chains.iter().map(|chain| Entry {
            kind: "chain",
            name: chain.name.clone(),
            of: script.key.clone(),
            text: hike_format::signature::summary(script.chain_doc(chain)),
            href: links.page(chain_path(script, &chain.name)),
            words: String::new(),
        }));
    }
    entries
}

fn message(code: Code, links: &Links<'_>) -> Entry {
    Entry {
        kind: "message",
        name: code.to_string(),
        of: String::new(),
        text: message_title(code).to_owned(),
        href: links.page(message_path(code)),
        words: code.name().to_owned(),
    }
}
