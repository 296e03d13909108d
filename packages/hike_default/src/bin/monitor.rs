//! `monitor`
#![no_std]
#![no_main]

use hike_sdk::prelude::*;

/// Packets by event, one counter a CPU.
#[btf_map]
#[allow(non_upper_case_globals)]
static events: maps::PerCpuHashMap<u32, u64, 1024> = maps::PerCpuHashMap::new();

/// Adds 1 to the counter of `event`; continues with 0.
#[hike_program]
fn monitor(_ctx: &mut HikeContext, event: u32) -> u64 {
    match events.get_ptr_mut(event) {
        // SAFETY: a value of a per-CPU map: only this CPU writes it.
        Some(counter) => unsafe { *counter += 1 },
        None => drop(events.insert(event, 1, 0)),
    }
    0
}
