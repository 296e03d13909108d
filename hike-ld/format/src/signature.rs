//! What a program or loader object says about itself.

mod fields;

use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::unit::Unit;

pub use fields::Leaf;

/// Whether an object holds a program, which chains call, or a chain loader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// A HIKe program.
    Program,
    /// A chain loader.
    Loader,
}

/// The interface of a program or loader, read from the BTF of its object alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Program or loader.
    pub kind: ObjectKind,
    /// Its name without the package, `ip6_dst_tbmon`.
    pub name: String,
    /// Documentation, Markdown; empty when there is none.
    pub doc: String,
    /// Parameters in order, at most five.
    pub params: Vec<Param>,
    /// What a call gives.
    pub result: ResultKind,
    /// Configuration variables in the order of their names.
    pub config: Vec<ConfigVar>,
    /// Maps of the program itself (the VM's are left out), in the order of their names.
    pub maps: Vec<MapInfo>,
}

/// What a call of a program gives its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultKind {
    /// A value of 64 bits.
    Value(IntType),
    /// Nothing: the program always ends the chain with a verdict.
    Final,
}

/// An integer type of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IntType {
    /// 8, 16, 32 or 64.
    pub bits: u8,
    /// Two's complement when set.
    pub signed: bool,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: IntType,
}

/// One configuration variable: a constant of the object that an install can set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigVar {
    /// Its name, `RATE`.
    pub name: String,
    /// Its type.
    pub ty: IntType,
    /// Its unit (`PacketsPerSecond`), when the type has one.
    pub unit: Option<String>,
    /// Documentation, Markdown; empty when there is none.
    pub doc: String,
    /// Value it has unless set.
    pub default: u64,
    /// The ELF section it lies in.
    pub section: String,
    /// Offset in that section, in bytes.
    pub offset: u32,
}

/// One map a program declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapInfo {
    /// Its name.
    pub name: String,
    /// Documentation, Markdown; empty when there is none.
    pub doc: String,
    /// `enum bpf_map_type` number.
    pub map_type: u32,
    /// Type of the keys.
    pub key: TypeInfo,
    /// Type of the values.
    pub value: TypeInfo,
    /// Most entries it holds.
    pub max_entries: u32,
}

/// The shape of a key, a value or a field, resolved from BTF.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TypeInfo {
    /// An integer in host order.
    Int(IntType),
    /// An integer in network order, of so many bytes (`Be16`, `__be32`).
    NetworkInt(u8),
    /// An IPv6 address, 16 bytes (`Ipv6Addr`, `in6_addr`).
    Ipv6,
    /// An IPv4 address, 4 bytes in network order (`Ipv4Addr`, `in_addr`).
    Ipv4,
    /// An Ethernet address, 6 bytes (`MacAddr`).
    Mac,
    /// A chain's runtime ID, 4 bytes (`ChainId`).
    Chain,
    /// An interface index, 4 bytes (`IfIndex`).
    Interface,
    /// So many elements of one type.
    Array(Box<TypeInfo>, u32),
    /// Named fields.
    Struct {
        /// The type's name.
        name: String,
        /// Its size in bytes.
        size: u32,
        /// Its fields in order.
        fields: Vec<Field>,
    },
}

/// A field of a struct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Offset from the start of the struct, in bytes.
    pub offset: u32,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: TypeInfo,
}

impl Signature {
    /// The configuration variable of this name, if there is one.
    pub fn config_var(&self, name: &str) -> Option<&ConfigVar> {
        self.config.iter().find(|var| var.name == name)
    }

    /// The map of this name, if there is one.
    pub fn map(&self, name: &str) -> Option<&MapInfo> {
        self.maps.iter().find(|map| map.name == name)
    }

    /// What the documentation says in short: its first sentence, on one line.
    pub fn summary(&self) -> String {
        summary(&self.doc)
    }
}

/// The first sentence of a documentation, on one line, without its full stop.
pub fn summary(doc: &str) -> String {
    let paragraph = doc
        .trim()
        .lines()
        .take_while(|line| !line.trim().is_empty());
    let text = paragraph.map(str::trim).collect::<Vec<_>>().join(" ");
    let end = text.find(". ").unwrap_or(text.len());
    text[..end].trim_end_matches('.').to_owned()
}

impl MapInfo {
    /// The kernel's name of its type, in lower case: `enum bpf_map_type` of `linux/bpf.h`.
    pub fn type_name(&self) -> String {
        let name = map_type_name(self.map_type).map(str::to_owned);
        name.unwrap_or_else(|| format!("map type {}", self.map_type))
    }

    /// The type of the events in a ring buffer that names it: the type of its values, or of
    /// the elements of an empty array of them.
    pub fn event(&self) -> Option<&TypeInfo> {
        let event = match &self.value {
            TypeInfo::Array(event, 0) => event,
            value => value,
        };
        (self.map_type == RING_BUFFER && event.size() > 0 && *event != TypeInfo::byte())
            .then_some(event)
    }

    /// What it holds: key and value, or the events of a ring buffer; without those of no
    /// size.
    pub fn parts(&self) -> Vec<(&'static str, &TypeInfo)> {
        let value = match self.event() {
            Some(event) => ("event", event),
            None => ("value", &self.value),
        };
        let parts = [("key", &self.key), value].into_iter();
        parts.filter(|(_, ty)| ty.size() > 0).collect()
    }

