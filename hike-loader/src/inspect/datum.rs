//! Bytes of a map as what their type says they are.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use hike_format::encode::LPM_TRIE;
use hike_format::signature::{Field, IntType, TypeInfo};
use hike_format::unit::Unit;
use serde_json::{Map, Value, json};

/// What only this host knows of numbers.
pub trait Labels {
    /// The chain with a runtime ID.
    fn chain(&self, id: u32) -> Option<String>;

    /// The interface with an index.
    fn interface(&self, index: u32) -> Option<String>;

    /// Nanoseconds since boot, to show moments by their distance; none to show them as they
    /// are.
    fn now(&self) -> Option<u64>;
}

/// A key, a value or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    /// An unsigned number.
    Unsigned(u64),
    /// A signed number.
    Signed(i64),
    /// A number with a unit, and the moment that moments are shown from.
    Quantity(u64, Unit, Option<u64>),
    /// An address or prefix, the name of a chain or of an interface.
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

    /// Reads the key of a map of a type: the keys of longest-prefix maps are prefixes.
    pub fn decode_key(bytes: &[u8], ty: &TypeInfo, map_type: u32, labels: &dyn Labels) -> Self {
        let prefix = match map_type {
            LPM_TRIE => prefix(bytes, ty, labels),
            _ => None,
        };
        prefix.unwrap_or_else(|| Self::decode(bytes, ty, labels))
    }

    /// The number, if it is one.
    pub fn number(&self) -> Option<i128> {
        match self {
            Self::Unsigned(value) | Self::Quantity(value, ..) => Some((*value).into()),
            Self::Signed(value) => Some((*value).into()),
            _ => None,
        }
    }

    /// Whether it is a number that counts: moments and rates do not.
    pub fn is_count(&self) -> bool {
        match self {
            Self::Unsigned(_) | Self::Signed(_) => true,
            Self::Quantity(_, unit, _) => unit.is_additive(),
            _ => false,
        }
    }

    /// The fields of a struct by name that text shows: padding only when it is not zero.
    pub fn shown_fields(&self) -> Option<Vec<(&str, &Self)>> {
        let Self::Fields(fields) = self else {
            return None;
        };
        let shown = fields
            .iter()
            .filter(|(name, value)| !is_padding(name) || !value.is_zero());
        Some(shown.map(|(name, value)| (name.as_str(), value)).collect())
    }

    /// Whether all of it is zero.
    pub fn is_zero(&self) -> bool {
        match self {
            Self::Unsigned(value) | Self::Quantity(value, ..) => *value == 0,
            Self::Signed(value) => *value == 0,
            Self::Bytes(bytes) => bytes.iter().all(|byte| *byte == 0),
            Self::List(items) => items.iter().all(Self::is_zero),
            Self::Fields(fields) => fields.iter().all(|(_, value)| value.is_zero()),
            Self::Text(text) => ["::", "0.0.0.0", "00:00:00:00:00:00"].contains(&&text[..]),
        }
    }

    /// The sum of two values of one type, as far as they are numbers; none when they differ
    /// in something else.
    pub fn add(&self, other: &Self) -> Option<Self> {
        Some(match (self, other) {
            (Self::Unsigned(a), Self::Unsigned(b)) => Self::Unsigned(a.wrapping_add(*b)),
            (Self::Signed(a), Self::Signed(b)) => Self::Signed(a.wrapping_add(*b)),
            (Self::Quantity(a, unit, now), Self::Quantity(b, other, _))
                if unit == other && unit.is_additive() =>
            {
                Self::Quantity(a.wrapping_add(*b), *unit, *now)
            }
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
            Self::Unsigned(value) | Self::Quantity(value, ..) => json!(value),
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
        TypeInfo::Array(element, _) if element.is_byte() => Datum::Bytes(bytes.to_vec()),
        TypeInfo::Array(element, _) => list(bytes, element, labels)?,
        // A unit, or a name for what is in it.
        TypeInfo::Struct { fields, .. } if let [field] = &fields[..] => {
            let value = decode(bytes.get(field.offset as usize..)?, &field.ty, labels)?;
            match (value, ty.unit()) {
                (Datum::Unsigned(value), Some(unit)) => Datum::Quantity(value, unit, labels.now()),
                (value, _) => value,
            }
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

/// Whether a field is only there to fill its struct, by its name.
fn is_padding(name: &str) -> bool {
    ["reserved", "padding", "pad"].contains(&name) || name.starts_with('_')
}

/// `ADDRESS/LENGTH`: the length in bits, then an address.
fn prefix(bytes: &[u8], ty: &TypeInfo, labels: &dyn Labels) -> Option<Datum> {
    let TypeInfo::Struct { fields, .. } = ty else {
        return None;
    };
    let [length, address] = &fields[..] else {
        return None;
    };
    let part = |field: &Field| decode(bytes.get(field.offset as usize..)?, &field.ty, labels);
    let address = match (&address.ty, part(address)?) {
        (_, Datum::Text(text)) => text,
        (ty, Datum::Bytes(bytes)) => octets(ty, &bytes)?,
        _ => return None,
    };
    Some(Datum::Text(format!(
        "{address}/{}",
        part(length)?.number()?
    )))
}

/// The address in an array of bytes, by its length.
fn octets(ty: &TypeInfo, bytes: &[u8]) -> Option<String> {
    Some(match ty.size() {
        4 => Ipv4Addr::from(*bytes.first_chunk::<4>()?).to_string(),
        16 => Ipv6Addr::from(*bytes.first_chunk::<16>()?).to_string(),
        _ => return None,
    })
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

/// As [`edit`](super::edit) reads it: `name=value, name=(name=value), name=[value, value]`.
impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned(value) => value.fmt(f),
            Self::Signed(value) => value.fmt(f),
            Self::Quantity(value, unit, now) => f.write_str(&unit.show(*value, *now)),
            Self::Text(text) => text.fmt(f),
            Self::Bytes(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::nested).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Self::Fields(_) => {
                let fields = self.shown_fields().unwrap_or_default().into_iter();
                let fields: Vec<String> = fields
                    .map(|(name, value)| format!("{name}={}", value.nested()))
                    .collect();
                f.write_str(&fields.join(", "))
            }
        }
    }
}

impl Datum {
    /// As a part of another one.
    pub fn nested(&self) -> String {
        match self {
            Self::Fields(_) => format!("({self})"),
            _ => self.to_string(),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use hike_format::signature::Field;
    use proptest::prelude::*;

    pub struct NoLabels;

    impl Labels for NoLabels {
        fn chain(&self, id: u32) -> Option<String> {
            (id == 1).then(|| "chains.a.b".to_owned())
        }

        fn interface(&self, _: u32) -> Option<String> {
            None
        }

        fn now(&self) -> Option<u64> {
            Some(2_000_000_000)
        }
    }

    fn check(bytes: &[u8], ty: &TypeInfo, expected: &str) {
        assert_eq!(Datum::decode(bytes, ty, &NoLabels).to_string(), expected);
    }

    pub fn int(name: &str) -> TypeInfo {
        TypeInfo::Int(IntType::from_name(name).unwrap())
    }

    pub fn structure(fields: &[(&str, u32, TypeInfo)]) -> TypeInfo {
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
        check(&[0xff; 4], &int("s32"), "-1");
        check(&[0xff; 4], &int("u32"), "4294967295");
        check(&[0x86, 0xdd], &TypeInfo::NetworkInt(2), "34525");
        check(&[10, 0, 0, 1], &TypeInfo::Ipv4, "10.0.0.1");
        check(&[0, 1, 2, 3, 4, 0xff], &TypeInfo::Mac, "00:01:02:03:04:ff");
        check(&[1, 0, 0, 0], &TypeInfo::Chain, "chains.a.b");
        check(&[2, 0, 0, 0], &TypeInfo::Interface, "2");
        let flow = structure(&[("port", 0, int("u16")), ("rate", 4, int("u32"))]);
        check(&[1, 0, 9, 9, 2, 0, 0, 0], &flow, "port=1, rate=2");
        let inner = structure(&[("flow", 0, flow), ("_pad", 8, int("u32"))]);
        let bytes = [1, 0, 9, 9, 2, 0, 0, 0, 0, 0, 0, 0];
        check(&bytes, &inner, "flow=(port=1, rate=2)");
        let unit = structure(&[("0", 0, int("u32"))]);
        check(&[5, 0, 0, 0], &unit, "5");
        check(&[1, 2], &int("u32"), "0102");
    }

    #[test]
    fn units_are_shown_and_moments_are_ages() {
        let unit = |name: &str, ty| match structure(&[("__0", 0, ty)]) {
            TypeInfo::Struct { fields, size, .. } => TypeInfo::Struct {
                name: name.to_owned(),
                size,
                fields,
            },
            other => other,
        };
        check(&[5, 0, 0, 0], &unit("Seconds", int("u32")), "5 s");
        let moment = 500_000_000u64.to_le_bytes();
        let ty = unit("NanosecondsSinceBoot", int("u64"));
        check(&moment, &ty, "1.5 s ago");
    }

    #[test]
    fn keys_of_tries_are_prefixes() {
        let check = |address, bytes: &[u8], expected: &str| {
            let key = structure(&[("prefix_len", 0, int("u32")), ("data", 4, address)]);
            let datum = Datum::decode_key(bytes, &key, LPM_TRIE, &NoLabels);
            assert_eq!(datum.to_string(), expected);
        };
        check(TypeInfo::Ipv4, &[8, 0, 0, 0, 10, 0, 0, 0], "10.0.0.0/8");
        let bytes = TypeInfo::Array(Box::new(int("u8")), 4);
        check(bytes, &[8, 0, 0, 0, 10, 0, 0, 0], "10.0.0.0/8");
        check(
            int("u32"),
            &[8, 0, 0, 0, 1, 0, 0, 0],
            "prefix_len=8, data=1",
        );
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
        let moment = |at| Datum::Quantity(at, Unit::Moment, None);
        assert_eq!(moment(1).add(&moment(2)), None);
        let packets = |count| Datum::Quantity(count, Unit::Count("packets"), None);
        assert_eq!(packets(1).add(&packets(2)), Some(packets(3)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_shown(bytes: Vec<u8>, signed: bool, bits in prop::sample::select(vec![8u8, 16, 32, 64])) {
            let ty = TypeInfo::Array(Box::new(TypeInfo::Int(IntType { bits, signed })), 3);
            Datum::decode(&bytes, &ty, &NoLabels).to_string();
        }
    }
}
