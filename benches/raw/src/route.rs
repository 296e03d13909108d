//! Forwarding by the kernel's routing table.

use hike_sdk::headers::{ETH_HLEN, Ipv6Header};
use hike_sdk::helpers::{bpf_fib_lookup, bpf_redirect};
use hike_sdk::{Action, xdp_md};

use crate::packet::{Headers, read_u16, read_u32, read_u64, write_u16, write_u32};

const AF_INET6: u8 = 10;
/// Traffic class and flow label, where they lie in the first word of a header.
const FLOW: u32 = u32::from_ne_bytes([0x0f, 0xff, 0xff, 0xff]);

/// `struct bpf_fib_lookup` of `linux/bpf.h`, its addresses in words that are aligned.
#[repr(C)]
struct Query {
    family: u8,
    protocol: u8,
    ports: [u16; 2],
    length: u16,
    /// Where the packet came in, then where it goes out.
    ifindex: u32,
    flow: u32,
    source: [u64; 2],
    destination: [u64; 2],
    table: u32,
    /// The next hop's addresses: ours in four bytes and two, its own in two and four.
    ours: u32,
    ours_end: u16,
    theirs: u16,
    theirs_end: u32,
}

/// Forwards the packet, or drops it or passes it to the kernel.
#[inline(always)]
pub fn route(ctx: *mut xdp_md, packet: &mut Headers) -> Action {
    if packet.ipv6.hop_limit <= 1 {
        return Action::Pass;
    }
    // SAFETY: the kernel's context.
    let mut query = query(packet, unsafe { (*ctx).ingress_ifindex });
    let length = size_of::<Query>() as i32;
    // SAFETY: the kernel's context, and a query of the length that is given.
    match unsafe { bpf_fib_lookup(ctx.cast(), (&raw mut query).cast(), length, 0) } {
        0 => {}
        1..=3 => return Action::Drop,
        _ => return Action::Pass,
    }
    packet.ipv6.hop_limit -= 1;
    address(packet, &query);
    // SAFETY: a helper that takes numbers; without flags it always gives XDP_REDIRECT.
    unsafe { bpf_redirect(query.ifindex, 0) };
    Action::Redirect
}

#[inline(always)]
fn query(packet: &Headers, ifindex: u32) -> Query {
    let bytes = packet.bytes();
    // SAFETY: the headers have these bytes.
    unsafe {
        let payload = u16::from_be(read_u16::<{ ETH_HLEN + 4 }>(bytes));
        Query {
            family: AF_INET6,
            protocol: packet.ipv6.next_header,
            ports: [0; 2],
            length: payload.wrapping_add(size_of::<Ipv6Header>() as u16),
            ifindex,
            flow: read_u32::<ETH_HLEN>(bytes) & FLOW,
            source: [
                read_u64::<{ ETH_HLEN + 8 }>(bytes),
                read_u64::<{ ETH_HLEN + 16 }>(bytes),
            ],
            destination: [
                read_u64::<{ ETH_HLEN + 24 }>(bytes),
                read_u64::<{ ETH_HLEN + 32 }>(bytes),
            ],
            table: 0,
            ours: 0,
            ours_end: 0,
            theirs: 0,
            theirs_end: 0,
        }
    }
}

/// Writes the Ethernet addresses that the look-up found.
#[inline(always)]
fn address(packet: &mut Headers, route: &Query) {
    let to = packet.bytes_mut();
    // SAFETY: the first bytes of the headers.
    unsafe {
        write_u16::<0>(to, route.theirs);
        write_u32::<2>(to, route.theirs_end);
        write_u32::<6>(to, route.ours);
        write_u16::<10>(to, route.ours_end);
    }
}
