//! Types and sizes of maps.

use crate::sys::cpus;

/// `enum bpf_map_type` of `linux/bpf.h`, the types that are treated in a way of their own.
pub mod map_type {
    /// `BPF_MAP_TYPE_ARRAY`.
    pub const ARRAY: u32 = 2;
    /// `BPF_MAP_TYPE_PROG_ARRAY`.
    pub const PROGRAM_ARRAY: u32 = 3;
    /// `BPF_MAP_TYPE_PERF_EVENT_ARRAY`.
    pub const PERF_EVENT_ARRAY: u32 = 4;
    /// `BPF_MAP_TYPE_PERCPU_HASH`.
    pub const PER_CPU_HASH: u32 = 5;
    /// `BPF_MAP_TYPE_PERCPU_ARRAY`.
    pub const PER_CPU_ARRAY: u32 = 6;
    /// `BPF_MAP_TYPE_LRU_PERCPU_HASH`.
    pub const LRU_PER_CPU_HASH: u32 = 10;
    /// `BPF_MAP_TYPE_RINGBUF`.
    pub const RING_BUFFER: u32 = 27;

    /// The kernel's name of a type, in lower case.
    pub fn name(number: u32) -> &'static str {
        hike_format::signature::map_type_name(number).unwrap_or("other")
    }
}

/// What a map is created with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MapSpec {
    /// Its name; the kernel keeps the first 15 bytes.
    pub name: String,
    /// `enum bpf_map_type` number.
    pub map_type: u32,
    /// Size of a key in bytes.
    pub key_size: u32,
    /// Size of a value in bytes.
    pub value_size: u32,
    /// Most entries.
    pub max_entries: u32,
    /// `BPF_F_*` flags.
    pub flags: u32,
    /// Type-specific number.
    pub extra: u64,
    /// BTF type of the keys; 0 for none.
    pub key_type: u32,
    /// BTF type of the values; 0 for none.
    pub value_type: u32,
}

impl MapSpec {
    /// Whether another definition gives the same map.
    pub fn agrees_with(&self, other: &Self) -> bool {
        let shape = |spec: &Self| {
            let sizes = (spec.key_size, spec.value_size, spec.max_entries);
            (spec.map_type, sizes, spec.flags, spec.extra)
        };
        shape(self) == shape(other)
    }
}

/// Type and sizes of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapShape {
    /// `enum bpf_map_type` number.
    pub map_type: u32,
    /// Size of a key in bytes.
    pub key_size: u32,
    /// Size of a value in bytes.
    pub value_size: u32,
    /// Most entries.
    pub max_entries: u32,
}

impl MapShape {
    /// Whether each CPU has values of its own.
    pub fn is_per_cpu(self) -> bool {
        use map_type::{LRU_PER_CPU_HASH, PER_CPU_ARRAY, PER_CPU_HASH};
        [PER_CPU_HASH, PER_CPU_ARRAY, LRU_PER_CPU_HASH].contains(&self.map_type)
    }

    /// Whether user space can read entries by key.
    pub fn is_readable(self) -> bool {
        use map_type::{PERF_EVENT_ARRAY, PROGRAM_ARRAY, RING_BUFFER};
        ![PROGRAM_ARRAY, PERF_EVENT_ARRAY, RING_BUFFER].contains(&self.map_type)
    }

    /// Whether keys are indexes, each of which always has a value.
    pub fn is_array(self) -> bool {
        use map_type::{ARRAY, PER_CPU_ARRAY};
        [ARRAY, PER_CPU_ARRAY].contains(&self.map_type)
    }

    /// Bytes between the values of two CPUs.
    fn stride(self) -> usize {
        (self.value_size as usize).next_multiple_of(8)
    }

    /// Bytes of a value as the kernel copies it.
    pub(super) fn buffer_size(self) -> usize {
        if self.is_per_cpu() {
            self.stride() * self.copies()
        } else {
            self.value_size as usize
        }
    }

    /// Values of a key: one, or one a CPU.
    pub fn copies(self) -> usize {
        if self.is_per_cpu() {
            cpus::possible()
        } else {
            1
        }
    }

    /// The values of a key as the kernel takes them.
    pub(super) fn join(self, values: &[Vec<u8>]) -> Vec<u8> {
        if !self.is_per_cpu() {
            return values.concat();
        }
        let values = values.iter().flat_map(|value| {
            let mut value = value.clone();
            value.resize(self.stride(), 0);
            value
        });
        values.collect()
    }

    /// The values that the kernel gave, one a CPU.
    pub(super) fn split(self, buffer: &[u8]) -> Vec<Vec<u8>> {
        if !self.is_per_cpu() {
            return vec![buffer.to_vec()];
        }
        let values = buffer.chunks(self.stride().max(1));
        values
            .map(|value| value[..self.value_size as usize].to_vec())
            .collect()
    }
}
