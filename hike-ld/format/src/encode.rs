//! Keys and values of scripts to the bytes that a map of a given type wants.
//!
//! The linker encodes to find out whether values fit; the host's tool encodes with the real
//! numbers of chains and interfaces.

mod error;
mod text;

pub use error::{EncodeError, expected};

use crate::script::{Number, Value};
use crate::signature::{Field, MapInfo, TypeInfo};
use crate::symbol::Symbol;

/// `BPF_MAP_TYPE_ARRAY` and `BPF_MAP_TYPE_PERCPU_ARRAY`: keys are indexes.
const ARRAYS: [u32; 2] = [2, 6];
/// `BPF_MAP_TYPE_LPM_TRIE`: keys are prefixes.
pub const LPM_TRIE: u32 = 11;

/// Numbers that only a host knows.
pub trait Names {
    /// The runtime ID of a chain; none when there is no such chain.
    fn chain(&self, symbol: &Symbol) -> Option<u32>;

    /// The index of an interface; none when there is no such interface.
    fn interface(&self, name: &str) -> Option<u32>;
}

/// The bytes of a key of a map.
///
/// # Errors
/// When the value does not fit the map's key type, or is beyond the end of an array.
pub fn encode_key(value: &Value, map: &MapInfo, names: &dyn Names) -> Result<Vec<u8>, EncodeError> {
    if let (LPM_TRIE, Value::Text(text)) = (map.map_type, value) {
        return text::prefix(text, &map.key);
    }
    let bytes = encode(value, &map.key, names)?;
    check_index(&bytes, map)?;
    Ok(bytes)
}

/// Checks that the key of an array is one of its indexes.
///
/// # Errors
/// When it is beyond the end.
pub fn check_index(key: &[u8], map: &MapInfo) -> Result<(), EncodeError> {
    let index = <[u8; 4]>::try_from(key).map(u32::from_ne_bytes);
    let entries = map.max_entries;
    match index {
        Ok(index) if ARRAYS.contains(&map.map_type) && index >= entries => {
            Err(EncodeError::Index { index, entries })
        }
        _ => Ok(()),
    }
}

/// The bytes of a value of a type.
///
/// # Errors
/// When the value does not fit the type, or names something that is not there.
pub fn encode(value: &Value, ty: &TypeInfo, names: &dyn Names) -> Result<Vec<u8>, EncodeError> {
    match value {
        Value::Number(value) => number(*value, ty),
        Value::Text(value) => text::encode(value, ty, names),
        Value::Chain(symbol) => chain(symbol, ty, names),
        Value::List(values) => list(values, ty, names),
    }
}

fn number(value: Number, ty: &TypeInfo) -> Result<Vec<u8>, EncodeError> {
    let (bits, signed) = match ty {
        TypeInfo::Int(ty) => (ty.bits, ty.signed),
        TypeInfo::Struct { fields, .. } if let [field] = &fields[..] => {
            return padded(ty, field, number(value, &field.ty)?);
        }
        // Only 0, "no chain", is the same on every host.
        TypeInfo::Chain if value != Number::unsigned(0) => {
            return Err(EncodeError::mismatch(ty, "a number"));
        }
        TypeInfo::Array(element, _) if element.size() != 1 => {
            return Err(EncodeError::mismatch(ty, "a number"));
        }
        TypeInfo::Struct { .. } => return Err(EncodeError::mismatch(ty, "a number")),
        other => (u8::try_from(other.size().min(16) * 8).unwrap_or(128), false),
    };
    if !value.fits(bits, signed) {
        let ty = ty.to_string();
        return Err(EncodeError::Range { value, ty });
    }
    let bytes = usize::from(bits / 8);
    Ok(match ty {
        TypeInfo::Int(_) | TypeInfo::Chain | TypeInfo::Interface => low_bytes(value, bytes),
        _ => big_endian(value, ty.size() as usize),
    })
}

/// In host order, which is little-endian wherever HIKe objects load.
fn low_bytes(value: Number, len: usize) -> Vec<u8> {
    value.bits().to_le_bytes()[..len].to_vec()
}

/// In network order, zeros in front.
fn big_endian(value: Number, len: usize) -> Vec<u8> {
    let bytes = value.bits().to_be_bytes();
    let mut out = vec![0; len];
    let shared = len.min(bytes.len());
    out[len - shared..].copy_from_slice(&bytes[bytes.len() - shared..]);
    out
}

fn chain(symbol: &Symbol, ty: &TypeInfo, names: &dyn Names) -> Result<Vec<u8>, EncodeError> {
    match ty {
        TypeInfo::Chain => {}
        // Loaders from C that have no type of their own for chains.
        TypeInfo::Int(int) if int.bits >= 32 => {}
        TypeInfo::Struct { fields, .. } if let [field] = &fields[..] => {
            return padded(ty, field, chain(symbol, &field.ty, names)?);
        }
        _ => return Err(EncodeError::mismatch(ty, "a chain")),
    }
    let id = names.chain(symbol);
    let id = id.ok_or_else(|| EncodeError::Chain(symbol.clone()))?;
    Ok(low_bytes(Number::unsigned(id.into()), ty.size() as usize))
}

fn list(values: &[Value], ty: &TypeInfo, names: &dyn Names) -> Result<Vec<u8>, EncodeError> {
    match ty {
        TypeInfo::Struct { size, fields, .. } => {
            check_count(values, fields.len(), ty)?;
            let mut out = vec![0; *size as usize];
            for (value, field) in values.iter().zip(fields) {
                put(&mut out, field, &encode(value, &field.ty, names)?)?;
            }
            Ok(out)
        }
        TypeInfo::Array(element, count) => {
            check_count(values, *count as usize, ty)?;
            let elements = values.iter().map(|value| encode(value, element, names));
            Ok(elements.collect::<Result<Vec<_>, _>>()?.concat())
        }
        // Parentheses around a single value.
        _ if let [value] = values => encode(value, ty, names),
        _ => Err(EncodeError::mismatch(ty, "several values")),
    }
}

fn check_count(values: &[Value], expected: usize, ty: &TypeInfo) -> Result<(), EncodeError> {
    if values.len() == expected {
        return Ok(());
    }
    Err(EncodeError::Count {
        expected,
        found: values.len(),
        ty: ty.to_string(),
    })
}

/// The bytes of a struct of which one field is given.
fn padded(ty: &TypeInfo, field: &Field, bytes: Vec<u8>) -> Result<Vec<u8>, EncodeError> {
    let mut out = vec![0; ty.size() as usize];
    put(&mut out, field, &bytes)?;
    Ok(out)
}

fn put(out: &mut [u8], field: &Field, bytes: &[u8]) -> Result<(), EncodeError> {
    let start = field.offset as usize;
    let place = out
        .get_mut(start..)
        .and_then(|rest| rest.get_mut(..bytes.len()));
    let place = place.ok_or_else(|| EncodeError::Layout(field.name.clone()))?;
    place.copy_from_slice(bytes);
    Ok(())
}
