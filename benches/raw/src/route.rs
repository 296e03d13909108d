//! Forwarding by the kernel's routing table.

use core::mem::zeroed;

use hike_sdk::bindings::bpf_fib_lookup as FibQuery;
use hike_sdk::headers::Ipv6Header;
use hike_sdk::helpers::{bpf_fib_lookup, bpf_redirect};
use hike_sdk::{Action, xdp_md};

use crate::packet::headers;

const AF_INET6: u8 = 10;

/// Forwards the packet, or drops it or passes it to the kernel.
#[inline(always)]
pub fn route(ctx: *mut xdp_md) -> Action {
    let Some(packet) = headers(ctx) else {
        return Action::Pass;
    };
    if packet.ipv6.hop_limit <= 1 {
        return Action::Pass;
    }
    // SAFETY: the kernel's context.
    let mut query = query(&packet.ipv6, unsafe { (*ctx).ingress_ifindex });
    let length = size_of::<FibQuery>() as i32;
    // SAFETY: the kernel's context, and a query of the length that is given.
    match unsafe { bpf_fib_lookup(ctx.cast(), &raw mut query, length, 0) } {
        0 => {}
        1..=3 => return Action::Drop,
        _ => return Action::Pass,
    }
    packet.ipv6.hop_limit -= 1;
    // SAFETY: headers and query have the addresses.
    unsafe {
        copy_address(&raw mut packet.ethernet.destination.0, &query.dmac);
        copy_address(&raw mut packet.ethernet.source.0, &query.smac);
    }
    // SAFETY: a helper that takes numbers; without flags it always gives XDP_REDIRECT.
    unsafe { bpf_redirect(query.ifindex, 0) };
    Action::Redirect
}

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

/// Copies an Ethernet address in two words of 2 and 4 bytes.
///
/// # Safety
/// `to` is in the packet.
#[inline(always)]
unsafe fn copy_address(to: *mut [u8; 6], from: &[u8; 6]) {
    let [a, b, c, d, e, f] = *from;
    let (first, second) = (u32::from_ne_bytes([a, b, c, d]), u16::from_ne_bytes([e, f]));
    // SAFETY: the caller's promise.
    unsafe {
        core::arch::asm!("*(u32 *)({0} + 0) = {1}", in(reg) to, in(reg) u64::from(first));
        core::arch::asm!("*(u16 *)({0} + 4) = {1}", in(reg) to, in(reg) u64::from(second));
    }
}
