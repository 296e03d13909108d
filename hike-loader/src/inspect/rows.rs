//! The entries of a map.

use super::{Datum, InspectError, Labels, TypedMap};
use crate::sys::map::map_type;

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
    fn new(map: &TypedMap, bytes: &[Vec<u8>], labels: &dyn Labels) -> Self {
        let decode = |bytes: &Vec<u8>| Datum::decode(bytes, &map.value, labels);
        let mut values: Vec<Datum> = bytes.iter().map(decode).collect();
        if !map.info.shape.is_per_cpu()
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

    /// The value of each CPU; empty when all CPUs share one.
    pub fn per_cpu(&self) -> &[Datum] {
        match self {
            Self::Shared(_) => &[],
            Self::PerCpu(values, _) => values,
        }
    }
}

fn check_readable(map: &TypedMap) -> Result<(), InspectError> {
    if map.info.shape.is_readable() {
        return Ok(());
    }
    Err(InspectError::Unreadable {
        map: map.info.name.clone(),
        kind: map_type::name(map.info.shape.map_type),
    })
}

fn failed(map: &TypedMap) -> impl Fn(std::io::Error) -> InspectError {
    let map = map.info.name.clone();
    move |error| InspectError::Read {
        map: map.clone(),
        error,
    }
}

/// Every entry, ordered by the bytes of the keys.
///
/// # Errors
/// When the map cannot be read by key, or the kernel refuses.
pub fn rows(map: &TypedMap, labels: &dyn Labels) -> Result<Vec<Row>, InspectError> {
    check_readable(map)?;
    let mut keys = map.map.keys().map_err(failed(map))?;
    // Indexes are little-endian, other keys mostly in network order.
    if map.info.shape.key_size == 4 {
        keys.sort_by_key(|key| <[u8; 4]>::try_from(&key[..]).map(u32::from_le_bytes).ok());
    } else {
        keys.sort();
    }
    let mut rows = Vec::new();
    for key in keys {
        // An entry may be gone since its key was read.
        let Some(values) = map.map.lookup(&key).map_err(failed(map))? else {
            continue;
        };
        rows.push(Row {
            key: Datum::decode(&key, &map.key, labels),
            values: Values::new(map, &values, labels),
        });
    }
    Ok(rows)
}

/// The entry of one key; none when it is not there.
///
/// # Errors
/// When the map cannot be read by key, or the kernel refuses.
pub fn lookup(
    map: &TypedMap,
    key: &[u8],
    labels: &dyn Labels,
) -> Result<Option<Row>, InspectError> {
    check_readable(map)?;
    let values = map.map.lookup(key).map_err(failed(map))?;
    Ok(values.map(|values| Row {
        key: Datum::decode(key, &map.key, labels),
        values: Values::new(map, &values, labels),
    }))
}
