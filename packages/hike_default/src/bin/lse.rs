//! `lse`
#![no_std]
#![no_main]

use hike_sdk::errno::{ENOENT, EPROTONOSUPPORT};
use hike_sdk::helpers::bpf_ktime_get_ns;
use hike_sdk::prelude::*;
use hike_sdk::shared::exchange;

/// When the last packet of each pair came.
#[btf_map]
#[allow(non_upper_case_globals)]
static lse_map: maps::LruHashMap<Ipv6Flow, NanosecondsSinceBoot, 4096> = maps::LruHashMap::new();

/// Continues with the nanoseconds since the last packet of the same pair ("last seen").
///
/// A pair is IPv6 source and destination.
///
/// The first packet of a pair continues with -2 (`-ENOENT`), a packet that is not IPv6 with
/// -93 (`-EPROTONOSUPPORT`). 4096 pairs are remembered, the most recent ones. Packets of a
/// pair on two CPUs at once are each measured against the one before.
#[hike_program]
fn lse(ctx: &mut HikeContext) -> Result<u64, Errno> {
    let flow = ctx.ipv6().ok_or(EPROTONOSUPPORT)?.flow();
    // SAFETY: a helper without arguments.
    let now = unsafe { bpf_ktime_get_ns() };
    match lse_map.get_ptr_mut(flow) {
        // SAFETY: a value of a map, a struct of one number.
        Some(last) => Ok(now.saturating_sub(unsafe { exchange(last.cast(), now) })),
        None => {
            let _ = lse_map.insert(flow, NanosecondsSinceBoot(now), 0);
            Err(ENOENT)
        }
    }
}
