//! Bytes of a map as what their type says they are.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use hike_format::signature::{IntType, TypeInfo};
use serde_json::{Map, Value, json};

/// Names of numbers that only this host gives.
pub trait Labels {
    /// The chain with a runtime ID.
    fn chain(&self, id: u32) -> Option<String>;

    /// The interface with an index.
    fn interface(&self, index: u32) -> Option<String>;
}

/// A key, a value or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    /// An unsigned number.
    Unsigned(u64),
    /// A signed number.
    Signed(i64),
    /// An address, the name of a chain or of an interface.
    Text(String),
    /// Named fields in order.
    Fields(Vec<(String, Datum)>),
    /// Elements in order.
    List(Vec<Datum>),
    /// Bytes without a meaning.
    Bytes(Vec<u8>),
}

impl Datum {
    /// Reads bytes as a type.
    pub fn decode(bytes: &[u8], ty: &TypeInfo, labels: &dyn Labels) -> Self {
        decode(bytes, ty, labels).unwrap_or_else(|| Self::Bytes(bytes.to_vec()))
    }

    /// The sum of two values of one type, as far as they are numbers; none when they differ
    /// in something else.
    pub fn add(&self, other: &Self) -> Option<Self> {
        Some(match (self, other) {
            (Self::Unsigned(a), Self::Unsigned(b)) => Self::Unsigned(a.wrapping_add(*b)),
            (Self::Signed(a), Self::Signed(b)) => Self::Signed(a.wrapping_add(*b)),
            (Self::Fields(a), Self::Fields(b)) if a.len() == b.len() => {
                let fields = a.iter().zip(b);
                let fields = fields.map(|((name, a), (_, b))| Some((name.clone(), a.add(b)?)));
                Self::Fields(fields.collect::<Option<_>>()?)
            }
            (Self::List(a), Self::List(b)) if a.len() == b.len() => {
                let items = a.iter().zip(b).map(|(a, b)| a.add(b));
                Self::List(items.collect::<Option<_>>()?)
            }
            _ if self == other => self.clone(),
            _ => return None,
        })
    }

    /// As JSON: numbers as numbers, all else as strings, objects and arrays.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Unsigned(value) => json!(value),
            Self::Signed(value) => json!(value),
            Self::Text(text) => json!(text),
            Self::Bytes(_) => json!(self.to_string()),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Fields(fields) => {
                let fields = fields.iter();
                let object: Map<String, Value> = fields
                    .map(|(name, value)| (name.clone(), value.to_json()))
                    .collect();
                Value::Object(object)
            }
        }
    }
}

fn decode(bytes: &[u8], ty: &TypeInfo, labels: &dyn Labels) -> Option<Datum> {
    let bytes = bytes.get(..ty.size() as usize)?;
    Some(match ty {
        TypeInfo::Int(ty) => integer(bytes, *ty)?,
        TypeInfo::NetworkInt(_) => Datum::Unsigned(big_endian(bytes)?),
        TypeInfo::Ipv6 => Datum::Text(Ipv6Addr::from(*bytes.first_chunk::<16>()?).to_string()),
        TypeInfo::Ipv4 => Datum::Text(Ipv4Addr::from(*bytes.first_chunk::<4>()?).to_string()),
        TypeInfo::Mac => {
            let parts: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            Datum::Text(parts.join(":"))
        }
        TypeInfo::Chain => named(bytes, |id| labels.chain(id))?,
        TypeInfo::Interface => named(bytes, |index| labels.interface(index))?,
        TypeInfo::Array(element, _) if is_byte(element) => Datum::Bytes(bytes.to_vec()),
        TypeInfo::Array(element, _) => list(bytes, element, labels)?,
        // A unit: its name is the type's, the value is all there is to show.
        TypeInfo::Struct { fields, .. } if let [field] = &fields[..] => {
            decode(bytes.get(field.offset as usize..)?, &field.ty, labels)?
        }
        TypeInfo::Struct { fields, .. } => {
            let fields = fields.iter().map(|field| {
                let bytes = bytes.get(field.offset as usize..)?;
                Some((field.name.clone(), decode(bytes, &field.ty, labels)?))
            });
            Datum::Fields(fields.collect::<Option<_>>()?)
        }
    })
}

fn is_byte(ty: &TypeInfo) -> bool {
    matches!(ty, TypeInfo::Int(int) if int.bits == 8)
}

fn list(bytes: &[u8], element: &TypeInfo, labels: &dyn Labels) -> Option<Datum> {
    let size = element.size() as usize;
    if size == 0 {
        return None;
    }
    let items = bytes.chunks(size).map(|item| decode(item, element, labels));
    items.collect::<Option<_>>().map(Datum::List)
}

