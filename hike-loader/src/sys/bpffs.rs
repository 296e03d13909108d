//! The file system of pins.

use std::ffi::CStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// `BPF_FS_MAGIC` of `linux/magic.h`.
const MAGIC: i64 = 0xcafe_4a11;
/// Where it is mounted on every distribution.
pub const MOUNT_POINT: &str = "/sys/fs/bpf";

/// Whether a path, or its nearest parent that exists, is on bpffs.
///
/// # Errors
/// The kernel's, when not even the parents can be looked at.
pub fn holds(path: &Path) -> io::Result<bool> {
    let there = path.ancestors().find(|parent| parent.exists());
    let there = there.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
    let there = std::ffi::CString::new(there.as_os_str().as_bytes())?;
    let mut status = MaybeUninit::<libc::statfs>::uninit();
    // SAFETY: the path ends with a zero, and the kernel fills the status.
    let result = unsafe { libc::statfs(there.as_ptr(), status.as_mut_ptr()) };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call succeeded, so the status is filled.
    Ok(unsafe { status.assume_init() }.f_type == MAGIC)
}

/// Mounts bpffs where it belongs.
///
/// # Errors
/// The kernel's, `EPERM` without `CAP_SYS_ADMIN`.
pub fn mount() -> io::Result<()> {
    const NAME: &CStr = c"bpf";
    const TARGET: &CStr = c"/sys/fs/bpf";
    // SAFETY: all texts end with a zero; bpffs takes no data.
    let result = unsafe {
        let (name, target) = (NAME.as_ptr(), TARGET.as_ptr());
        libc::mount(name, target, name, 0, std::ptr::null())
    };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
