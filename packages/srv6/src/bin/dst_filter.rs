//! `dst_filter`
#![no_std]
#![no_main]

use hike_sdk::errno::{ENOENT, EPROTONOSUPPORT};
use hike_sdk::maps::lpm_trie::Key;
use hike_sdk::prelude::*;

/// Numbers by prefix.
#[btf_map]
#[allow(non_upper_case_globals)]
static dst_filter_map: maps::LpmTrie<Ipv6Addr, u32, 1024> = maps::LpmTrie::new();

/// Tells what the packet's IPv6 destination is to be treated as.
///
/// Continues with the number that the longest matching prefix in `dst_filter_map` has: a
/// policy's for `h_encaps`, or any other. Without one it continues with -2 (`-ENOENT`), for a
/// packet that is not IPv6 with -93 (`-EPROTONOSUPPORT`).
#[hike_program]
fn dst_filter(ctx: &mut HikeContext) -> Result<u64, Errno> {
    let destination = ctx.ipv6().ok_or(EPROTONOSUPPORT)?.destination();
    let number = dst_filter_map.get(&Key::new(128, destination));
    number.map(|number| u64::from(*number)).ok_or(ENOENT)
}
