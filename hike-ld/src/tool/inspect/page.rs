//! A program, loader or chain as a manual page.

use hike_format::ProgramObject;
use hike_format::chain::Chain;
use hike_format::script::ScriptChain;
use hike_format::signature::{
    ConfigVar, Leaf, MapInfo, ObjectKind, ResultKind, Signature, TypeInfo, summary,
};

use super::table::{indent, lines};

/// The page of a program or loader.
pub fn object(object: &ProgramObject) -> String {
    let signature = &object.signature;
    let (license, length) = (&object.license, object.bytes.len());
    let kind = match signature.kind {
        ObjectKind::Program => "program",
        ObjectKind::Loader => "chain loader",
    };
    sections(&[
        ("NAME", name(&signature.name, &signature.doc)),
        ("SYNOPSIS", synopsis(signature)),
        ("DESCRIPTION", signature.doc.clone()),
        ("RESULT", result(signature)),
        ("CONFIGURATION", blocks(&signature.config, variable)),
        ("MAPS", blocks(&signature.maps, map)),
        (
            "OBJECT",
            format!("{kind}, licence {license}, {length} bytes"),
        ),
    ])
}

/// The page of a chain; with what its script says of it, when the object has the script.
pub fn chain(chain: &Chain, declared: Option<&ScriptChain>) -> String {
    let doc = declared.map_or("", |declared| &declared.doc);
    let mut calls: Vec<_> = chain.calls.values().map(ToString::to_string).collect();
    calls.sort();
    calls.dedup();
    sections(&[
        ("NAME", name(chain.symbol.name(), doc)),
        ("SYNOPSIS", chain_synopsis(chain)),
        ("DESCRIPTION", doc.to_owned()),
        ("CALLS", calls.join("\n")),
        (
            "OBJECT",
            format!("chain, {} instructions", chain.instructions),
        ),
    ])
}

/// How a chain is called.
pub fn chain_synopsis(chain: &Chain) -> String {
    let params = chain.params.as_ref().map(|params| {
        let params: Vec<_> = params.iter().map(ToString::to_string).collect();
        params.join(", ")
    });
    format!("{}({})", chain.symbol, params.as_deref().unwrap_or("?"))
}

/// Titles and texts, those without text left out.
fn sections(all: &[(&str, String)]) -> String {
    let some = all.iter().filter(|(_, text)| !text.trim().is_empty());
    let texts: Vec<_> = some
        .map(|(title, text)| format!("{title}\n{}", indent(text)))
        .collect();
    texts.join("\n")
}

fn name(name: &str, doc: &str) -> String {
    match summary(doc) {
        text if text.is_empty() => name.to_owned(),
        text => format!("{name} - {text}"),
    }
}

/// How a script uses it: a call, or the statements that start chains.
fn synopsis(signature: &Signature) -> String {
    if signature.kind == ObjectKind::Program {
        return signature.to_string();
    }
    let name = &signature.name;
    let chains = signature.maps.iter().filter(|map| map.value.holds_chain());
    let entries =
        chains.map(|map| format!("{name}[{}] = {{ ({}): (CHAIN) }}\n", map.name, map.key));
    entries.collect::<String>() + &format!("{name}.attach('DEVICE', 'xdp')")
}

fn result(signature: &Signature) -> String {
    match (signature.kind, signature.result) {
        (ObjectKind::Loader, _) => {
            "none: it starts a chain, or decides what becomes of the packet".to_owned()
        }
        (_, ResultKind::Final) => "final: it always ends the chain".to_owned(),
        (_, ResultKind::Value(ty)) => format!("{ty}: what the chain continues with"),
    }
}

fn blocks<T>(all: &[T], block: impl Fn(&T) -> String) -> String {
    let texts: Vec<_> = all.iter().map(block).collect();
    texts.join("\n")
}

fn variable(variable: &ConfigVar) -> String {
    let ConfigVar { name, ty, doc, .. } = variable;
    let unit = variable.unit.as_deref().unwrap_or_default();
    let line = format!("{name}: {ty} = {} {unit}", variable.default_text());
    format!("{}\n{}", line.trim_end(), indent(doc))
}

fn map(map: &MapInfo) -> String {
    let (name, kind, capacity) = (&map.name, map.type_name(), map.capacity());
    let parts = map.parts().into_iter();
    let rows: Vec<_> = parts.flat_map(|(what, ty)| shape(what, ty)).collect();
    let doc = indent(&map.doc);
    format!("{name}: {kind}, {capacity}\n{doc}{}", lines(&rows))
}

/// A key or value: its size, then each field with its offset.
fn shape(what: &str, ty: &TypeInfo) -> Vec<[String; 3]> {
    let size = format!("{} bytes", ty.size());
    let leaves = ty.leaves();
    if let [only] = &leaves[..]
        && only.path.is_empty()
    {
        return vec![[what.to_owned(), size, field(only)]];
    }
    let name = ty.struct_name().unwrap_or_default().to_owned();
    let fields = leaves.iter().map(|leaf| {
        let place = format!("  at {}", leaf.offset);
        [String::new(), place, field(leaf)]
    });
    std::iter::once([what.to_owned(), size, name])
        .chain(fields)
        .collect()
}

fn field(leaf: &Leaf) -> String {
    let ty = match &leaf.unit {
        Some(unit) => format!("{} {unit}", leaf.ty),
        None => leaf.ty.to_string(),
    };
    match &leaf.path[..] {
        "" => ty,
        path => format!("{path}: {ty}"),
    }
}
