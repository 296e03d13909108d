//! What the meters have alike: counting and policing by a key of the packet.
#![no_std]

mod bucket;

pub use bucket::{Bucket, Profile};
use hike_sdk::helpers::bpf_ktime_get_ns;
use hike_sdk::prelude::*;
use hike_sdk::shared::{add, entry, locked};

/// Keys that are metered at once; beyond them the longest unused one is forgotten.
pub const KEYS: usize = 4096;

/// Result of a packet in profile.
const IN_PROFILE: i64 = 0;
/// Result of a packet out of profile.
const OUT_OF_PROFILE: i64 = -1;

/// Packets by key.
pub type Counters<K> = maps::LruHashMap<K, u64, KEYS>;
/// Token buckets by key.
pub type Buckets<K> = maps::LruHashMap<K, SharedBucket, KEYS>;

/// A token bucket that several CPUs may use.
#[repr(C)]
pub struct SharedBucket {
    /// Credit and moment.
    pub bucket: Bucket,
    /// 1 while a CPU works on it.
    pub lock: u64,
}

/// Counts a packet; gives the number of packets so far, this one included.
#[inline(always)]
pub fn count<K>(counters: &Counters<K>, key: &K) -> u64 {
    match entry(counters, key, || 0) {
        // SAFETY: a value of a map.
        Some(counter) => unsafe { add(counter, 1) + 1 },
        // Evicted at once: the packet is the first of what the map remembers.
        None => 1,
    }
}

/// Takes a token for a packet: 0 in profile, -1 out of profile.
///
/// CPUs take turns at a bucket. One whose turn does not come within some microseconds is
/// told "out of profile": it happens only when many packets of one key come at once.
#[inline(always)]
pub fn police<K>(buckets: &Buckets<K>, key: &K, rate: PacketsPerSecond, burst: Packets) -> i64 {
    let profile = Profile {
        rate: rate.0,
        burst: burst.0,
    };
    // SAFETY: a helper without arguments.
    let now = unsafe { bpf_ktime_get_ns() };
    let full = || SharedBucket {
        bucket: Bucket::full(profile, now),
        lock: 0,
    };
    let Some(shared) = entry(buckets, key, full) else {
        return IN_PROFILE;
    };
    // SAFETY: a value of a map, and its bucket is only used under its lock.
    let taken = unsafe {
        locked(&raw mut (*shared).lock, || {
            (*shared).bucket.take(profile, now)
        })
    };
    if taken == Some(true) {
        IN_PROFILE
    } else {
        OUT_OF_PROFILE
    }
}
