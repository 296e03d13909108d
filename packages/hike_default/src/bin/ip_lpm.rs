//! `ip_lpm`
#![no_std]
#![no_main]

use hike_default::start;
use hike_sdk::maps::lpm_trie::Key;
use hike_sdk::prelude::*;

/// Chains by IPv6 destination: the length of a prefix in bits, and the prefix.
#[btf_map]
#[allow(non_upper_case_globals)]
static ip6_lpm_map: maps::LpmTrie<Ipv6Addr, ChainId, 1024> = maps::LpmTrie::new();

/// Chains by IPv4 destination: the length of a prefix in bits, and the prefix.
#[btf_map]
#[allow(non_upper_case_globals)]
static ip4_lpm_map: maps::LpmTrie<Ipv4Addr, ChainId, 1024> = maps::LpmTrie::new();

config! {
    /// What happens to packets whose chain ends without a decision, or is stopped for a
    /// fault: an XDP action, 1 is a drop, 2 passes the packet to the kernel.
    DEFAULT_ACTION: u32 = 1;
}

/// Starts the chain of the longest prefix that the packet's destination has.
///
/// Prefixes are in `ip6_lpm_map` for IPv6 and in `ip4_lpm_map` for IPv4; those of length 0 are
/// for what no other one matches. All other packets pass to the kernel, as does one cut off
/// within its IPv6 or IPv4 header. Up to two VLAN tags are skipped.
#[hike_loader]
fn ip_lpm(ctx: &mut HikeContext) -> Start {
    ctx.locate();
    let chain = if let Some(header) = ctx.ipv6() {
        ip6_lpm_map.get(&Key::new(128, header.destination()))
    } else if let Some(header) = ctx.ipv4() {
        ip4_lpm_map.get(&Key::new(32, header.destination()))
    } else {
        None
    };
    start(chain, DEFAULT_ACTION.get())
}
