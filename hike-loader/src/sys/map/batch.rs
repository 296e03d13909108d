//! Reading all of a map: many entries a system call where the kernel can, else one by one.

use std::io;
use std::os::fd::AsRawFd;

use super::Map;
use crate::sys::call::{Attribute, Command, address, address_mut, bpf};

/// A key and its values, one a CPU in per-CPU maps.
pub type MapEntry = (Vec<u8>, Vec<Vec<u8>>);

/// Bytes of keys and values that are read at once, about.
const BATCH_BYTES: usize = 1 << 18;
/// Entries that are read at once, at least: a hash gives whole buckets, and one that has
/// more is rare.
const BATCH_ENTRIES: usize = 16;

#[repr(C)]
struct BatchAttribute {
    place: u64,
    next_place: u64,
    keys: u64,
    values: u64,
    count: u32,
    fd: u32,
    element_flags: u64,
    flags: u64,
}

// SAFETY: the `BPF_MAP_*_BATCH` part, without padding.
unsafe impl Attribute for BatchAttribute {}

impl Map {
    /// Every entry, in no order; a map that changes meanwhile may give entries twice or
    /// leave some out.
    ///
    /// # Errors
    /// The kernel's.
    pub fn entries(&self) -> io::Result<Vec<MapEntry>> {
        // Kernels before 5.6 know no batches, later ones not of every type of map, and a
        // bucket may be too large for one. Other errors come up again.
        self.entries_in_batches()
            .or_else(|_| self.entries_one_by_one())
    }

    fn entries_in_batches(&self) -> io::Result<Vec<MapEntry>> {
        let mut batch = Batch::new(self);
        let mut entries = Vec::new();
        loop {
            let more = batch.read(self)?;
            entries.extend(batch.entries(self));
            if !more {
                return Ok(entries);
            }
        }
    }

    fn entries_one_by_one(&self) -> io::Result<Vec<MapEntry>> {
        let mut entries = Vec::new();
        for key in self.keys()? {
            // An entry may be gone since its key was read.
            if let Some(values) = self.lookup(&key)? {
                entries.push((key, values));
            }
        }
        Ok(entries)
    }
}

/// The entries that one system call reads.
struct Batch {
    keys: Vec<u8>,
    values: Vec<u8>,
    /// How many were read last.
    count: usize,
    /// Where the next ones start, a key or the number of a bucket; none before the first.
    place: Option<Vec<u8>>,
}

impl Batch {
    fn new(map: &Map) -> Self {
        let (key, value) = sizes(map);
        let count = (BATCH_BYTES / (key + value).max(1)).max(BATCH_ENTRIES);
        let count = count.min(map.shape.max_entries as usize).max(1);
        Self {
            keys: vec![0; key * count],
            values: vec![0; value * count],
            count,
            place: None,
        }
    }

    /// Reads on; false when there is nothing after that.
    fn read(&mut self, map: &Map) -> io::Result<bool> {
        let (key, _) = sizes(map);
        let most = self.keys.len() / key.max(1);
        let mut next = vec![0; key.max(size_of::<u32>())];
        let mut attribute = BatchAttribute {
            place: self.place.as_ref().map_or(0, |place| address(place)),
            next_place: address_mut(&mut next),
            keys: address_mut(&mut self.keys),
            values: address_mut(&mut self.values),
            count: u32::try_from(most).unwrap_or(u32::MAX),
            fd: map.fd.as_raw_fd().cast_unsigned(),
            element_flags: 0,
            flags: 0,
        };
        let more = match bpf(Command::MapLookupBatch, &mut attribute) {
            Ok(_) => true,
            Err(error) if error.raw_os_error() == Some(libc::ENOENT) => false,
            Err(error) => return Err(error),
        };
        self.count = (attribute.count as usize).min(most);
        self.place = Some(next);
        Ok(more)
    }

    fn entries(&self, map: &Map) -> impl Iterator<Item = MapEntry> {
        let (key, value) = sizes(map);
        let keys = self.keys.chunks(key.max(1));
        let values = self.values.chunks(value.max(1));
        let entries = keys.zip(values).take(self.count);
        entries.map(|(key, value)| (key.to_vec(), map.shape.split(value)))
    }
}

/// Bytes of a key, and of all values of a key.
fn sizes(map: &Map) -> (usize, usize) {
    (map.shape.key_size as usize, map.shape.buffer_size())
}
