//! Events from a ring buffer of the kernel, as `Documentation/bpf/ringbuf.rst` lays it out.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use super::map::Map;
use super::mapping::{Mapping, page};

/// A record is still being written.
const BUSY: u32 = 1 << 31;
/// A record was given up.
const DISCARDED: u32 = 1 << 30;
/// Length of a record's own header.
const HEADER: usize = 8;

/// A reader of one ring buffer. There must be no other one: what one has read is gone for
/// all, and two would get in each other's way.
#[derive(Debug)]
pub struct Ring {
    fd: OwnedFd,
    consumer: Mapping,
    producer: Mapping,
    page: usize,
    size: usize,
}

/// What lies at a position.
enum Record {
    /// Nothing that is complete.
    None,
    /// A record, of so many bytes, and the event in it unless it was given up.
    Complete(usize, Option<Vec<u8>>),
}

impl Ring {
    /// Maps a ring buffer into memory.
    ///
    /// # Errors
    /// The kernel's.
    pub fn open(map: &Map) -> io::Result<Self> {
        let page = page();
        let size = map.shape().max_entries as usize;
        let fd = map.as_fd().try_clone_to_owned()?;
        let writable = libc::PROT_READ | libc::PROT_WRITE;
        let consumer = Mapping::new(fd.as_fd(), 0, page, writable)?;
        // The data comes twice in a row, so that no record is torn at the end.
        let producer = Mapping::new(fd.as_fd(), page, page + 2 * size, libc::PROT_READ)?;
        Ok(Self {
            fd,
            consumer,
            producer,
            page,
            size,
        })
    }

    /// The next event; none when there is none now.
    pub fn next_event(&mut self) -> Option<Vec<u8>> {
        let consumer = position_of(&self.consumer);
        let mut position = consumer.load(Ordering::Acquire);
        while position < position_of(&self.producer).load(Ordering::Acquire) {
            let Record::Complete(length, event) = self.record(position) else {
                return None;
            };
            position += (HEADER + length).next_multiple_of(8) as u64;
            consumer.store(position, Ordering::Release);
            if event.is_some() {
                return event;
            }
        }
        None
    }

    /// The events since the last call.
    pub fn take(&mut self) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| self.next_event()).collect()
    }

    /// Reads the record at a position.
    fn record(&self, position: u64) -> Record {
        let offset = self.page + (position as usize & (self.size - 1));
        // SAFETY: the header is in the mapped data, aligned to 8 bytes.
        let header = unsafe { &*self.producer.start().add(offset).cast::<AtomicU32>() };
        let header = header.load(Ordering::Acquire);
        let length = (header & !DISCARDED) as usize;
        // The kernel makes no record longer than the buffer.
        if header & BUSY != 0 || length > self.size {
            return Record::None;
        }
        let event = (header & DISCARDED == 0).then(|| {
            // SAFETY: the record is in the mapped data, and complete.
            let bytes = unsafe {
                std::slice::from_raw_parts(self.producer.start().add(offset + HEADER), length)
            };
            bytes.to_vec()
        });
        Record::Complete(length, event)
    }
}

/// The position that a mapping starts with.
fn position_of(mapping: &Mapping) -> &AtomicU64 {
    // SAFETY: the first word of a mapped page.
    unsafe { &*mapping.start().cast::<AtomicU64>() }
}

impl AsFd for Ring {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// Waits until one of the rings may have an event, or the time is over.
///
/// # Errors
/// The kernel's.
pub fn wait<'a>(rings: impl Iterator<Item = &'a Ring>, time: Duration) -> io::Result<()> {
    let entries = rings.map(|ring| libc::pollfd {
        fd: ring.fd.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    });
    let mut entries: Vec<libc::pollfd> = entries.collect();
    let count = entries.len() as libc::nfds_t;
    let time = i32::try_from(time.as_millis()).unwrap_or(i32::MAX);
    // SAFETY: so many entries.
    let result = unsafe { libc::poll(entries.as_mut_ptr(), count, time) };
    match io::Error::last_os_error() {
        error if result < 0 && error.kind() != io::ErrorKind::Interrupted => Err(error),
        _ => Ok(()),
    }
}
