//! `ip6_alt_mark_count`
#![no_std]
#![no_main]

use alt_mark::Mark;
use hike_sdk::errno::ENOBUFS;
use hike_sdk::helpers::bpf_ktime_get_ns;
use hike_sdk::prelude::*;
use hike_sdk::shared::{add, entry, exchange};

/// What is measured of a monitored flow.
#[repr(C)]
pub struct AltMarkFlow {
    /// Packets whose loss bit was 0.
    pub packets_0: u64,
    /// Packets whose loss bit was 1.
    pub packets_1: u64,
    /// When the last packet with the delay bit came; 0 when none has.
    pub delay_marked: NanosecondsSinceBoot,
}

/// Measured flows by their FlowMonID.
#[btf_map]
#[allow(non_upper_case_globals)]
static alt_mark_flows: maps::LruHashMap<u32, AltMarkFlow, 4096> = maps::LruHashMap::new();

/// Counts the packets of each monitored flow, those of either loss bit for themselves.
///
/// The counters are in `alt_mark_flows`, and so is the moment at which the last packet with the
/// delay bit came. Reading the map at two places of the network gives loss and delay between
/// them (RFC 9341): a block's counters stand still while the other bit is sent.
///
/// Continues with the number of packets so far of the flow with the packet's loss bit, or with
/// the errors of `ip6_alt_mark`; -105 (`-ENOBUFS`) when 4096 flows and more push each other
/// out. No packet is missed when several CPUs count.
#[hike_program]
fn ip6_alt_mark_count(ctx: &mut HikeContext) -> Result<u64, Errno> {
    let mark = Mark::of(ctx)?;
    let new = || AltMarkFlow {
        packets_0: 0,
        packets_1: 0,
        delay_marked: NanosecondsSinceBoot(0),
    };
    let flow = entry(&alt_mark_flows, &mark.flow(), new).ok_or(ENOBUFS)?;
    // SAFETY: a value of a map, a struct of numbers of 64 bits.
    unsafe {
        if mark.delay() == 1 {
            exchange((&raw mut (*flow).delay_marked).cast(), bpf_ktime_get_ns());
        }
        let counter = match mark.loss() {
            0 => &raw mut (*flow).packets_0,
            _ => &raw mut (*flow).packets_1,
        };
        Ok(add(counter, 1) + 1)
    }
}
