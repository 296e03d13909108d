//! `monitor`
#![no_std]
#![no_main]

use hike_sdk::prelude::*;

/// Packets by event below 1024, one counter a CPU.
///
/// An array, as events are small numbers nearly always: the kernel's JIT makes a few
/// instructions of its look-up, where a hash table's is a call.
#[btf_map]
#[allow(non_upper_case_globals)]
static events: maps::PerCpuArray<u64, 1024> = maps::PerCpuArray::new();

/// Packets by event from 1024 on, one counter a CPU.
#[btf_map]
#[allow(non_upper_case_globals)]
static events_from_1024: maps::PerCpuHashMap<u32, u64, 1024> = maps::PerCpuHashMap::new();

/// Counts events: adds 1 to the counter of `event`; continues with 0.
///
/// Events below 1024 are in the map `events`, others in `events_from_1024`, which has room for
/// 1024 of them; further ones are not counted. Every CPU has counters of its own, whose sum is
/// the number of events.
#[hike_program]
fn monitor(_ctx: &mut HikeContext, event: u32) -> u64 {
    let counter = match events.get_ptr_mut(event) {
        Some(counter) => Some(counter),
        None => events_from_1024.get_ptr_mut(event),
    };
    match counter {
        // SAFETY: a value of a per-CPU map: only this CPU writes it.
        Some(counter) => unsafe { *counter += 1 },
        None => {
            // When it fails there are 1024 other such events already.
            let _ = events_from_1024.insert(event, 1, 0);
        }
    }
    0
}
