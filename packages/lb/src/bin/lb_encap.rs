//! `lb_encap`
#![no_std]
#![no_main]

use hike_sdk::bytes::{load_u32, store_u8, store_u16, store_u32, store_u64};
use hike_sdk::errno::{EBADMSG, ENOENT, EPROTONOSUPPORT};
use hike_sdk::extension::Transport;
use hike_sdk::headers::Ipv6Header;
use hike_sdk::prelude::*;
use hike_sdk::resize::resize;
use lb::BACKENDS;

const LENGTH: usize = size_of::<Ipv6Header>();
/// Protocol number of IPv6 in IPv6.
const IPPROTO_IPV6: u64 = 41;

/// Addresses of the backends by their number; zeros are none.
#[btf_map]
#[allow(non_upper_case_globals)]
static lb_backends: maps::Array<Ipv6Addr, BACKENDS> = maps::Array::new();

/// Source address of the outer header, under key 0.
#[btf_map]
#[allow(non_upper_case_globals)]
static lb_source: maps::Array<Ipv6Addr, 1> = maps::Array::new();

config! {
    /// The hop limit of the outer header.
    HOP_LIMIT: u8 = 64;
}

/// Puts the IPv6 packet into one for a backend (IPv6 in IPv6, RFC 2473).
///
/// The outer header has the backend's address in `lb_backends`, the source of `lb_source`, and
/// traffic class and flow label of the inner one. The backend takes it off, for example with a
/// tunnel interface or `end_dt6`, and answers the client directly. Sending it on is another
/// program's work, for example `ip6_kroute`'s. The way to the backend must have room for 40 bytes
/// more.
///
/// Continues with 0, or with a negative errno and the packet as it was: -2 (`-ENOENT`) when there
/// is no such backend, -74 (`-EBADMSG`) when it would be longer than an IPv6 header can say, -105
/// (`-ENOBUFS`) when there is no room in front of it, -93 (`-EPROTONOSUPPORT`) when it is not IPv6.
#[hike_program]
fn lb_encap(ctx: &mut HikeContext, backend: u32) -> Result<u64, Errno> {
    let header = core::ptr::from_ref(ctx.ipv6().ok_or(EPROTONOSUPPORT)?);
    // SAFETY: the header is in the packet.
    let (start, payload) = unsafe { (load_u32::<0>(header), (*header).payload_length) };
    let payload = u16::from_be_bytes(payload).checked_add(LENGTH as u16);
    let payload = payload.ok_or(EBADMSG)?;
    let destination = *lb_backends.get(backend).ok_or(ENOENT)?;
    let source = *lb_source.get(0).ok_or(ENOENT)?;
    let [first, second] = halves(destination);
    if first | second == 0 {
        return Err(ENOENT);
    }
    let network = ctx.network_offset();
    resize(ctx, network, -(LENGTH as i32))?;
    let outer = ctx.header::<[u8; LENGTH]>(network).ok_or(EBADMSG)?;
    let [source_first, source_second] = halves(source);
    // SAFETY: the outer header has this length.
    unsafe {
        store_u32::<0>(outer, start);
        store_u16::<4>(outer, payload.to_be().into());
        store_u8::<6>(outer, IPPROTO_IPV6);
        store_u8::<7>(outer, HOP_LIMIT.get().into());
        store_u64::<8>(outer, source_first);
        store_u64::<16>(outer, source_second);
        store_u64::<24>(outer, first);
        store_u64::<32>(outer, second);
    }
    ctx.set_transport(Transport {
        protocol: 0,
        offset: 0,
    });
    Ok(0)
}

/// An address as two words in the order of memory.
#[inline(always)]
fn halves(address: Ipv6Addr) -> [u64; 2] {
    // SAFETY: both types are 16 bytes, and any bytes are numbers.
    unsafe { core::mem::transmute(address) }
}
