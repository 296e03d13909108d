//! `ip6_dst_meter`
#![no_std]
#![no_main]

use hike_sdk::errno::EPROTONOSUPPORT;
use hike_sdk::prelude::*;
use meter::{Counters, count};

/// Packets by IPv6 destination.
#[btf_map]
#[allow(non_upper_case_globals)]
static ip6_dst_meter_map: Counters<Ipv6Addr> = Counters::new();

/// Counts the packets of each IPv6 destination.
///
/// Continues with the number so far, this packet included.
///
/// A packet that is not IPv6 continues with -93 (`-EPROTONOSUPPORT`) and counts nowhere.
/// 4096 counters; beyond them the longest unused one starts anew. No packet is missed when
/// several CPUs count.
#[hike_program]
fn ip6_dst_meter(ctx: &mut HikeContext) -> Result<u64, Errno> {
    let key = ctx.ipv6().ok_or(EPROTONOSUPPORT)?.destination();
    Ok(count(&ip6_dst_meter_map, &key))
}
