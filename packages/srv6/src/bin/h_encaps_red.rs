//! `h_encaps_red`
#![no_std]
#![no_main]

use hike_sdk::prelude::*;
use srv6::{Form, Policies, Source, encapsulate};

/// Segment lists by policy number: how many segments, then the segments in the order in
/// which a packet visits them, zeros for those that are not used.
#[btf_map]
#[allow(non_upper_case_globals)]
static srv6_policies: Policies = Policies::new();

/// Source address of the outer header, under key 0.
#[btf_map]
#[allow(non_upper_case_globals)]
static srv6_source: Source = Source::new();

/// As `h_encaps`, without the first segment in the list (H.Encaps.Red, RFC 8986).
///
/// The packet is 16 bytes shorter, 24 for a policy of one segment, which needs no routing
/// header.
///
/// Continues as `h_encaps` does.
#[hike_program]
fn h_encaps_red(ctx: &mut HikeContext, policy: u32) -> Result<u64, Errno> {
    encapsulate(ctx, &srv6_policies, &srv6_source, policy, Form::Reduced)
}