    /// How much it holds, `4096 entries`; of ring buffers `65536 bytes`.
    pub fn capacity(&self) -> String {
        match (self.map_type, self.max_entries) {
            (RING_BUFFER, bytes) => format!("{bytes} bytes"),
            (_, 1) => "1 entry".to_owned(),
            (_, entries) => format!("{entries} entries"),
        }
    }
}

/// `BPF_MAP_TYPE_RINGBUF`.
const RING_BUFFER: u32 = 27;

/// The kernel's name of a map type, in lower case, if this tool knows it.
pub fn map_type_name(number: u32) -> Option<&'static str> {
    Some(match number {
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
        RING_BUFFER => "ringbuf",
        30 => "bloom_filter",
        _ => return None,
    })
}

impl IntType {
    /// Every type, as scripts name them.
    pub const ALL: [(&str, Self); 8] = [
        ("u8", Self::unsigned(8)),
        ("u16", Self::unsigned(16)),
        ("u32", Self::unsigned(32)),
        ("u64", Self::unsigned(64)),
        ("s8", Self::signed(8)),
        ("s16", Self::signed(16)),
        ("s32", Self::signed(32)),
        ("s64", Self::signed(64)),
    ];

    /// The unsigned type of so many bits.
    pub const fn unsigned(bits: u8) -> Self {
        Self {
            bits,
            signed: false,
        }
    }

    /// The signed type of so many bits.
    pub const fn signed(bits: u8) -> Self {
        Self { bits, signed: true }
    }

    /// The type of this name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        let found = Self::ALL.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, ty)| ty)
    }
}

impl fmt::Display for IntType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.signed { 's' } else { 'u' };
        write!(f, "{sign}{}", self.bits)
    }
}

impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.ty)
    }
}

impl fmt::Display for ResultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(ty) => write!(f, "{ty}"),
            Self::Final => f.write_str("final"),
        }
    }
}

/// `ip6_hset_srcdst(action: u32) -> u64`; a program that ends the chain gives `final`,
/// a loader has its name alone.
impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.kind == ObjectKind::Loader {
            return Ok(());
        }
        let params: Vec<String> = self.params.iter().map(Param::to_string).collect();
        write!(f, "({}) -> {}", params.join(", "), self.result)
    }
}

impl fmt::Display for TypeInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(ty) => write!(f, "{ty}"),
            Self::NetworkInt(bytes) => write!(f, "be{}", u32::from(*bytes) * 8),
            Self::Ipv6 => f.write_str("ipv6"),
            Self::Ipv4 => f.write_str("ipv4"),
            Self::Mac => f.write_str("mac"),
            Self::Chain => f.write_str("chain"),
            Self::Interface => f.write_str("interface"),
            Self::Array(element, count) => write!(f, "{element}[{count}]"),
            Self::Struct { fields, .. } => {
                // A struct around one nameless field reads like the field.
                if let Some(field) = self.wrapped() {
                    return write!(f, "{}", field.ty);
                }
                let fields: Vec<String> = fields
                    .iter()
                    .map(|field| format!("{}: {}", field.name, field.ty))
                    .collect();
                write!(f, "{{{}}}", fields.join(", "))
            }
        }
    }
}

impl TypeInfo {
    /// The unit of a number: the name of the struct of one field that holds it.
    pub fn unit(&self) -> Option<Unit> {
        match self {
            Self::Struct { name, fields, .. } => match &fields[..] {
                [
                    Field {
                        ty: Self::Int(IntType { signed: false, .. }),
                        ..
                    },
                ] => Unit::from_name(name),
                _ => None,
            },
            _ => None,
        }
    }

    /// A byte.
    pub const fn byte() -> Self {
        Self::Int(IntType::unsigned(8))
    }

    /// Whether it is a byte, of which an array has no further meaning.
    pub fn is_byte(&self) -> bool {
        matches!(self, Self::Int(int) if int.bits == 8)
    }

    /// Its size in bytes.
    pub fn size(&self) -> u32 {
        match self {
            Self::Int(ty) => u32::from(ty.bits / 8),
            Self::NetworkInt(bytes) => (*bytes).into(),
            Self::Ipv6 => 16,
            Self::Ipv4 | Self::Chain | Self::Interface => 4,
            Self::Mac => 6,
            Self::Array(element, count) => element.size().saturating_mul(*count),
            Self::Struct { size, .. } => *size,
        }
    }
}

impl Serialize for IntType {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match Self::ALL.iter().find(|(_, ty)| ty == self) {
            Some((name, _)) => to.serialize_str(name),
            None => to.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for IntType {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        Self::from_name(&name).ok_or_else(|| {
            D::Error::custom(format!(
                "unknown type `{name}`, expected `u8` to `u64` or `s8` to `s64`"
            ))
        })
    }
}

impl ConfigVar {
    /// Its default as a number of its type.
    pub fn default_text(&self) -> String {
        if self.ty.signed {
            return (self.default as i64).to_string();
        }
        self.default.to_string()
    }
}