fn integer(bytes: &[u8], ty: IntType) -> Option<Datum> {
    let mut word = [0; 8];
    word.get_mut(..bytes.len())?.copy_from_slice(bytes);
    let value = u64::from_le_bytes(word);
    if !ty.signed {
        return Some(Datum::Unsigned(value));
    }
    let unused = 64u32.checked_sub(ty.bits.into())?;
    let extended = value.checked_shl(unused)?.cast_signed() >> unused;
    Some(Datum::Signed(extended))
}

fn big_endian(bytes: &[u8]) -> Option<u64> {
    let mut word = [0; 8];
    let start = word.len().checked_sub(bytes.len())?;
    word[start..].copy_from_slice(bytes);
    Some(u64::from_be_bytes(word))
}

/// A number with a name on this host; the number where it has none.
fn named(bytes: &[u8], name: impl Fn(u32) -> Option<String>) -> Option<Datum> {
    let number = u32::from_ne_bytes(*bytes.first_chunk::<4>()?);
    Some(match name(number) {
        Some(name) => Datum::Text(name),
        None => Datum::Unsigned(number.into()),
    })
}

impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned(value) => value.fmt(f),
            Self::Signed(value) => value.fmt(f),
            Self::Text(text) => text.fmt(f),
            Self::Bytes(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Self::Fields(fields) => {
                let fields = fields.iter();
                let fields: Vec<String> = fields
                    .map(|(name, value)| format!("{name} {value}"))
                    .collect();
                f.write_str(&fields.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hike_format::signature::Field;
    use proptest::prelude::*;

    struct NoLabels;

    impl Labels for NoLabels {
        fn chain(&self, id: u32) -> Option<String> {
            (id == 1).then(|| "chains.a.b".to_owned())
        }

        fn interface(&self, _: u32) -> Option<String> {
            None
        }
    }

    fn check(bytes: &[u8], ty: &TypeInfo, expected: &str) {
        assert_eq!(Datum::decode(bytes, ty, &NoLabels).to_string(), expected);
    }

    fn structure(fields: &[(&str, u32, TypeInfo)]) -> TypeInfo {
        let fields: Vec<Field> = fields
            .iter()
            .map(|(name, offset, ty)| Field {
                name: (*name).to_owned(),
                offset: *offset,
                ty: ty.clone(),
            })
            .collect();
        let end = fields.iter().map(|field| field.offset + field.ty.size());
        TypeInfo::Struct {
            name: "Struct".to_owned(),
            size: end.max().unwrap_or(0),
            fields,
        }
    }

    #[test]
    fn values_are_shown_as_what_they_are() {
        let int = |text| TypeInfo::Int(IntType::from_name(text).unwrap());
        check(&[0xff; 4], &int("s32"), "-1");
        check(&[0xff; 4], &int("u32"), "4294967295");
        check(&[0x86, 0xdd], &TypeInfo::NetworkInt(2), "34525");
        check(&[10, 0, 0, 1], &TypeInfo::Ipv4, "10.0.0.1");
        check(&[0, 1, 2, 3, 4, 0xff], &TypeInfo::Mac, "00:01:02:03:04:ff");
        check(&[1, 0, 0, 0], &TypeInfo::Chain, "chains.a.b");
        check(&[2, 0, 0, 0], &TypeInfo::Interface, "2");
        let flow = structure(&[("port", 0, int("u16")), ("rate", 4, int("u32"))]);
        check(&[1, 0, 9, 9, 2, 0, 0, 0], &flow, "port 1, rate 2");
        let unit = structure(&[("0", 0, int("u32"))]);
        check(&[5, 0, 0, 0], &unit, "5");
        check(&[1, 2], &int("u32"), "0102");
    }

    #[test]
    fn cpus_are_added_field_by_field() {
        let pair = |a, b| {
            let fields = vec![("a".to_owned(), a), ("b".to_owned(), b)];
            Datum::Fields(fields)
        };
        let text = || Datum::Text("::1".to_owned());
        let sum = pair(Datum::Unsigned(1), text()).add(&pair(Datum::Unsigned(2), text()));
        assert_eq!(sum, Some(pair(Datum::Unsigned(3), text())));
        assert_eq!(text().add(&Datum::Text("::2".to_owned())), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_shown(bytes: Vec<u8>, signed: bool, bits in prop::sample::select(vec![8u8, 16, 32, 64])) {
            let ty = TypeInfo::Array(Box::new(TypeInfo::Int(IntType { bits, signed })), 3);
            Datum::decode(&bytes, &ty, &NoLabels).to_string();
        }
    }
}
