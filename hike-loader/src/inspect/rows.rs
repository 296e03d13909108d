//! The entries of a map.

use super::{Datum, InspectError, Labels, TypedMap};
use crate::kernel::{Kernel, KernelError};
use crate::sys::map::{MapEntry, map_type};

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its key.
    pub key: Datum,
    /// Its value.
    pub values: Values,
}

/// The value of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values {
    /// One for all CPUs.
    Shared(Datum),
    /// One for each CPU, and their sum when they can be added.
    PerCpu(Vec<Datum>, Option<Datum>),
}

impl Values {
    /// The values of a key, one a CPU in per-CPU maps.
    pub fn new<M>(map: &TypedMap<M>, bytes: &[Vec<u8>], labels: &dyn Labels) -> Self {
        let decode = |bytes: &Vec<u8>| Datum::decode(bytes, &map.value, labels);
        let mut values: Vec<Datum> = bytes.iter().map(decode).collect();
        if !map.shape.is_per_cpu()
            && let Some(only) = values.pop()
        {
            return Self::Shared(only);
        }
        let (first, rest) = match values.split_first() {
            Some((first, rest)) => (first.clone(), rest),
            None => return Self::PerCpu(values, None),
        };
        let sum = rest.iter().try_fold(first, |sum, value| sum.add(value));
        Self::PerCpu(values, sum)
    }

    /// The one value to show, if there is one: that of all CPUs together.
    pub fn total(&self) -> Option<&Datum> {
        match self {
            Self::Shared(value) => Some(value),
            Self::PerCpu(_, sum) => sum.as_ref(),
        }
    }

    /// Whether it is zero, on every CPU.
    pub fn is_zero(&self) -> bool {
        match self {
            Self::Shared(value) => value.is_zero(),
            Self::PerCpu(values, _) => values.iter().all(Datum::is_zero),
        }
    }

    /// The value of each CPU; empty when all CPUs share one.
    pub fn per_cpu(&self) -> &[Datum] {
        match self {
            Self::Shared(_) => &[],
            Self::PerCpu(values, _) => values,
        }
    }
}

pub(super) fn check_readable<M>(map: &TypedMap<M>) -> Result<(), InspectError> {
    if map.shape.is_readable() {
        return Ok(());
    }
    Err(InspectError::Unreadable {
        map: map.name.clone(),
        kind: map_type::name(map.shape.map_type),
    })
}

/// Says which map the kernel refuses to read or write.
pub(super) fn failed<M>(map: &TypedMap<M>) -> impl Fn(KernelError) -> InspectError {
    let map = map.name.clone();
    move |error| InspectError::Kernel {
        map: map.clone(),
        error: Box::new(error),
    }
}

/// Every entry, ordered by the bytes of the keys.
///
/// # Errors
/// When the map cannot be read by key, or the kernel refuses.
pub fn rows<K: Kernel>(
    kernel: &mut K,
    map: &TypedMap<K::Map>,
    labels: &dyn Labels,
) -> Result<Vec<Row>, InspectError> {
    let entries = entries(kernel, map)?;
    let rows = entries.iter();
    Ok(rows
        .map(|(key, values)| row(map, key, values, labels))
        .collect())
}

/// Every entry once, in the order of the keys.
pub(super) fn entries<K: Kernel>(
    kernel: &mut K,
    map: &TypedMap<K::Map>,
) -> Result<Vec<MapEntry>, InspectError> {
    check_readable(map)?;
    let mut entries = kernel.read_all(&map.map).map_err(failed(map))?;
    // Indexes are little-endian, other keys mostly in network order.
    if map.shape.key_size == 4 {
        let index = |key: &[u8]| <[u8; 4]>::try_from(key).map(u32::from_le_bytes).ok();
        entries.sort_by_key(|(key, _)| index(key));
    } else {
        entries.sort();
    }
    entries.dedup_by(|later, first| later.0 == first.0);
    Ok(entries)
}

fn row<M>(map: &TypedMap<M>, key: &[u8], values: &[Vec<u8>], labels: &dyn Labels) -> Row {
    Row {
        key: Datum::decode_key(key, &map.key, map.shape.map_type, labels),
        values: Values::new(map, values, labels),
    }
}

/// The entry of one key; none when it is not there.
///
/// # Errors
/// When the map cannot be read by key, or the kernel refuses.
pub fn lookup<K: Kernel>(
    kernel: &mut K,
    map: &TypedMap<K::Map>,
    key: &[u8],
    labels: &dyn Labels,
) -> Result<Option<Row>, InspectError> {
    check_readable(map)?;
    let values = kernel.lookup(&map.map, key).map_err(failed(map))?;
    Ok(values.map(|values| row(map, key, &values, labels)))
}
