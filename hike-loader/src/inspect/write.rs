//! Changing the entries of a map.

use std::io;

use super::draft::Draft;
use super::edit::{self, Context, EditError};
use super::rows::{check_readable, entries, failed};
use super::{InspectError, Labels, Row, TypedMap, lookup};
use crate::kernel::{Kernel, KernelError};

/// Sets the value of a key, on every CPU of a per-CPU map. Fields that the text does not
/// name stay as they are, in a new entry they are zero. Gives the entry as it is now.
///
/// # Errors
/// When the map or its types do not take it, or the kernel refuses.
pub fn set<K: Kernel>(
    kernel: &mut K,
    map: &TypedMap<K::Map>,
    key: &[u8],
    text: &str,
    context: Context<'_>,
    labels: &dyn Labels,
) -> Result<Option<Row>, InspectError> {
    check_writable(map)?;
    let wrong = |error: EditError| InspectError::Value {
        value: text.to_owned(),
        map: map.name.clone(),
        error: Box::new(error),
    };
    let draft =
        Draft::parse(text).map_err(|error| wrong(EditError::of_draft(error, &map.value)))?;
    let old = kernel.lookup(&map.map, key).map_err(failed(map))?;
    let new_entry = || vec![vec![0; map.shape.value_size as usize]; map.shape.copies()];
    let mut values = old.unwrap_or_else(new_entry);
    for value in &mut values {
        edit::put(&draft, &map.value, value, context).map_err(wrong)?;
    }
    write(kernel, map, key, &values)?;
    lookup(kernel, map, key, labels)
}

fn write<K: Kernel>(
    kernel: &mut K,
    map: &TypedMap<K::Map>,
    key: &[u8],
    values: &[Vec<u8>],
) -> Result<(), InspectError> {
    kernel
        .write(&map.map, key, values)
        .map_err(|error| match &error {
            KernelError::System { error, .. } if is_full(error) => InspectError::Full {
                map: map.name.clone(),
                entries: map.shape.max_entries,
            },
            _ => failed(map)(error),
        })
}

/// `E2BIG` of hashes, `ENOSPC` of tries.
fn is_full(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::E2BIG | libc::ENOSPC))
}

/// Takes out the entry of a key, which in an array is set to zero; false when there is none.
///
/// # Errors
/// When the map is read-only, or the kernel refuses.
pub fn clear<K: Kernel>(
    kernel: &mut K,
    map: &TypedMap<K::Map>,
    key: &[u8],
) -> Result<bool, InspectError> {
    check_writable(map)?;
    if map.shape.is_array() {
        let zero = vec![vec![0; map.shape.value_size as usize]; map.shape.copies()];
        write(kernel, map, key, &zero)?;
        return Ok(true);
    }
    kernel.delete(&map.map, key).map_err(failed(map))
}

/// Takes out every entry; gives how many there were.
///
/// # Errors
/// When the map is read-only, or the kernel refuses; entries taken out by then are gone.
pub fn clear_all<K: Kernel>(kernel: &mut K, map: &TypedMap<K::Map>) -> Result<usize, InspectError> {
    check_writable(map)?;
    let mut cleared = 0;
    for (key, _) in entries(kernel, map)? {
        cleared += usize::from(clear(kernel, map, &key)?);
    }
    Ok(cleared)
}

