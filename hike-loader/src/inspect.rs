//! The maps of installed bundles, by the types they have in the kernel.
//!
//! ```text
//! bytes --datum--> Datum --Display--> text --draft--> Draft --edit--> bytes
//! ```
//!
//! What is shown is what is read: [`datum`] and [`edit`] have one description, the type.

pub mod datum;
pub mod draft;
pub mod edit;
mod error;
pub mod example;
pub mod field;
mod rates;
mod rows;
mod write;

use std::path::{Path, PathBuf};

use hike_abi::vm_maps;
use hike_format::btf::{Btf, TypeId, layout};
use hike_format::signature::{IntType, MapInfo as Description, TypeInfo};

use crate::registry::{Layout, MapRecord, Record};
use crate::sys::map::{Map, MapInfo, MapShape};
use crate::sys::{btf, pin};

pub use datum::{Datum, Labels};
pub use edit::Context;
pub use error::InspectError;
pub use rates::Rate;
pub use rows::{Row, Values, lookup, rows};
pub use write::{clear, clear_all, set};

/// A map and the types of its keys and values.
#[derive(Debug)]
pub struct TypedMap<M = Map> {
    /// The map.
    pub map: M,
    /// Its name.
    pub name: String,
    /// Type and sizes.
    pub shape: MapShape,
    /// Type of the keys.
    pub key: TypeInfo,
    /// Type of the values.
    pub value: TypeInfo,
    /// Whether user space may not write to it.
    pub read_only: bool,
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
            read_only: info.read_only,
            name: info.name,
            shape,
            map,
        })
    }
}

impl<M> TypedMap<M> {
    /// The key of a text.
    ///
    /// # Errors
    /// When the map cannot have it.
    pub fn parse_key(&self, text: &str, context: Context<'_>) -> Result<Vec<u8>, InspectError> {
        let key = edit::key(text, &self.description(), context);
        key.map_err(|error| InspectError::Key {
            key: text.to_owned(),
            map: self.name.clone(),
            error: Box::new(error),
        })
    }

    fn description(&self) -> Description {
        Description {
            name: self.name.clone(),
            doc: String::new(),
            map_type: self.shape.map_type,
            key: self.key.clone(),
            value: self.value.clone(),
            max_entries: self.shape.max_entries,
        }
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

/// A map that a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// One of the bundle.
    Bundle(&'a MapRecord),
    /// One of the VM, which all bundles share.
    Vm(&'static str),
}

/// Finds a map of a bundle by `MAP` or `PACKAGE:MAP` (or `PACKAGE.MAP`), or one of the VM.
///
/// # Errors
/// When there is none, or several of that name in different packages.
pub fn find<'a>(record: &'a Record, name: &str) -> Result<Found<'a>, InspectError> {
    let matches = |map: &&MapRecord| {
        map.name == name
            || format!("{}:{}", map.package, map.name) == name
            || format!("{}.{}", map.package, map.name) == name
    };
    let found: Vec<&MapRecord> = record.maps.iter().filter(matches).collect();
    let mut of_vm = vm_maps::ALL.into_iter();
    match (&found[..], of_vm.find(|known| *known == name)) {
        ([only], _) => Ok(Found::Bundle(only)),
        ([], Some(name)) => Ok(Found::Vm(name)),
        ([], None) => Err(InspectError::NoMap {
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

/// The pin of a map.
pub fn path(layout: &Layout, bundle: &str, map: &Found<'_>) -> PathBuf {
    match map {
        Found::Bundle(map) => layout
            .bundle(bundle)
            .join(Layout::map(&map.package, &map.name)),
        Found::Vm(name) => layout.vm().join(name),
    }
}

/// Opens a map of an installed bundle, or of the VM; that one can only be read.
///
/// # Errors
/// When its pin is not there, or the kernel refuses.
pub fn open(layout: &Layout, bundle: &str, map: &Found<'_>) -> Result<TypedMap, InspectError> {
    let path = path(layout, bundle, map);
    let mut typed = open_path(&path).map_err(|error| InspectError::Open { path, error })?;
    // The kernel keeps only the start of a name.
    match map {
        Found::Bundle(map) => typed.name.clone_from(&map.name),
        Found::Vm(name) => {
            (*name).clone_into(&mut typed.name);
            typed.read_only = true;
        }
    }
    Ok(typed)
}

fn open_path(path: &Path) -> std::io::Result<TypedMap> {
    TypedMap::new(Map::from_fd(pin::open(path)?)?)
}
