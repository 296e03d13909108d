//! `docs/README.md`: what the chains and programs of a bundle say of themselves.

use hike_format::manifest::ObjectEntry;
use hike_format::script::{Script, ScriptChain};
use hike_format::signature::{ConfigVar, MapInfo, Param};
use hike_format::{Manifest, Signature, Symbol};

use crate::symbols::Definitions;

/// The documentation of a bundle, Markdown.
pub(crate) fn readme(manifest: &Manifest, definitions: &Definitions) -> String {
    let mut blocks = vec![format!("# {} {}", manifest.name, manifest.version)];
    blocks.extend(definitions.scripts().map(|(_, script)| script.doc.clone()));
    blocks.push("## Chains".to_owned());
    for chain in &manifest.chains {
        chain_section(&mut blocks, &chain.symbol, &chain.params, definitions);
    }
    object_sections(&mut blocks, "## Programs", &manifest.programs, definitions);
    object_sections(
        &mut blocks,
        "## Chain loaders",
        &manifest.loaders,
        definitions,
    );
    let blocks: Vec<_> = blocks.iter().map(|block| block.trim()).collect();
    let blocks: Vec<_> = blocks
        .into_iter()
        .filter(|block| !block.is_empty())
        .collect();
    blocks.join("\n\n") + "\n"
}

fn chain_section(
    blocks: &mut Vec<String>,
    symbol: &Symbol,
    params: &[Param],
    definitions: &Definitions,
) {
    let params: Vec<_> = params.iter().map(Param::to_string).collect();
    blocks.push(format!("### `{}({})`", symbol.name(), params.join(", ")));
    let mut scripts = definitions.scripts();
    let chain = scripts.find_map(|(_, script)| declared(script, symbol));
    blocks.extend(chain.map(|chain| chain.doc.clone()));
}

fn declared<'s>(script: &'s Script, symbol: &Symbol) -> Option<&'s ScriptChain> {
    script.chains.iter().find(|chain| chain.symbol == *symbol)
}

fn object_sections(
    blocks: &mut Vec<String>,
    title: &str,
    objects: &[ObjectEntry],
    definitions: &Definitions,
) {
    if !objects.is_empty() {
        blocks.push(title.to_owned());
    }
    for object in objects {
        if let Some(signature) = definitions.signature(&object.symbol) {
            object_section(blocks, &object.symbol, signature);
        }
    }
}

fn object_section(blocks: &mut Vec<String>, symbol: &Symbol, signature: &Signature) {
    blocks.push(format!("### `{signature}` (package {})", symbol.package()));
    blocks.push(signature.doc.clone());
    let config = signature.config.iter().map(config_row);
    blocks.push(table("| variable | type | default | unit |", config));
    let maps = signature.maps.iter().map(map_row);
    blocks.push(table("| map | key | value | entries |", maps));
}

/// A table of four columns; nothing without rows.
fn table(head: &str, rows: impl Iterator<Item = String>) -> String {
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return String::new();
    }
    format!("{head}\n|---|---|---|---|\n{}", rows.join("\n"))
}

fn config_row(variable: &ConfigVar) -> String {
    let ConfigVar { name, ty, .. } = variable;
    let unit = variable.unit.as_deref().unwrap_or_default();
    format!("| `{name}` | {ty} | {} | {unit} |", variable.default_text())
}

fn map_row(map: &MapInfo) -> String {
    let MapInfo {
        name, key, value, ..
    } = map;
    format!("| `{name}` | {key} | {value} | {} |", map.max_entries)
}
