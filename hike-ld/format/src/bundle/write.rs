//! Writing: members in order, listed, packed.

use std::collections::BTreeMap;

use super::archive::pack;
use super::error::check_path;
use super::refer::check_references;
use super::{Bundle, BundleError, MANIFEST, limits};
use crate::digest::Digest;
use crate::manifest::{FORMAT, Manifest, MemberEntry, MemberKind};

/// A member to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its path in the archive.
    pub path: String,
    /// What it is.
    pub kind: MemberKind,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Orders and lists the members.
pub(super) fn assemble(
    mut manifest: Manifest,
    mut members: Vec<Member>,
) -> Result<Bundle, BundleError> {
    members.sort_by(|a, b| (a.kind, &a.path).cmp(&(b.kind, &b.path)));
    if members.len() > limits::MEMBERS {
        return Err(BundleError::MemberCount);
    }
    manifest.format = FORMAT;
    manifest.members = members.iter().map(entry).collect();
    let mut by_path = BTreeMap::new();
    for Member { path, bytes, .. } in members {
        check_path(&path)?;
        if path == MANIFEST || by_path.contains_key(&path) {
            return Err(BundleError::Twice(path));
        }
        by_path.insert(path, bytes);
    }
    check_references(&manifest)?;
    Ok(Bundle {
        json: json(&manifest)?,
        manifest,
        members: by_path,
    })
}

fn entry(member: &Member) -> MemberEntry {
    MemberEntry {
        path: member.path.clone(),
        kind: member.kind,
        length: member.bytes.len() as u64,
        sha256: Digest::of(&member.bytes),
    }
}

fn json(manifest: &Manifest) -> Result<Vec<u8>, BundleError> {
    let json = serde_json::to_vec_pretty(manifest);
    let mut json = json.map_err(|error| BundleError::Manifest(error.to_string()))?;
    json.push(b'\n');
    Ok(json)
}

/// The bytes of a bundle.
pub(super) fn write(bundle: &Bundle) -> Result<Vec<u8>, BundleError> {
    let listed = bundle.manifest.members.iter().map(|entry| {
        let path = entry.path.as_str();
        (path, bundle.member(path).unwrap_or_default())
    });
    pack(std::iter::once((MANIFEST, bundle.json.as_slice())).chain(listed))
}
