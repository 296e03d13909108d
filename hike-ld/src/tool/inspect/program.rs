//! A program or loader object: a short manual page.

use hike_format::ProgramObject;
use hike_format::signature::{ConfigVar, MapInfo, ObjectKind, ResultKind};
use serde_json::{Value, json};

use super::table::{indent, section};

/// The page.
pub fn text(object: &ProgramObject) -> String {
    let signature = &object.signature;
    let kind = match signature.kind {
        ObjectKind::Program => "program",
        ObjectKind::Loader => "chain loader",
    };
    let config: Vec<_> = signature.config.iter().map(config_row).collect();
    let maps: Vec<_> = signature.maps.iter().map(map_row).collect();
    let doc = match indent(&signature.doc) {
        doc if doc.is_empty() => doc,
        doc => format!("\n{doc}"),
    };
    format!(
        "{kind} {signature}\n{doc}{}{}\nlicence {}, {} bytes\n",
        section("configuration", &config),
        section("maps", &maps),
        object.license,
        object.bytes.len()
    )
}

fn config_row(variable: &ConfigVar) -> [String; 3] {
    [
        format!("{}: {}", variable.name, variable.ty),
        format!("= {}", variable.default_text()),
        variable.unit.clone().unwrap_or_default(),
    ]
}

fn map_row(map: &MapInfo) -> [String; 4] {
    [
        map.name.clone(),
        map_type(map.map_type),
        format!("{} -> {}", map.key, map.value),
        format!("{} entries", map.max_entries),
    ]
}

/// Name of a map type, `enum bpf_map_type` of `linux/bpf.h`.
fn map_type(number: u32) -> String {
    let name = match number {
        1 => "hash",
        2 => "array",
        3 => "prog_array",
        4 => "perf_event_array",
        5 => "percpu_hash",
        6 => "percpu_array",
        9 => "lru_hash",
        10 => "lru_percpu_hash",
        11 => "lpm_trie",
        12 => "array_of_maps",
        13 => "hash_of_maps",
        14 => "devmap",
        16 => "cpumap",
        17 => "xskmap",
        22 => "queue",
        23 => "stack",
        25 => "devmap_hash",
        27 => "ringbuf",
        _ => return format!("map type {number}"),
    };
    name.to_owned()
}

/// The page as data.
pub fn json(object: &ProgramObject) -> Value {
    let signature = &object.signature;
    let maps = signature.maps.iter().map(map_json);
    json!({
        "kind": match signature.kind {
            ObjectKind::Program => "program",
            ObjectKind::Loader => "loader",
        },
        "name": signature.name,
        "signature": signature.to_string(),
        "doc": signature.doc,
        "params": signature.params,
        "result": match signature.result {
            ResultKind::Value(ty) => json!(ty),
            ResultKind::Final => Value::Null,
        },
        "config": signature.config.iter().map(config_json).collect::<Vec<_>>(),
        "maps": maps.collect::<Vec<_>>(),
        "license": object.license,
        "length": object.bytes.len(),
    })
}

fn config_json(variable: &ConfigVar) -> Value {
    let default = match variable.ty.signed {
        true => json!(variable.default as i64),
        false => json!(variable.default),
    };
    json!({
        "name": variable.name,
        "type": variable.ty,
        "default": default,
        "unit": variable.unit,
    })
}

fn map_json(map: &MapInfo) -> Value {
    json!({
        "name": map.name,
        "type": map_type(map.map_type),
        "key": map.key.to_string(),
        "value": map.value.to_string(),
        "max_entries": map.max_entries,
    })
}
