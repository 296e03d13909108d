//! `ip6_kroute`
#![no_std]
#![no_main]

use core::mem::zeroed;

use hike_sdk::bindings::bpf_fib_lookup as FibQuery;
use hike_sdk::headers::{ETH_HLEN, EthernetHeader, Ipv6Header};
use hike_sdk::helpers::{bpf_fib_lookup, bpf_redirect};
use hike_sdk::prelude::*;

const AF_INET6: u8 = 10;
/// Results of the helper, `BPF_FIB_LKUP_RET_*` of `linux/bpf.h`.
const SUCCESS: i64 = 0;
const BLACKHOLE: i64 = 1;
const UNREACHABLE: i64 = 2;
const PROHIBIT: i64 = 3;

/// Ends the chain: routes the IPv6 packet as the kernel's routing table says.
///
/// - A route with a known neighbour: the hop limit goes down by one, the Ethernet addresses
///   become those of the next hop, and the packet leaves by the route's interface.
/// - A blackhole, unreachable or prohibit route: dropped.
/// - Everything else goes to the kernel, which knows what to do: packets for the host
///   itself, without a route, with a neighbour still to be resolved, or with a hop limit of
///   1 or 0; packets longer than the MTU of the interface, or of a route with a locked MTU;
///   interfaces that do not forward; VLAN-tagged packets (their interface is the tag's);
///   packets that are not IPv6.
#[hike_program]
fn ip6_kroute(ctx: &mut HikeContext) -> Action {
    if ctx.network_offset() != ETH_HLEN {
        return Action::Pass;
    }
    let ifindex = ctx.ingress_ifindex();
    let Some(header) = ctx.ipv6() else {
        return Action::Pass;
    };
    if header.hop_limit <= 1 {
        return Action::Pass;
    }
    let mut query = query(header, ifindex);
    match look_up(ctx, &mut query) {
        SUCCESS => forward(ctx, &query),
        BLACKHOLE | UNREACHABLE | PROHIBIT => Action::Drop,
        _ => Action::Pass,
    }
}

/// What the routing table is asked about the packet.
#[inline(always)]
fn query(header: &Ipv6Header, ifindex: u32) -> FibQuery {
    // SAFETY: numbers only: zero is a value of every field.
    let mut query: FibQuery = unsafe { zeroed() };
    let payload = u16::from_be_bytes(header.payload_length);
    let [first, rest @ ..] = header.version_class_flow;
    query.family = AF_INET6;
    query.l4_protocol = header.next_header;
    query.__bindgen_anon_1.tot_len = payload.saturating_add(size_of::<Ipv6Header>() as u16);
    query.ifindex = ifindex;
    query.__bindgen_anon_2.flowinfo = u32::from_ne_bytes([first & 0x0f, rest[0], rest[1], rest[2]]);
    query.__bindgen_anon_3.ipv6_src = header.source().0;
    query.__bindgen_anon_4.ipv6_dst = header.destination().0;
    query
}

#[inline(always)]
fn look_up(ctx: &HikeContext, query: &mut FibQuery) -> i64 {
    let length = size_of::<FibQuery>() as i32;
    // SAFETY: the kernel's context, and a query of the length that is given.
    unsafe { bpf_fib_lookup(ctx.as_ptr().cast(), query, length, 0) }
}

/// Sends the packet to the next hop that the look-up found.
#[inline(always)]
fn forward(ctx: &mut HikeContext, route: &FibQuery) -> Action {
    match ctx.ipv6() {
        Some(header) => header.hop_limit -= 1,
        None => return Action::Pass,
    }
    let Some(ethernet) = ctx.header_mut::<EthernetHeader>(0) else {
        return Action::Pass;
    };
    ethernet.destination = MacAddr(route.dmac);
    ethernet.source = MacAddr(route.smac);
    // SAFETY: a helper that takes numbers; without flags it always gives XDP_REDIRECT.
    unsafe { bpf_redirect(route.ifindex, 0) };
    Action::Redirect
}
