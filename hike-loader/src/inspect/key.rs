//! Keys from the command line.

use hike_format::Symbol;
use hike_format::encode::{EncodeError, Names, encode_key};
use hike_format::script::Value;
use hike_format::signature::MapInfo as TypedMapInfo;

use super::TypedMap;
use crate::plan::number;

/// The bytes of a key: a number, an address, a name, or several of them with commas between.
///
/// # Errors
/// When the map's type does not take it.
pub fn parse_key(map: &TypedMap, text: &str, names: &dyn Names) -> Result<Vec<u8>, EncodeError> {
    let info = TypedMapInfo {
        name: map.info.name.clone(),
        doc: String::new(),
        map_type: map.info.shape.map_type,
        key: map.key.clone(),
        value: map.value.clone(),
        max_entries: map.info.shape.max_entries,
    };
    encode_key(&value(text), &info, names)
}

/// What a text on the command line means.
fn value(text: &str) -> Value {
    let text = text.trim();
    let inner = text
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'));
    let text = inner.unwrap_or(text);
    if text.contains(',') {
        return Value::List(text.split(',').map(value).collect());
    }
    if let Some(number) = number(text) {
        return Value::Number(number);
    }
    match text.parse::<Symbol>() {
        Ok(symbol) => Value::Chain(symbol),
        Err(_) => Value::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_separate_fields() {
        let number = |number: u64| Value::Number(number.into());
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(value("0x10"), number(16));
        assert_eq!(value("fc01::2"), text("fc01::2"));
        let pair = Value::List(vec![text("fc01::1"), text("fc01::2")]);
        assert_eq!(value("fc01::1, fc01::2"), pair);
        assert_eq!(value("(fc01::1,fc01::2)"), pair);
        assert!(matches!(value("chains.a.b"), Value::Chain(_)));
    }
}
