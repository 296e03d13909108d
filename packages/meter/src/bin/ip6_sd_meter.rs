//! `ip6_sd_meter`
#![no_std]
#![no_main]

use hike_sdk::errno::EPROTONOSUPPORT;
use hike_sdk::prelude::*;
use meter::{Counters, count};

/// Packets by IPv6 (source, destination) pair.
#[btf_map]
#[allow(non_upper_case_globals)]
static ip6_sd_meter_map: Counters<Ipv6Flow> = Counters::new();

/// Counts the packets of each IPv6 (source, destination) pair.
///
/// Continues with the number so far, this packet included.
///
/// A packet that is not IPv6 continues with -93 (`-EPROTONOSUPPORT`) and counts nowhere.
/// 4096 counters; beyond them the longest unused one starts anew. No packet is missed when
/// several CPUs count.
#[hike_program]
fn ip6_sd_meter(ctx: &mut HikeContext) -> Result<u64, Errno> {
    let key = ctx.ipv6().ok_or(EPROTONOSUPPORT)?.flow();
    Ok(count(&ip6_sd_meter_map, &key))
}
