//! Objects that are damaged: an error, never a panic.

mod common;

use std::collections::BTreeMap;

use hike_loader::image::{Image, ImageError};
use proptest::prelude::*;

fn object() -> Vec<u8> {
    common::package_object("meter", "ip6_dst_tbmon")
}

/// Reads an object and links it with a descriptor for each of its maps.
fn read(bytes: &[u8]) -> Result<usize, ImageError> {
    let image = Image::parse("damaged", None, bytes)?;
    let names = image.maps().keys().chain(image.data().keys());
    let fds: BTreeMap<String, i32> = names.cloned().zip(3..).collect();
    Ok(image.link(&fds)?.instructions.len())
}

#[test]
fn a_whole_object_is_read() {
    assert!(read(&object()).unwrap() > 100);
}

#[test]
fn a_file_of_another_kind_is_named() {
    let error = Image::parse("other", None, b"#!/bin/sh").unwrap_err();
    assert!(
        error.to_string().starts_with("`other` is a malformed"),
        "{error}"
    );
}

#[test]
fn a_missing_descriptor_is_an_error() {
    let image = Image::parse("whole", None, &object()).unwrap();
    let error = image.link(&BTreeMap::new()).unwrap_err();
    assert!(
        error.to_string().starts_with("relocation of `whole`"),
        "{error}"
    );
}

#[test]
fn a_missing_entry_is_named() {
    let error = Image::parse("whole", Some("nothing"), &object()).unwrap_err();
    assert_eq!(error.to_string(), "`whole` has no XDP program `nothing`");
}

proptest! {
    #[test]
    fn damaged_objects_do_not_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20)) {
        let mut bytes = object();
        for (index, byte) in changes {
            *index.get_mut(&mut bytes) = byte;
        }
        let _ = read(&bytes);
    }

    #[test]
    fn damaged_headers_do_not_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = object();
        let start = bytes.len() - 64 * 16;
        for (index, byte) in changes {
            *index.get_mut(&mut bytes[start..]) = byte;
        }
        let _ = read(&bytes);
    }

    #[test]
    fn cut_objects_do_not_panic(end: prop::sample::Index) {
        let bytes = object();
        let _ = read(&bytes[..end.index(bytes.len())]);
    }
}
