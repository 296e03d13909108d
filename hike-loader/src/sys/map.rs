//! Maps: creation, access by key, and what the kernel knows of them.

mod batch;
mod spec;

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use super::call::{Attribute, Command, address, address_mut, bpf, bpf_fd, object_name};
use super::mapping::{Mapping, page};
use super::pin;

pub use batch::MapEntry;
pub use spec::{MapShape, MapSpec, map_type};

/// What the kernel knows of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapInfo {
    /// Its name, 15 bytes at most.
    pub name: String,
    /// Type and sizes.
    pub shape: MapShape,
    /// ID of its type information; 0 for none.
    pub btf: u32,
    /// BTF type of the keys; 0 for none.
    pub key_type: u32,
    /// BTF type of the values; 0 for none.
    pub value_type: u32,
    /// Whether user space may not write to it.
    pub read_only: bool,
}

/// An open map.
#[derive(Debug)]
pub struct Map {
    fd: OwnedFd,
    shape: MapShape,
}

impl AsFd for Map {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

#[repr(C)]
struct CreateAttribute {
    map_type: u32,
    key_size: u32,
    value_size: u32,
    max_entries: u32,
    flags: u32,
    inner_fd: u32,
    numa_node: u32,
    name: [u8; 16],
    ifindex: u32,
    btf_fd: u32,
    key_type: u32,
    value_type: u32,
    vmlinux_value_type: u32,
    extra: u64,
}

// SAFETY: the `BPF_MAP_CREATE` part; the fields before `extra` take 64 bytes, so there is
// no padding.
unsafe impl Attribute for CreateAttribute {}

#[repr(C)]
struct ElementAttribute {
    fd: u32,
    padding: u32,
    key: u64,
    value: u64,
    flags: u64,
}

// SAFETY: the `BPF_MAP_*_ELEM` part with its padding as a field.
unsafe impl Attribute for ElementAttribute {}

#[repr(C)]
struct FdAttribute {
    fd: u32,
}

// SAFETY: `BPF_MAP_FREEZE` takes the descriptor alone.
unsafe impl Attribute for FdAttribute {}

impl Map {
    /// Creates a map; `btf` holds the types the specification names.
    ///
    /// # Errors
    /// The kernel's.
    pub fn create(spec: &MapSpec, btf: Option<BorrowedFd<'_>>) -> io::Result<Self> {
        let btf_fd = btf.map_or(0, |btf| btf.as_raw_fd().cast_unsigned());
        let typed = btf.is_some() && spec.key_type != 0 && spec.value_type != 0;
        let types = if typed {
            (btf_fd, spec.key_type, spec.value_type)
        } else {
            (0, 0, 0)
        };
        let (btf_fd, key_type, value_type) = types;
        let mut attribute = CreateAttribute {
            map_type: spec.map_type,
            key_size: spec.key_size,
            value_size: spec.value_size,
            max_entries: spec.max_entries,
            flags: spec.flags,
            inner_fd: 0,
            numa_node: 0,
            name: object_name(&spec.name),
            ifindex: 0,
            btf_fd,
            key_type,
            value_type,
            vmlinux_value_type: 0,
            extra: spec.extra,
        };
        let fd = bpf_fd(Command::MapCreate, &mut attribute)?;
        let shape = MapShape {
            map_type: spec.map_type,
            key_size: spec.key_size,
            value_size: spec.value_size,
            max_entries: spec.max_entries,
        };
        Ok(Self { fd, shape })
    }

    /// The map behind a descriptor, which must be one of a map.
    ///
    /// # Errors
    /// The kernel's.
    pub fn from_fd(fd: OwnedFd) -> io::Result<Self> {
        let shape = info(fd.as_fd())?.shape;
        Ok(Self { fd, shape })
    }

    /// Type and sizes.
    pub fn shape(&self) -> MapShape {
        self.shape
    }

    /// What the kernel knows of it.
    ///
    /// # Errors
    /// The kernel's.
    pub fn info(&self) -> io::Result<MapInfo> {
        info(self.as_fd())
    }

    fn element(&self, key: &[u8], value: u64) -> ElementAttribute {
        ElementAttribute {
            fd: self.fd.as_raw_fd().cast_unsigned(),
            padding: 0,
            key: address(key),
            value,
            flags: 0,
        }
    }

