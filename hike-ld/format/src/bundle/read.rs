//! Reading: archive, manifest, every member against the manifest.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::archive::{RawMember, Unpacked, unpack};
use super::error::check_path;
use super::refer::check_references;
use super::{Bundle, BundleError, MANIFEST, MemberError, limits};
use crate::digest::Digest;
use crate::manifest::{FORMAT, Manifest, MemberEntry};

/// Reads and checks a bundle.
pub(super) fn read(bytes: &[u8]) -> Result<Bundle, BundleError> {
    let Unpacked { members, damage } = unpack(bytes);
    let bundle = check(members);
    match (bundle, damage) {
        (Ok(bundle), None) => Ok(bundle),
        (Err(error), None) => Err(error),
        // Members that differ are named; other errors would only be echoes of the damage.
        (Err(error @ BundleError::Members(_)), Some(damage)) => Err(BundleError::Damaged {
            damage: damage.to_string(),
            error: Box::new(error),
        }),
        (_, Some(damage)) => Err(damage),
    }
}

fn check(members: Vec<RawMember>) -> Result<Bundle, BundleError> {
    let mut members = members.into_iter();
    let json = match members.next() {
        Some(first) if first.path == MANIFEST => first.bytes,
        other => return Err(BundleError::NoManifest(other.map(|first| first.path))),
    };
    let manifest = manifest(&json)?;
    let members = by_path(members)?;
    check_members(&manifest, &members)?;
    check_references(&manifest)?;
    Ok(Bundle {
        manifest,
        json,
        members,
    })
}

/// The version is looked at first: only it is the same in every format.
#[derive(Deserialize)]
struct Version {
    format: u64,
}

fn manifest(json: &[u8]) -> Result<Manifest, BundleError> {
    let malformed = |error: serde_json::Error| BundleError::Manifest(error.to_string());
    let Version { format: found } = serde_json::from_slice(json).map_err(malformed)?;
    if found != u64::from(FORMAT) {
        return Err(BundleError::Format { found });
    }
    let manifest: Manifest = serde_json::from_slice(json).map_err(malformed)?;
    if manifest.members.len() > limits::MEMBERS {
        return Err(BundleError::MemberCount);
    }
    Ok(manifest)
}

fn by_path(
    members: impl Iterator<Item = RawMember>,
) -> Result<BTreeMap<String, Vec<u8>>, BundleError> {
    let mut found = BTreeMap::new();
    for RawMember { path, bytes } in members {
        if path == MANIFEST || found.contains_key(&path) {
            return Err(BundleError::Twice(path));
        }
        found.insert(path, bytes);
    }
    Ok(found)
}

fn check_members(
    manifest: &Manifest,
    members: &BTreeMap<String, Vec<u8>>,
) -> Result<(), BundleError> {
    let mut listed = BTreeMap::new();
    for entry in &manifest.members {
        check_path(&entry.path)?;
        if listed.insert(entry.path.as_str(), entry).is_some() {
            return Err(BundleError::Twice(entry.path.clone()));
        }
    }
    let listed_errors = manifest.members.iter().filter_map(|entry| {
        let bytes = members.get(&entry.path).map(Vec::as_slice);
        differs(entry, bytes)
    });
    let unlisted = members
        .keys()
        .filter(|path| !listed.contains_key(path.as_str()));
    let errors: Vec<_> = listed_errors
        .chain(unlisted.map(|path| MemberError::Unlisted(path.clone())))
        .collect();
    if errors.is_empty() {
        return Ok(());
    }
    Err(BundleError::Members(errors))
}

fn differs(entry: &MemberEntry, bytes: Option<&[u8]>) -> Option<MemberError> {
    let Some(bytes) = bytes else {
        return Some(MemberError::Missing {
            path: entry.path.clone(),
            expected: entry.sha256,
        });
    };
    let (found_length, found) = (bytes.len() as u64, Digest::of(bytes));
    if found_length == entry.length && found == entry.sha256 {
        return None;
    }
    Some(MemberError::Differs {
        path: entry.path.clone(),
        expected_length: entry.length,
        expected: entry.sha256,
        found_length,
        found,
    })
}