fn check_writable<M>(map: &TypedMap<M>) -> Result<(), InspectError> {
    check_readable(map)?;
    match map.read_only {
        true => Err(InspectError::ReadOnly(map.name.clone())),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use hike_format::Symbol;
    use hike_format::encode::Names;
    use hike_format::signature::{Field, IntType, TypeInfo};

    use super::*;
    use crate::kernel::fake::{Fake, FakeMap};
    use crate::sys::map::MapShape;

    struct Nobody;

    impl Names for Nobody {
        fn chain(&self, _: &Symbol) -> Option<u32> {
            None
        }

        fn interface(&self, _: &str) -> Option<u32> {
            None
        }
    }

    impl Labels for Nobody {
        fn chain(&self, _: u32) -> Option<String> {
            None
        }

        fn interface(&self, _: u32) -> Option<String> {
            None
        }

        fn now(&self) -> Option<u64> {
            None
        }
    }

    const NOBODY: Context<'static> = Context {
        names: &Nobody,
        now: 0,
    };

    /// A map of pairs of numbers by numbers.
    fn pairs(map_type: u32) -> TypedMap<FakeMap> {
        let number = || TypeInfo::Int(IntType::unsigned(32));
        let field = |name: &str, offset| Field {
            name: name.to_owned(),
            offset,
            ty: number(),
        };
        TypedMap {
            map: FakeMap::default(),
            name: "pairs".to_owned(),
            shape: MapShape {
                map_type,
                key_size: 4,
                value_size: 8,
                max_entries: 3,
            },
            key: number(),
            value: TypeInfo::Struct {
                name: "Pair".to_owned(),
                size: 8,
                fields: vec![field("a", 0), field("b", 4)],
            },
            read_only: false,
        }
    }

    const HASH: u32 = 1;
    const ARRAY: u32 = 2;

    fn entries(map: &TypedMap<FakeMap>) -> BTreeMap<Vec<u8>, Vec<u8>> {
        map.map.borrow().clone()
    }

    fn assign(map: &TypedMap<FakeMap>, key: &str, value: &str) -> Result<String, InspectError> {
        let key = map.parse_key(key, NOBODY)?;
        let row = set(&mut Fake::default(), map, &key, value, NOBODY, &Nobody)?;
        let value = row.and_then(|row| row.values.total().map(ToString::to_string));
        Ok(value.unwrap_or_default())
    }

    #[test]
    fn a_new_entry_is_zero_where_nothing_is_said() {
        let map = pairs(HASH);
        assert_eq!(assign(&map, "7", "b=5").unwrap(), "a=0, b=5");
        assert_eq!(assign(&map, "7", "a=1").unwrap(), "a=1, b=5");
        assert_eq!(assign(&map, "7", "2, 3").unwrap(), "a=2, b=3");
        let key = 7u32.to_ne_bytes().to_vec();
        assert_eq!(entries(&map)[&key], [2, 0, 0, 0, 3, 0, 0, 0]);
    }

    #[test]
    fn wrong_input_changes_nothing() {
        let map = pairs(HASH);
        let refused = |key: &str, value: &str| {
            let error = assign(&map, key, value).unwrap_err();
            format!("{error}; {}", error.help().unwrap_or_default())
        };
        assert_eq!(
            refused("x", "1,2"),
            "`x` is no key of map `pairs`: expected a number of type `u32`, found `x`; \
             for example `1`"
        );
        assert_eq!(
            refused("1", "a=1,c=2"),
            "`a=1,c=2` is no value of map `pairs`: expected one of `a`, `b`, found `c`; \
             for example `a=1, b=1`"
        );
        assert_eq!(
            refused("1", "(1"),
            "`(1` is no value of map `pairs`: expected `)` at the end; for example `a=1, b=1`"
        );
        assert!(entries(&map).is_empty());
    }

    #[test]
    fn entries_of_hashes_are_taken_out_those_of_arrays_are_zeroed() {
        for (map_type, left) in [(HASH, 1), (ARRAY, 2)] {
            let map = pairs(map_type);
            assign(&map, "0", "1,1").unwrap();
            assign(&map, "2", "2,2").unwrap();
            let mut kernel = Fake::default();
            let key = map.parse_key("2", NOBODY).unwrap();
            assert!(clear(&mut kernel, &map, &key).unwrap());
            assert_eq!(entries(&map).len(), left);
            let again = clear(&mut kernel, &map, &key).unwrap();
            assert_eq!(again, map_type == ARRAY);
            assert_eq!(clear_all(&mut kernel, &map).unwrap(), left);
            assert!(entries(&map).values().all(|it| *it == [0; 8]));
        }
    }

    #[test]
    fn read_only_maps_are_left_alone() {
        let mut map = pairs(HASH);
        assign(&map, "1", "1,1").unwrap();
        map.read_only = true;
        let error = assign(&map, "1", "2,2").unwrap_err();
        assert_eq!(error.to_string(), "map `pairs` is read-only");
        assert!(clear_all(&mut Fake::default(), &map).is_err());
        let mut programs = pairs(crate::sys::map::map_type::PROGRAM_ARRAY);
        programs.read_only = false;
        let error = assign(&programs, "1", "2,2").unwrap_err();
        assert!(error.to_string().contains("prog_array"), "{error}");
        assert_eq!(entries(&map).len(), 1);
    }
}
