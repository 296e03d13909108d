//! What both ends of the Simple Two-way Active Measurement Protocol have alike: RFC 8762,
//! unauthenticated mode, with the session identifier of RFC 8972.
//!
//! A test packet and its reply are UDP over IPv6. Offsets are from the IPv6 header, as the
//! programs read and write both:
//!
//! | offset | test packet | reply |
//! |---|---|---|
//! | 48 | sequence number | the reflector's sequence number |
//! | 52 | time it was sent | time the reply was sent |
//! | 60 | error estimate | the reflector's error estimate |
//! | 62 | session identifier | the same |
//! | 64 | 0 | time the test packet came |
//! | 72 | 0 | sequence number of the test packet |
//! | 76 | 0 | time it was sent |
//! | 84 | 0 | its error estimate |
//! | 88 | 0 | the hop limit it came with |
#![no_std]

mod checksum;
mod measured;
mod time;

pub use checksum::updated;
use hike_sdk::bytes::load_u16;
use hike_sdk::errno::{EBADMSG, ENOENT, EPROTONOSUPPORT};
use hike_sdk::headers::{IPPROTO_UDP, Ipv6Header, UdpHeader};
use hike_sdk::helpers::bpf_ktime_get_tai_ns;
use hike_sdk::prelude::*;
pub use measured::{Delays, Measured};
pub use time::{Format, PTP};

/// Bytes from the IPv6 header to the end of what every test packet has.
pub const PACKET: usize = 92;
/// Bytes of UDP header and test packet: what a UDP length says at least.
const UDP_LENGTH: u16 = 52;

/// A test packet or reply, from its IPv6 header on.
pub type Packet = [u8; PACKET];

/// A session: the addresses, the sender's port and the session identifier.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct SessionKey {
    /// Address of the sender.
    pub sender: Ipv6Addr,
    /// Address of the reflector.
    pub reflector: Ipv6Addr,
    /// UDP port of the sender, host order.
    pub port: u32,
    /// The session identifier (SSID), host order.
    pub session: u32,
}

/// The packet from its IPv6 header on, when `is_ours` says so of its UDP header.
///
/// # Errors
/// `EPROTONOSUPPORT` when it is not IPv6; `ENOENT` when no such UDP header follows; `EBADMSG`
/// when it is cut off or too short for a test packet.
#[inline(always)]
pub fn find(
    ctx: &mut HikeContext,
    is_ours: impl FnOnce(&UdpHeader) -> bool,
) -> Result<*mut Packet, Errno> {
    if ctx.ipv6().ok_or(EPROTONOSUPPORT)?.next_header != IPPROTO_UDP {
        return Err(ENOENT);
    }
    let network = ctx.network_offset();
    let udp = ctx.header_ref::<UdpHeader>(network + size_of::<Ipv6Header>());
    let udp = udp.ok_or(EBADMSG)?;
    if !is_ours(udp) {
        return Err(ENOENT);
    }
    if u16::from_be_bytes(udp.length) < UDP_LENGTH {
        return Err(EBADMSG);
    }
    ctx.header::<Packet>(network).ok_or(EBADMSG)
}

/// A number of 16 bits in network order.
///
/// # Safety
/// The packet has so many bytes.
#[inline(always)]
pub unsafe fn be16<const OFFSET: usize>(packet: *const Packet) -> u16 {
    // SAFETY: the caller's promise.
    u16::from_be(unsafe { load_u16::<OFFSET>(packet) } as u16)
}

/// Nanoseconds of TAI since 1970.
#[inline(always)]
pub fn now() -> u64 {
    // SAFETY: a helper without arguments.
    unsafe { bpf_ktime_get_tai_ns() }
}
