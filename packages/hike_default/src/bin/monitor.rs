//! `monitor`
#![no_std]
#![no_main]

use hike_sdk::prelude::*;

/// Packets by event, one counter a CPU.
#[btf_map]
#[allow(non_upper_case_globals)]
static events: maps::PerCpuHashMap<u32, u64, 1024> = maps::PerCpuHashMap::new();

/// Counts events: adds 1 to the counter of `event` in the map `events`; continues with 0.
///
/// Every CPU has counters of its own, whose sum is the number of events; there are 1024
/// events, further ones are not counted.
#[hike_program]
fn monitor(_ctx: &mut HikeContext, event: u32) -> u64 {
    match events.get_ptr_mut(event) {
        // SAFETY: a value of a per-CPU map: only this CPU writes it.
        Some(counter) => unsafe { *counter += 1 },
        None => {
            // When it fails there are 1024 other events already.
            let _ = events.insert(event, 1, 0);
        }
    }
    0
}
