//! A program or loader object as data.

use hike_format::ProgramObject;
use hike_format::signature::{ConfigVar, Leaf, MapInfo, ObjectKind, ResultKind, TypeInfo};
use serde_json::{Value, json};

/// What its page says, as data.
pub fn json(object: &ProgramObject) -> Value {
    let signature = &object.signature;
    let maps = signature.maps.iter().map(map_json);
    json!({
        "kind": match signature.kind {
            ObjectKind::Program => "program",
            ObjectKind::Loader => "loader",
        },
        "name": signature.name,
        "summary": signature.summary(),
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
        "doc": variable.doc,
    })
}

fn map_json(map: &MapInfo) -> Value {
    json!({
        "name": map.name,
        "type": map.type_name(),
        "doc": map.doc,
        "key": map.key.to_string(),
        "value": map.value.to_string(),
        "max_entries": map.max_entries,
        "parts": map.parts().into_iter().map(part_json).collect::<Vec<_>>(),
    })
}

/// The bytes of a key, value or event.
fn part_json((what, ty): (&str, &TypeInfo)) -> Value {
    json!({
        "part": what,
        "size": ty.size(),
        "fields": fields_json(ty),
    })
}

fn fields_json(ty: &TypeInfo) -> Value {
    ty.leaves().iter().map(field_json).collect()
}

fn field_json(leaf: &Leaf) -> Value {
    json!({
        "name": leaf.path,
        "offset": leaf.offset,
        "type": leaf.ty.to_string(),
        "unit": leaf.unit,
    })
}