    /// The value of a key, one a CPU in per-CPU maps; none when the key is not there.
    ///
    /// # Errors
    /// The kernel's; `EINVAL` for a key of another size than the map's.
    pub fn lookup(&self, key: &[u8]) -> io::Result<Option<Vec<Vec<u8>>>> {
        self.check(key, self.shape.key_size)?;
        let mut buffer = vec![0; self.shape.buffer_size()];
        let mut attribute = self.element(key, address_mut(&mut buffer));
        match bpf(Command::MapLookup, &mut attribute) {
            Ok(_) => Ok(Some(self.shape.split(&buffer))),
            Err(error) if error.raw_os_error() == Some(libc::ENOENT) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes a value, the same for every CPU in per-CPU maps.
    ///
    /// # Errors
    /// The kernel's; `EINVAL` for a key or value of another size than the map's.
    pub fn update(&self, key: &[u8], value: &[u8]) -> io::Result<()> {
        self.write(key, &vec![value.to_vec(); self.shape.copies()])
    }

    /// Writes the values of a key, one a CPU in per-CPU maps.
    ///
    /// # Errors
    /// The kernel's; `EINVAL` for a key or value of another size than the map's, or for
    /// another number of values than it has.
    pub fn write(&self, key: &[u8], values: &[Vec<u8>]) -> io::Result<()> {
        self.check(key, self.shape.key_size)?;
        for value in values {
            self.check(value, self.shape.value_size)?;
        }
        if values.len() != self.shape.copies() {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        let buffer = self.shape.join(values);
        let mut attribute = self.element(key, address(&buffer));
        bpf(Command::MapUpdate, &mut attribute).map(drop)
    }

    /// Writes bytes from an offset on into the value of a map that has only one and can be
    /// mapped into memory (`BPF_F_MMAPABLE`).
    ///
    /// # Errors
    /// The kernel's; `EINVAL` when the value has no such bytes.
    pub fn write_part(&self, offset: usize, bytes: &[u8]) -> io::Result<()> {
        let part = self.map_part(offset, bytes.len())?;
        // SAFETY: the part is mapped and writable; other processes and the kernel may read it
        // meanwhile, which sees each byte as it was or as it is.
        unsafe {
            part.start()
                .add(offset % page())
                .copy_from(bytes.as_ptr(), bytes.len())
        };
        Ok(())
    }

    /// Reads a part of the value of such a map.
    ///
    /// # Errors
    /// As for [`write_part`](Self::write_part).
    pub fn read_part(&self, offset: usize, length: usize) -> io::Result<Vec<u8>> {
        let part = self.map_part(offset, length)?;
        let mut bytes = vec![0; length];
        // SAFETY: the part is mapped and readable.
        unsafe {
            bytes
                .as_mut_ptr()
                .copy_from(part.start().add(offset % page()), length)
        };
        Ok(bytes)
    }

    /// The pages of the only value that hold a part of it.
    fn map_part(&self, offset: usize, length: usize) -> io::Result<Mapping> {
        let end = offset.checked_add(length);
        let fits = |end: &usize| *end <= self.shape.value_size as usize;
        if self.shape.max_entries != 1 || !end.as_ref().is_some_and(fits) {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        let start = offset - offset % page();
        let access = libc::PROT_READ | libc::PROT_WRITE;
        Mapping::new(self.as_fd(), start, offset + length - start, access)
    }

    /// Takes an entry out; says whether it was there.
    ///
    /// # Errors
    /// The kernel's; `EINVAL` for a key of another size than the map's.
    pub fn delete(&self, key: &[u8]) -> io::Result<bool> {
        self.check(key, self.shape.key_size)?;
        let mut attribute = self.element(key, 0);
        match bpf(Command::MapDelete, &mut attribute) {
            Ok(_) => Ok(true),
            Err(error) if error.raw_os_error() == Some(libc::ENOENT) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Every key, at most as many as the map has entries; a map that changes meanwhile may
    /// give keys twice or leave some out.
    ///
    /// # Errors
    /// The kernel's.
    pub fn keys(&self) -> io::Result<Vec<Vec<u8>>> {
        let mut keys: Vec<Vec<u8>> = Vec::new();
        while keys.len() < self.shape.max_entries as usize {
            match self.next_key(keys.last())? {
                Some(key) => keys.push(key),
                None => break,
            }
        }
        Ok(keys)
    }

    fn next_key(&self, key: Option<&Vec<u8>>) -> io::Result<Option<Vec<u8>>> {
        let mut next = vec![0; self.shape.key_size as usize];
        let mut attribute = self.element(&[], address_mut(&mut next));
        attribute.key = key.map_or(0, |key| address(key));
        match bpf(Command::MapNextKey, &mut attribute) {
            Ok(_) => Ok(Some(next)),
            Err(error) if error.raw_os_error() == Some(libc::ENOENT) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Forbids user space to write from now on; the verifier then takes read-only data as
    /// constants.
    ///
    /// # Errors
    /// The kernel's.
    pub fn freeze(&self) -> io::Result<()> {
        let mut attribute = FdAttribute {
            fd: self.fd.as_raw_fd().cast_unsigned(),
        };
        bpf(Command::MapFreeze, &mut attribute).map(drop)
    }

    fn check(&self, bytes: &[u8], size: u32) -> io::Result<()> {
        if bytes.len() == size as usize {
            return Ok(());
        }
        Err(io::Error::from_raw_os_error(libc::EINVAL))
    }
}

/// Bytes of `struct bpf_map_info` that are asked for.
const INFO_SIZE: usize = 80;

fn info(fd: BorrowedFd<'_>) -> io::Result<MapInfo> {
    let mut bytes = [0; INFO_SIZE];
    pin::info(fd, &mut bytes)?;
    let number = |offset| pin::number(&bytes, offset);
    let flags = number(20);
    let name = bytes[24..40].split(|byte| *byte == 0).next();
    Ok(MapInfo {
        name: String::from_utf8_lossy(name.unwrap_or_default()).into_owned(),
        shape: MapShape {
            map_type: number(0),
            key_size: number(8),
            value_size: number(12),
            max_entries: number(16),
        },
        btf: number(64),
        key_type: number(68),
        value_type: number(72),
        read_only: flags & READ_ONLY != 0 || is_frozen(fd),
    })
}

/// `BPF_F_RDONLY` of `linux/bpf.h`: no writing from user space.
const READ_ONLY: u32 = 1 << 3;

/// Whether a map was frozen, which only `/proc` tells.
fn is_frozen(fd: BorrowedFd<'_>) -> bool {
    let path = format!("/proc/self/fdinfo/{}", fd.as_raw_fd());
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut lines = text.lines();
    lines.any(|line| line.split_whitespace().eq(["frozen:", "1"]))
}
