//! `ip6_sd_tbmon`
#![no_std]
#![no_main]

use hike_sdk::errno::EPROTONOSUPPORT;
use hike_sdk::prelude::*;
use meter::{Buckets, police};

/// Token buckets by IPv6 (source, destination) pair.
#[btf_map]
#[allow(non_upper_case_globals)]
static ip6_sd_tbmon_map: Buckets<Ipv6Flow> = Buckets::new();

config! {
    /// Packets a second that are in profile in the long run.
    RATE: PacketsPerSecond = PacketsPerSecond(20);
    /// Packets that may come at once: the size of the bucket.
    BURST: Packets = Packets(5);
}

/// A token bucket for each IPv6 (source, destination) pair.
///
/// Continues with 0 in profile, -1 out of profile.
///
/// A bucket is full, `BURST` packets, when its first packet comes; it fills at `RATE`
/// packets per second, exactly and however long nothing came. A packet out of profile takes
/// nothing. A packet that is not IPv6 continues with -93 (`-EPROTONOSUPPORT`). 4096 buckets;
/// beyond them the longest unused one is given up. CPUs take turns at a bucket: together
/// they let no packet more through than one would.
#[hike_program]
fn ip6_sd_tbmon(ctx: &mut HikeContext) -> Result<u64, Errno> {
    let key = ctx.ipv6().ok_or(EPROTONOSUPPORT)?.flow();
    Ok(police(&ip6_sd_tbmon_map, &key, RATE.get(), BURST.get()) as u64)
}
