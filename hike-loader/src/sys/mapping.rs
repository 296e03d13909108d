//! Maps of the kernel in this process's memory.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

/// A part of a map, shared with the kernel.
#[derive(Debug)]
pub struct Mapping {
    place: *mut u8,
    length: usize,
}

impl Mapping {
    /// Maps `length` bytes from `offset` on, which is a multiple of [`page`]. `access` is that
    /// of `mmap(2)`.
    ///
    /// # Errors
    /// The kernel's.
    pub fn new(
        map: BorrowedFd<'_>,
        offset: usize,
        length: usize,
        access: libc::c_int,
    ) -> io::Result<Self> {
        let offset = libc::off_t::try_from(offset)
            .map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        // SAFETY: a new mapping at a place of the kernel's choice.
        let place = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                length,
                access,
                libc::MAP_SHARED,
                map.as_raw_fd(),
                offset,
            )
        };
        if place == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let place = place.cast();
        Ok(Self { place, length })
    }

    /// Its first byte.
    pub fn start(&self) -> *mut u8 {
        self.place
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: what `new` mapped.
        unsafe { libc::munmap(self.place.cast(), self.length) };
    }
}

/// Size of a page of memory in bytes.
pub fn page() -> usize {
    // SAFETY: a system call that gives a number.
    unsafe { libc::sysconf(libc::_SC_PAGESIZE) }.unsigned_abs() as usize
}
