//! Examples of valid keys and values, for messages.

use hike_format::encode::LPM_TRIE;
use hike_format::signature::{MapInfo, TypeInfo};

/// Elements of an array that an example writes out, at most; a longer one is shown by its
/// first element.
const ELEMENTS: u32 = 8;

/// A key that the map takes.
pub fn key(map: &MapInfo) -> String {
    let TypeInfo::Struct { fields, .. } = &map.key else {
        return match map.max_entries {
            // Of an array of one entry.
            1 => "0".to_owned(),
            _ => value(&map.key),
        };
    };
    match (map.map_type, &fields[..]) {
        (LPM_TRIE, [_, address]) if address.ty.size() == 4 => "10.0.0.0/8".to_owned(),
        (LPM_TRIE, [_, address]) if address.ty.size() == 16 => "fc00::/7".to_owned(),
        _ => value(&map.key),
    }
}

/// A value that the type takes.
pub fn value(ty: &TypeInfo) -> String {
    if let Some(unit) = ty.unit() {
        return unit.example();
    }
    match ty {
        TypeInfo::Int(ty) if ty.signed => "-1".to_owned(),
        TypeInfo::Int(_) => "1".to_owned(),
        TypeInfo::NetworkInt(1) => "80".to_owned(),
        TypeInfo::NetworkInt(_) => "443".to_owned(),
        TypeInfo::Ipv6 => "fc01::1".to_owned(),
        TypeInfo::Ipv4 => "10.0.0.1".to_owned(),
        TypeInfo::Mac => "02:00:00:00:00:01".to_owned(),
        TypeInfo::Chain => "chains.PACKAGE.NAME".to_owned(),
        TypeInfo::Interface => "eth0".to_owned(),
        TypeInfo::Array(element, count) if element.is_byte() => "00".repeat(*count as usize),
        TypeInfo::Array(element, count) if *count <= ELEMENTS => {
            let elements = vec![nested(element); *count as usize];
            format!("[{}]", elements.join(", "))
        }
        TypeInfo::Array(element, _) => format!("[0]={}", nested(element)),
        TypeInfo::Struct { fields, .. } => match &fields[..] {
            [only] => value(&only.ty),
            fields => {
                let fields = fields.iter();
                let fields: Vec<String> = fields
                    .map(|field| {
                        let value = nested(&field.ty);
                        let is_element = value.starts_with("[0]=");
                        let sign = if is_element { "" } else { "=" };
                        format!("{}{sign}{value}", field.name)
                    })
                    .collect();
                fields.join(", ")
            }
        },
    }
}

fn nested(ty: &TypeInfo) -> String {
    match ty {
        TypeInfo::Struct { fields, .. } if fields.len() != 1 => format!("({})", value(ty)),
        _ => value(ty),
    }
}
