//! `ip6_hset_srcdst`
#![no_std]
#![no_main]

use hike_sdk::errno::{EINVAL, ENOENT, EPROTONOSUPPORT};
use hike_sdk::helpers::bpf_ktime_get_ns;
use hike_sdk::prelude::*;

/// When each pair was added.
#[btf_map]
#[allow(non_upper_case_globals)]
static ip6_hset_srcdst_map: maps::LruHashMap<Ipv6Flow, NanosecondsSinceBoot, 4096> =
    maps::LruHashMap::new();

config! {
    /// Age at which action 2 removes a pair.
    TIMEOUT: Seconds = Seconds(60);
}

const LOOK_UP: u32 = 0;
const ADD: u32 = 1;
const LOOK_UP_FRESH: u32 = 2;

/// A set of (IPv6 source, destination) pairs: asks or tells about the packet's pair.
///
/// | action | | continues with |
/// |---|---|---|
/// | 0 | look up | 0 when the pair is in the set, else -2 (`-ENOENT`) |
/// | 1 | add; a pair that is there counts as added now | 0, or a negative errno |
/// | 2 | look up, and remove the pair when it was added more than `TIMEOUT` ago | 0 when it is still in the set, else -2 (`-ENOENT`) |
///
/// Another action continues with -22 (`-EINVAL`), a packet that is not IPv6 with -93
/// (`-EPROTONOSUPPORT`). The set holds 4096 pairs: beyond, the one that was looked up or
/// added the longest time ago makes place (the kernel's LRU, which may do so somewhat
/// earlier when several CPUs add).
#[hike_program]
fn ip6_hset_srcdst(ctx: &mut HikeContext, action: u32) -> Result<u64, Errno> {
    let flow = ctx.ipv6().ok_or(EPROTONOSUPPORT)?.flow();
    match action {
        LOOK_UP => look_up(&flow).map(|_| 0),
        ADD => add(&flow),
        LOOK_UP_FRESH => look_up_fresh(&flow),
        _ => Err(EINVAL),
    }
}

/// When the pair was added.
#[inline(always)]
fn look_up(flow: &Ipv6Flow) -> Result<u64, Errno> {
    // SAFETY: a number; of a slot recycled meanwhile it is another pair's moment.
    let added = unsafe { ip6_hset_srcdst_map.get(flow) };
    added.map(|added| added.0).ok_or(ENOENT)
}

#[inline(always)]
fn add(flow: &Ipv6Flow) -> Result<u64, Errno> {
    let added = ip6_hset_srcdst_map.insert(flow, NanosecondsSinceBoot(now()), 0);
    added.map(|()| 0).map_err(|errno| Errno(-errno))
}

#[inline(always)]
fn look_up_fresh(flow: &Ipv6Flow) -> Result<u64, Errno> {
    let added = look_up(flow)?;
    let timeout = u64::from(TIMEOUT.get().0) * 1_000_000_000;
    // Another CPU may have added the pair since this packet's clock was read.
    if now().saturating_sub(added) <= timeout {
        return Ok(0);
    }
    let _ = ip6_hset_srcdst_map.remove(flow);
    Err(ENOENT)
}

#[inline(always)]
fn now() -> u64 {
    // SAFETY: a helper without arguments.
    unsafe { bpf_ktime_get_ns() }
}
