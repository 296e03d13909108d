//! `ip6_kroute`
#![no_std]
#![no_main]

use core::mem::zeroed;

use hike_sdk::bindings::bpf_fib_lookup as FibQuery;
use hike_sdk::bytes::{load_u16, load_u32, store_u16};
use hike_sdk::headers::{ETH_HLEN, ETH_P_IPV6, EthernetHeader, Ipv6Header};
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
    let Some(headers) = headers(ctx) else {
        return Action::Pass;
    };
    if headers.ipv6.hop_limit <= 1 {
        return Action::Pass;
    }
    let mut query = query(&headers.ipv6, ctx.ingress_ifindex());
    match look_up(ctx, &mut query) {
        SUCCESS => forward(headers, &query),
        BLACKHOLE | UNREACHABLE | PROHIBIT => Action::Drop,
        _ => Action::Pass,
    }
}

/// The headers of an IPv6 packet without VLAN tags.
#[repr(C)]
struct Headers {
    ethernet: EthernetHeader,
    ipv6: Ipv6Header,
}

/// Both headers, checked at once; `None` when the packet is no such packet. They stay where
/// they are: no helper here moves the packet.
#[inline(always)]
fn headers<'a>(ctx: &HikeContext) -> Option<&'a mut Headers> {
    if ctx.network_offset() != ETH_HLEN || ctx.cursor().ethertype != ETH_P_IPV6 {
        return None;
    }
    // SAFETY: bytes within the packet, of which any are headers.
    ctx.header(0).map(|headers| unsafe { &mut *headers })
}

/// What the routing table is asked about the packet.
#[inline(always)]
fn query(header: &Ipv6Header, ifindex: u32) -> FibQuery {
    const CLASS_AND_FLOW: u32 = 0x0fff_ffff_u32.to_be();
    // SAFETY: the header has more than 6 bytes.
    let (flow, payload) = unsafe { (load_u32::<0>(header), load_u16::<4>(header)) };
    let payload = u16::from_be(payload as u16);
    // SAFETY: numbers only: zero is a value of every field.
    let mut query: FibQuery = unsafe { zeroed() };
    query.family = AF_INET6;
    query.l4_protocol = header.next_header;
    query.__bindgen_anon_1.tot_len = payload.saturating_add(size_of::<Ipv6Header>() as u16);
    query.ifindex = ifindex;
    query.__bindgen_anon_2.flowinfo = flow as u32 & CLASS_AND_FLOW;
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
fn forward(headers: &mut Headers, route: &FibQuery) -> Action {
    headers.ipv6.hop_limit -= 1;
    copy_address(&mut headers.ethernet.destination, &route.dmac);
    copy_address(&mut headers.ethernet.source, &route.smac);
    // SAFETY: a helper that takes numbers; without flags it always gives XDP_REDIRECT.
    unsafe { bpf_redirect(route.ifindex, 0) };
    Action::Redirect
}

/// Copies an address in words of two bytes, as its place in the query is aligned.
#[inline(always)]
fn copy_address(to: &mut MacAddr, from: &[u8; 6]) {
    let word = |at: usize| u16::from_ne_bytes([from[at], from[at + 1]]).into();
    // SAFETY: an address has six bytes.
    unsafe {
        store_u16::<0>(to, word(0));
        store_u16::<2>(to, word(2));
        store_u16::<4>(to, word(4));
    }
}
