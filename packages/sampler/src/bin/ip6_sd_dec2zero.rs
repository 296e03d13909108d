//! `ip6_sd_dec2zero`
#![no_std]
#![no_main]

use hike_sdk::errno::{ENOBUFS, EPROTONOSUPPORT};
use hike_sdk::prelude::*;
use hike_sdk::shared::{add, entry};

/// Packets of each pair so far.
#[btf_map]
#[allow(non_upper_case_globals)]
static ip6_sd_dec2zero_map: maps::LruHashMap<Ipv6Flow, u64, 4096> = maps::LruHashMap::new();

/// Counts down to zero for each IPv6 (source, destination) pair: 0 marks one packet in `n`.
///
/// A counter stands at `n` before the first packet; each packet takes 1 from it and
/// continues with what is left: n-1, n-2, ..., 0; at 0 it is set to `n` again. So of any
/// `n` packets of a pair in a row exactly one gets 0, also when several CPUs handle them.
/// With `n` 1 or 0 every packet gets 0.
///
/// A packet that is not IPv6 continues with -93 (`-EPROTONOSUPPORT`) and counts nowhere;
/// 4096 pairs have a counter, beyond them the longest unused one starts anew. All calls
/// share a pair's counter: a script calls the program once a packet, with one `n`.
#[hike_program]
fn ip6_sd_dec2zero(ctx: &mut HikeContext, n: u32) -> Result<u64, Errno> {
    let flow = ctx.ipv6().ok_or(EPROTONOSUPPORT)?.flow();
    let counter = entry(&ip6_sd_dec2zero_map, &flow, || 0).ok_or(ENOBUFS)?;
    // SAFETY: a value of a map.
    let before = unsafe { add(counter, 1) };
    Ok(match before.checked_rem(u64::from(n)) {
        Some(position) => u64::from(n) - 1 - position,
        None => 0,
    })
}
