//! Pins: kernel objects under a path of bpffs.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::call::{Attribute, Command, bpf, bpf_fd};

#[repr(C)]
struct PinAttribute {
    path: u64,
    fd: u32,
    flags: u32,
}

// SAFETY: part of `BPF_OBJ_*`, no padding.
unsafe impl Attribute for PinAttribute {}

fn c_path(path: &Path) -> io::Result<CString> {
    CString::new(path.as_os_str().as_bytes())
        .map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))
}

/// Pins an object.
///
/// # Errors
/// The kernel's, `EEXIST` when the path is taken.
pub fn pin(object: BorrowedFd<'_>, path: &Path) -> io::Result<()> {
    let path = c_path(path)?;
    let mut attribute = PinAttribute {
        path: path.as_ptr() as u64,
        fd: object.as_raw_fd().cast_unsigned(),
        flags: 0,
    };
    bpf(Command::ObjectPin, &mut attribute).map(drop)
}

/// Opens a pinned object.
///
/// # Errors
/// The kernel's, `ENOENT` when there is none.
pub fn open(path: &Path) -> io::Result<OwnedFd> {
    let path = c_path(path)?;
    let mut attribute = PinAttribute {
        path: path.as_ptr() as u64,
        fd: 0,
        flags: 0,
    };
    bpf_fd(Command::ObjectGet, &mut attribute)
}

#[repr(C)]
struct InfoAttribute {
    fd: u32,
    length: u32,
    info: u64,
}

// SAFETY: the `info` part, no padding.
unsafe impl Attribute for InfoAttribute {}

/// Fills `info` with what the kernel knows of an object; gives the bytes it wrote.
pub(super) fn info(object: BorrowedFd<'_>, info: &mut [u8]) -> io::Result<usize> {
    let length = u32::try_from(info.len()).unwrap_or(u32::MAX);
    let mut attribute = InfoAttribute {
        fd: object.as_raw_fd().cast_unsigned(),
        length,
        info: super::call::address_mut(info),
    };
    bpf(Command::ObjectInfo, &mut attribute)?;
    Ok(attribute.length as usize)
}

/// The 32-bit number at a byte offset of an info; 0 beyond its end.
pub(super) fn number(info: &[u8], offset: usize) -> u32 {
    let bytes = info.get(offset..offset + 4);
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(0, u32::from_ne_bytes)
}
