//! The `bpf(2)` system call.

use std::io;
use std::os::fd::{FromRawFd, OwnedFd};

/// `enum bpf_cmd` of `linux/bpf.h`, as far as it is used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Command {
    MapCreate = 0,
    MapLookup = 1,
    MapUpdate = 2,
    MapDelete = 3,
    MapNextKey = 4,
    ProgramLoad = 5,
    ObjectPin = 6,
    ObjectGet = 7,
    ProgramTestRun = 10,
    ObjectInfo = 15,
    BtfLoad = 18,
    BtfById = 19,
    MapFreeze = 22,
    MapLookupBatch = 24,
    LinkCreate = 28,
    LinkDetach = 34,
}

/// A part of `union bpf_attr`.
///
/// # Safety
/// The type has the layout of the command's part of the union, without padding: the kernel
/// refuses bytes it does not know unless they are zero.
pub(super) unsafe trait Attribute {}

/// Calls the kernel; gives what it returns.
pub(super) fn bpf<T: Attribute>(command: Command, attribute: &mut T) -> io::Result<i64> {
    // SAFETY: `Attribute` promises the layout; pointers in it are valid for the call, which
    // each caller in this module sees to.
    let result = unsafe {
        libc::syscall(
            libc::SYS_bpf,
            command as u32,
            std::ptr::from_mut(attribute),
            size_of::<T>(),
        )
    };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(result)
}

/// Calls the kernel for a command that gives a file descriptor.
pub(super) fn bpf_fd<T: Attribute>(command: Command, attribute: &mut T) -> io::Result<OwnedFd> {
    let fd = bpf(command, attribute)?;
    let fd = i32::try_from(fd).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
    // SAFETY: the kernel has just given this descriptor to us.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// The address of bytes, as the kernel takes it.
pub(super) fn address(bytes: &[u8]) -> u64 {
    bytes.as_ptr() as u64
}

/// The address of bytes the kernel writes to.
pub(super) fn address_mut(bytes: &mut [u8]) -> u64 {
    bytes.as_mut_ptr() as u64
}

/// Length of a kernel object's name, its final zero included (`BPF_OBJ_NAME_LEN`).
const NAME_LENGTH: usize = 16;

/// A name as the kernel takes it: 15 bytes at most, letters, digits, `_` and `.`.
pub(super) fn object_name(name: &str) -> [u8; NAME_LENGTH] {
    let mut out = [0; NAME_LENGTH];
    let bytes = name.bytes().map(|byte| match byte {
        b'.' | b'_' => byte,
        _ if byte.is_ascii_alphanumeric() => byte,
        _ => b'_',
    });
    out.iter_mut()
        .take(NAME_LENGTH - 1)
        .zip(bytes)
        .for_each(|(to, from)| *to = from);
    out
}
