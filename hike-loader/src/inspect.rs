//! The maps of installed bundles, shown by the types they have in the kernel.

mod datum;
mod error;
mod key;
mod rows;

use std::collections::BTreeMap;
use std::path::Path;

use hike_format::btf::{Btf, TypeId, layout};
use hike_format::signature::{IntType, TypeInfo};

use crate::registry::{Layout, MapRecord, Record};
use crate::sys::map::{Map, MapInfo};
use crate::sys::{btf, pin};

pub use datum::{Datum, Labels};
pub use error::InspectError;
pub use key::parse_key;
pub use rows::{Row, Values, lookup, rows};

/// A map and the types of its keys and values.
#[derive(Debug)]
pub struct TypedMap {
    /// The map.
    pub map: Map,
    /// What the kernel knows of it.
    pub info: MapInfo,
    /// Type of the keys.
    pub key: TypeInfo,
    /// Type of the values.
    pub value: TypeInfo,
}

impl TypedMap {
    /// A map with the types that the kernel has for it; without them, keys and values are
    /// bytes.
    ///
    /// # Errors
    /// When the kernel says nothing of the map.
    pub fn new(map: Map) -> Result<Self, std::io::Error> {
        let info = map.info()?;
        let types = types(&info);
        let (key, value) = types.unwrap_or((None, None));
        let shape = info.shape;
        Ok(Self {
            key: fitting(key, shape.key_size),
            value: fitting(value, shape.value_size),
            map,
            info,
        })
    }
}

type Types = (Option<TypeInfo>, Option<TypeInfo>);

/// The types that the kernel has, when it has some and tells them.
fn types(info: &MapInfo) -> Option<Types> {
    if info.btf == 0 {
        return None;
    }
    let types = Btf::parse(&btf::read(info.btf).ok()?).ok()?;
    let of = |id| layout(&types, TypeId(id)).ok();
    Some((of(info.key_type), of(info.value_type)))
}

/// A type of the right size: bytes where there is none.
fn fitting(ty: Option<TypeInfo>, size: u32) -> TypeInfo {
    match ty {
        Some(ty) if ty.size() == size => ty,
        _ if size == 4 => TypeInfo::Int(IntType::unsigned(32)),
        _ => TypeInfo::Array(Box::new(TypeInfo::Int(IntType::unsigned(8))), size),
    }
}

/// Finds a map of a bundle by `MAP` or `PACKAGE:MAP` (or `PACKAGE.MAP`).
///
/// # Errors
/// When there is none, or several of that name in different packages.
pub fn find<'a>(record: &'a Record, name: &str) -> Result<&'a MapRecord, InspectError> {
    let matches = |map: &&MapRecord| {
        map.name == name
            || format!("{}:{}", map.package, map.name) == name
            || format!("{}.{}", map.package, map.name) == name
    };
    let found: Vec<&MapRecord> = record.maps.iter().filter(matches).collect();
    match found[..] {
        [only] => Ok(only),
        [] => Err(InspectError::NoMap {
            bundle: record.name.clone(),
            map: name.to_owned(),
            known: record.maps.iter().map(|map| map.name.clone()).collect(),
        }),
        _ => Err(InspectError::Ambiguous {
            map: name.to_owned(),
            packages: found.iter().map(|map| map.package.clone()).collect(),
        }),
    }
}

/// Opens a map of an installed bundle.
///
/// # Errors
/// When its pin is not there, or the kernel refuses.
pub fn open(layout: &Layout, bundle: &str, map: &MapRecord) -> Result<TypedMap, InspectError> {
    let path = layout
        .bundle(bundle)
        .join(Layout::map(&map.package, &map.name));
    open_path(&path).map_err(|error| InspectError::Open { path, error })
}

fn open_path(path: &Path) -> std::io::Result<TypedMap> {
    TypedMap::new(Map::from_fd(pin::open(path)?)?)
}

/// Interfaces by index, for showing them by name.
pub type InterfaceNames = BTreeMap<u32, String>;
