//! `h_encaps`
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

/// Puts the IPv6 packet into one that visits a policy's segments (H.Encaps, RFC 8986).
///
/// `policy` is a number of `srv6_policies`: lists of one to eight segments. The outer header
/// has the source of `srv6_source`, and traffic class, flow label and hop limit of the inner
/// one. Sending it on is another program's work, for example `ip6_kroute`'s.
///
/// Continues with 0, or with a negative errno and the packet as it was: -93
/// (`-EPROTONOSUPPORT`) when it is not IPv6, -2 (`-ENOENT`) when there is no such policy, -74
/// (`-EBADMSG`) when it would be longer than an IPv6 header can say, -105 (`-ENOBUFS`) when
/// there is no room in front of it.
#[hike_program]
fn h_encaps(ctx: &mut HikeContext, policy: u32) -> Result<u64, Errno> {
    encapsulate(ctx, &srv6_policies, &srv6_source, policy, Form::Whole)
}
