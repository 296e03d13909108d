#![no_std]
#![no_main]

use hike_sdk::prelude::*;

/// Packets that were not longer (0), and that were (1).
#[btf_map]
#[allow(non_upper_case_globals)]
static {name}_counts: maps::PerCpuArray<u64, 2> = maps::PerCpuArray::new();

/// Says whether a packet is long: continues with 1 when it has more bytes than `most`, else
/// with 0.
#[hike_program]
fn {name}(ctx: &mut HikeContext, most: u32) -> u64 {
    let is_long = u32::from(ctx.len() > most as usize);
    if let Some(count) = {name}_counts.get_ptr_mut(is_long) {
        // SAFETY: a value of a per-CPU map: only this CPU writes it.
        unsafe { *count += 1 };
    }
    is_long.into()
}
