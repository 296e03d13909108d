//! The archive itself: tar in zstd, without knowing what the members mean.

use std::io::{Read, Write};

use tar::{EntryType, Header};

use super::error::check_path;
use super::{BundleError, PathProblem, limits};
use crate::voice::lower_first;

/// Compression level: a tenth larger than at 19 and a hundred times faster, so that packing
/// is not what a build takes its time for.
const LEVEL: i32 = 3;
/// Log of the largest window a reader gives memory for: [`limits::ARCHIVE`].
const WINDOW_LOG: u32 = 26;

/// A member as it lies in the archive.
pub(super) struct RawMember {
    /// Its path, checked.
    pub path: String,
    /// Its bytes; fewer than the header says where a damaged archive ends.
    pub bytes: Vec<u8>,
}

/// What came out of an archive, as far as it could be read.
pub(super) struct Unpacked {
    /// The members in order.
    pub members: Vec<RawMember>,
    /// What stopped the reading early, if anything did.
    pub damage: Option<BundleError>,
}

/// Unpacks as much as can be read; reading on after damage lets the caller name a member.
pub(super) fn unpack(bytes: &[u8]) -> Unpacked {
    let (plain, damage) = match decompress(bytes) {
        Ok(both) => both,
        Err(error) => {
            return Unpacked {
                members: Vec::new(),
                damage: Some(error),
            };
        }
    };
    let mut members = Vec::new();
    let error = read_members(&plain, &mut members).err();
    Unpacked {
        members,
        damage: damage.or(error),
    }
}

/// The archive without compression, and what was wrong with it.
fn decompress(bytes: &[u8]) -> Result<(Vec<u8>, Option<BundleError>), BundleError> {
    let failed = |error: std::io::Error| BundleError::Compression(lower_first(&error.to_string()));
    let mut decoder = zstd::Decoder::with_buffer(bytes)
        .map_err(failed)?
        .single_frame();
    decoder.window_log_max(WINDOW_LOG).map_err(failed)?;
    let mut plain = Vec::new();
    let read = (&mut decoder)
        .take(limits::ARCHIVE + 1)
        .read_to_end(&mut plain);
    if plain.len() as u64 > limits::ARCHIVE {
        return Err(BundleError::ArchiveSize);
    }
    let rest = decoder.finish();
    let damage = match read {
        Err(error) => Some(failed(error)),
        Ok(_) if !rest.is_empty() => Some(BundleError::Trailing(rest.len())),
        Ok(_) => None,
    };
    Ok((plain, damage))
}

fn read_members(plain: &[u8], members: &mut Vec<RawMember>) -> Result<(), BundleError> {
    let malformed = |error: std::io::Error| BundleError::Archive(lower_first(&error.to_string()));
    let mut archive = tar::Archive::new(plain);
    for entry in archive.entries().map_err(malformed)?.raw(true) {
        let mut entry = entry.map_err(malformed)?;
        let path = path(&entry.path_bytes())?;
        check_regular(&path, entry.header().entry_type())?;
        check_count(members.len())?;
        check_size(&path, entry.size())?;
        let mut bytes = Vec::new();
        let read = entry.read_to_end(&mut bytes);
        members.push(RawMember { path, bytes });
        read.map_err(malformed)?;
    }
    Ok(())
}

fn path(bytes: &[u8]) -> Result<String, BundleError> {
    let path = std::str::from_utf8(bytes).map_err(|_| BundleError::Path {
        path: String::from_utf8_lossy(bytes).into_owned(),
        problem: PathProblem::Character,
    })?;
    check_path(path)?;
    Ok(path.to_owned())
}

fn check_regular(path: &str, kind: EntryType) -> Result<(), BundleError> {
    let kind = match kind {
        EntryType::Regular => return Ok(()),
        EntryType::Link => "hard link",
        EntryType::Symlink => "symbolic link",
        EntryType::Directory => "folder",
        EntryType::Char | EntryType::Block => "device",
        EntryType::Fifo => "pipe",
        _ => "tar extension",
    };
    Err(BundleError::Special {
        path: path.to_owned(),
        kind,
    })
}

fn check_count(before: usize) -> Result<(), BundleError> {
    // The manifest comes on top of the members.
    if before > limits::MEMBERS {
        return Err(BundleError::MemberCount);
    }
    Ok(())
}

fn check_size(path: &str, length: u64) -> Result<(), BundleError> {
    let limit = if path == super::MANIFEST {
        limits::MANIFEST
    } else {
        limits::MEMBER
    };
    if length > limit {
        return Err(BundleError::MemberSize {
            path: path.to_owned(),
            length,
            limit,
        });
    }
    Ok(())
}

/// Packs members in the order given, with fixed metadata.
pub(super) fn pack<'a>(
    members: impl Iterator<Item = (&'a str, &'a [u8])>,
) -> Result<Vec<u8>, BundleError> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut ends = Vec::new();
    for (path, bytes) in members {
        check_size(path, bytes.len() as u64)?;
        let header = header(path, bytes.len() as u64)?;
        archive.append(&header, bytes).map_err(failed)?;
        ends.push(archive.get_ref().len());
    }
    let plain = archive.into_inner().map_err(failed)?;
    if plain.len() as u64 > limits::ARCHIVE {
        return Err(BundleError::ArchiveSize);
    }
    compress(&plain, &ends)
}

fn failed(error: std::io::Error) -> BundleError {
    BundleError::Archive(lower_first(&error.to_string()))
}

fn header(path: &str, length: u64) -> Result<Header, BundleError> {
    check_path(path)?;
    let mut header = Header::new_ustar();
    header.set_path(path).map_err(|_| BundleError::Path {
        path: path.to_owned(),
        problem: PathProblem::Long,
    })?;
    header.set_entry_type(EntryType::Regular);
    header.set_size(length);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_cksum();
    Ok(header)
}

/// Compresses an archive whose members end at `ends`, with a block boundary at each of
/// them: a truncated bundle can be read up to the member that is cut off.
fn compress(plain: &[u8], ends: &[usize]) -> Result<Vec<u8>, BundleError> {
    let mut encoder = zstd::Encoder::new(Vec::new(), LEVEL).map_err(failed)?;
    encoder.include_checksum(true).map_err(failed)?;
    encoder
        .set_pledged_src_size(Some(plain.len() as u64))
        .map_err(failed)?;
    let mut start = 0;
    for end in ends {
        encoder.write_all(&plain[start..*end]).map_err(failed)?;
        encoder.flush().map_err(failed)?;
        start = *end;
    }
    encoder.write_all(&plain[start..]).map_err(failed)?;
    encoder.finish().map_err(failed)
}
