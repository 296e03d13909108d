//! Events from a ring buffer of the kernel, as `Documentation/bpf/ringbuf.rst` lays it out.

use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use hike_loader::sys::map::Map;

/// A record is still being written.
const BUSY: u32 = 1 << 31;
/// A record was given up.
const DISCARDED: u32 = 1 << 30;
/// Length of a record's own header.
const HEADER: usize = 8;

/// A reader of one ring buffer.
#[derive(Debug)]
pub struct Ring {
    consumer: *mut u8,
    producer: *mut u8,
    page: usize,
    size: usize,
}

impl Ring {
    /// Maps a ring buffer into memory.
    ///
    /// # Errors
    /// The kernel's.
    pub fn open(map: &Map) -> io::Result<Self> {
        // SAFETY: a system call that gives a number.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) }.unsigned_abs() as usize;
        let size = map.shape().max_entries as usize;
        let writable = libc::PROT_READ | libc::PROT_WRITE;
        let consumer = place(map, page, writable, 0)?;
        // The data comes twice in a row, so that no record is torn at the end.
        let producer = place(map, page + 2 * size, libc::PROT_READ, page)?;
        Ok(Self {
            consumer,
            producer,
            page,
            size,
        })
    }

    /// The events since the last call.
    pub fn take(&mut self) -> Vec<Vec<u8>> {
        let mut events = Vec::new();
        let mut position = self.position(self.consumer).load(Ordering::Acquire);
        while position < self.position(self.producer).load(Ordering::Acquire) {
            let Some(length) = self.event(position, &mut events) else {
                break;
            };
            position += (HEADER + length).next_multiple_of(8) as u64;
            self.position(self.consumer)
                .store(position, Ordering::Release);
        }
        events
    }

    /// Reads the record at a position; gives its length, unless it is still being written.
    fn event(&self, position: u64, events: &mut Vec<Vec<u8>>) -> Option<usize> {
        let offset = self.page + (position as usize & (self.size - 1));
        // SAFETY: the header is in the mapped data, aligned to 8 bytes.
        let header = unsafe { &*self.producer.add(offset).cast::<AtomicU32>() };
        let header = header.load(Ordering::Acquire);
        if header & BUSY != 0 {
            return None;
        }
        let length = (header & !DISCARDED) as usize;
        if header & DISCARDED == 0 {
            // SAFETY: the record is in the mapped data, and complete.
            let bytes =
                unsafe { std::slice::from_raw_parts(self.producer.add(offset + HEADER), length) };
            events.push(bytes.to_vec());
        }
        Some(length)
    }

    fn position(&self, place: *mut u8) -> &AtomicU64 {
        // SAFETY: the first word of a mapped page.
        unsafe { &*place.cast::<AtomicU64>() }
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // SAFETY: what `open` mapped, with the same lengths.
        unsafe {
            libc::munmap(self.consumer.cast(), self.page);
            libc::munmap(self.producer.cast(), self.page + 2 * self.size);
        }
    }
}

fn place(map: &Map, length: usize, access: i32, offset: usize) -> io::Result<*mut u8> {
    let fd = map.as_fd().as_raw_fd();
    // SAFETY: a new mapping at a place of the kernel's choice.
    let place = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            length,
            access,
            libc::MAP_SHARED,
            fd,
            offset as i64,
        )
    };
    if place == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    Ok(place.cast())
}
