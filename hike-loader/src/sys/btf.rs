//! Type information in the kernel.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use super::call::{Attribute, Command, address, address_mut, bpf_fd};
use super::pin;

#[repr(C)]
struct LoadAttribute {
    btf: u64,
    log: u64,
    size: u32,
    log_size: u32,
    log_level: u32,
    padding: u32,
}

// SAFETY: the `BPF_BTF_LOAD` part up to 6.1, its padding as a field.
unsafe impl Attribute for LoadAttribute {}

#[repr(C)]
struct IdAttribute {
    id: u32,
}

// SAFETY: `BPF_BTF_GET_FD_BY_ID` takes the ID alone.
unsafe impl Attribute for IdAttribute {}

/// Loads the bytes of a `.BTF` section.
///
/// # Errors
/// The kernel's.
pub fn load(bytes: &[u8]) -> io::Result<OwnedFd> {
    let mut attribute = LoadAttribute {
        btf: address(bytes),
        log: 0,
        size: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
        log_size: 0,
        log_level: 0,
        padding: 0,
    };
    bpf_fd(Command::BtfLoad, &mut attribute)
}

/// Largest type information that is read back, in bytes.
const READ_LIMIT: u32 = 16 << 20;

/// Bytes of `struct bpf_btf_info` that are asked for.
const INFO_SIZE: usize = 16;

/// Reads back the bytes of type information by its ID.
///
/// # Errors
/// The kernel's, `EPERM` without `CAP_SYS_ADMIN` on kernels before 6.15.
pub fn read(id: u32) -> io::Result<Vec<u8>> {
    let fd = bpf_fd(Command::BtfById, &mut IdAttribute { id })?;
    let mut info = [0; INFO_SIZE];
    pin::info(fd.as_fd(), &mut info)?;
    let size = pin::number(&info, 8).min(READ_LIMIT);
    let mut bytes = vec![0; size as usize];
    info = [0; INFO_SIZE];
    info[..8].copy_from_slice(&address_mut(&mut bytes).to_ne_bytes());
    info[8..12].copy_from_slice(&size.to_ne_bytes());
    pin::info(fd.as_fd(), &mut info)?;
    Ok(bytes)
}
