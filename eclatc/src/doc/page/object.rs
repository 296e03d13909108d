//! The page of a program or loader.

use super::{Page, parts};
use crate::doc::html::{code, escape, link, section};
use crate::doc::links::{Links, script_path};
use crate::doc::markdown;
use crate::doc::model::Object;
use hike_format::signature::{
    ConfigVar, Leaf, MapInfo, ObjectKind, ResultKind, Signature, TypeInfo,
};
use std::fmt::Write;

/// The page.
pub fn object(object: &Object, links: &Links<'_>) -> Page {
    let signature = &object.signature;
    let kind = match signature.kind {
        ObjectKind::Program => "program",
        ObjectKind::Loader => "chain loader",
    };
    let config = signature
        .config
        .iter()
        .map(|variable| config_row(variable, links));
    let config = parts::table(["Name", "Type", "Default", "Meaning"], config.collect());
    let maps: String = signature
        .maps
        .iter()
        .map(|map| map_part(map, links))
        .collect();
    let body = [
        parts::title(kind, &signature.name),
        parts::signature(&synopsis(object), links),
        parts::doc(&signature.doc, links),
        section("result", "Result", &result(signature)),
        section("configuration", "Configuration", &config),
        section("maps", "Maps", &maps),
        section("examples", "Examples", &examples(object, links)),
        format!(
            "<p class=\"fine\">Package {}, licence {}, object of {} bytes. All of this page but the examples is read from the object: <code>hike-ld inspect</code> prints it.</p>\n",
            link(
                links.package(&object.package).as_deref(),
                &escape(&object.package)
            ),
            escape(&object.license),
            object.length
        ),
    ];
    Page {
        title: signature.name.clone(),
        above: super::package::above(&object.package, links),
        beside: super::package::beside(&object.package, links),
        body: body.concat(),
        root: links.root,
    }
}

/// How a script comes to it and uses it.
fn synopsis(object: &Object) -> String {
    let (folder, package) = (object.folder(), &object.package);
    let name = &object.signature.name;
    let mut text = format!("from {folder}.{package} import {name}\n\n");
    if object.signature.kind == ObjectKind::Program {
        return text + &object.signature.to_string();
    }
    for map in object
        .signature
        .maps
        .iter()
        .filter(|map| map.value.holds_chain())
    {
        let _ = writeln!(text, "{name}[{}] = {{ ({}): (CHAIN) }}", map.name, map.key);
    }
    text + &format!("{name}.attach('DEVICE', 'xdp')")
}

fn result(signature: &Signature) -> String {
    match (signature.kind, signature.result) {
        (ObjectKind::Loader, _) => {
            "<p>Starts a chain, or decides what becomes of the packet.</p>\n".to_owned()
        }
        (_, ResultKind::Final) => {
            "<p>It always ends the chain: nothing behind the call is reached.</p>\n".to_owned()
        }
        (_, ResultKind::Value(ty)) => format!(
            "<p>The chain continues with a value of type {}.</p>\n",
            code(&ty.to_string())
        ),
    }
}

fn config_row(variable: &ConfigVar, links: &Links<'_>) -> [String; 4] {
    let unit = variable.unit.as_deref().map_or(String::new(), words);
    let default = format!("{} {unit}", variable.default_text());
    [
        code(&variable.name),
        code(&variable.ty.to_string()),
        escape(default.trim()),
        markdown::inline(&variable.doc, links),
    ]
}

/// The name of a unit as words: `PacketsPerSecond` is packets per second.
fn words(unit: &str) -> String {
    let mut words = String::new();
    for (index, letter) in unit.char_indices() {
        if letter.is_uppercase() && index > 0 {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

fn map_part(map: &MapInfo, links: &Links<'_>) -> String {
    let (kind, capacity) = (map.type_name(), map.capacity());
    let parts = map.parts().into_iter();
    let rows: Vec<_> = parts.flat_map(|(what, ty)| shape(what, ty)).collect();
    let table = parts::table(["", "Offset", "Field", "Type"], rows);
    format!(
        "<h3>{} <span class=\"rest\">{}, {capacity}</span></h3>\n{}{table}",
        code(&map.name),
        escape(&kind),
        parts::doc(&map.doc, links)
    )
}

/// The fields of a key or value.
fn shape(what: &str, ty: &TypeInfo) -> Vec<[String; 4]> {
    let leaves = ty.leaves();
    let row = |(index, leaf): (usize, &Leaf)| {
        let unit = leaf.unit.as_deref().map_or(String::new(), words);
        let shown = format!(
            "{} <span class=\"rest\">{unit}</span>",
            code(&leaf.ty.to_string())
        );
        let first = match index {
            0 => format!("{what}, {} bytes", ty.size()),
            _ => String::new(),
        };
        [first, leaf.offset.to_string(), field(&leaf.path), shown]
    };
    leaves.iter().enumerate().map(row).collect()
}

fn field(path: &str) -> String {
    match path {
        "" => String::new(),
        path => code(path),
    }
}

/// The shortest script that uses it, and the names of the others.
fn examples(object: &Object, links: &Links<'_>) -> String {
    let users = links.catalogue.users(&object.symbol());
    let Some((first, others)) = users.split_first() else {
        return String::new();
    };
    let href = links.page(script_path(first));
    let mut html = format!(
        "<p class=\"caption\">{}</p>\n{}",
        link(Some(&href), &code(&first.key)),
        parts::source(first, links)
    );
    let others = others.iter().map(|script| parts::script_row(script, links));
    html += &parts::rows(others);
    html
}
