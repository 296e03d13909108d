//! The policy headend: an outer IPv6 header, RFC 8986 sections 5.1 and 5.2.

use hike_sdk::HikeContext;
use hike_sdk::bytes::{load_u64, store_u64};
use hike_sdk::errno::{EBADMSG, ENOENT, EPROTONOSUPPORT, Errno};
use hike_sdk::extension::Transport;
use hike_sdk::resize::resize;
use hike_sdk::types::Ipv6Addr;

use crate::{IPPROTO_IPV6, IPV6_LENGTH, Policies, Policy, SEGMENTS, Source};

/// Protocol number of a routing header.
const ROUTING: u8 = 43;
/// Routing type of the segment routing header, RFC 8754 section 2.
const TYPE: u64 = 4;
/// Bytes of a segment routing header before its list.
const FIXED: usize = 8;

/// Whether the first segment, which the destination address has anyway, is in the list too.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// H.Encaps: the whole list.
    Whole,
    /// H.Encaps.Red: without the first segment; a list of one needs no routing header.
    Reduced,
}

/// Puts an IPv6 packet into an outer one that visits the policy's segments.
///
/// Traffic class, flow label and hop limit of the outer header are those of the inner one.
///
/// # Errors
/// `EPROTONOSUPPORT` when the packet is not IPv6; `ENOENT` when there is no such policy;
/// `EBADMSG` when the packet would be longer than an IPv6 header can say; `ENOBUFS` when
/// there is no room in front of it.
#[inline(always)]
pub fn encapsulate(
    ctx: &mut HikeContext,
    policies: &Policies,
    source: &Source,
    number: u32,
    form: Form,
) -> Result<u64, Errno> {
    let header = core::ptr::from_ref(ctx.ipv6().ok_or(EPROTONOSUPPORT)?);
    // SAFETY: the header has more than 8 bytes.
    let start = unsafe { load_u64::<0>(header) };
    let policy = policies.get(number).ok_or(ENOENT)?;
    let source = source.get(0).ok_or(ENOENT)?;
    let list = Lengths::of(policy, form).ok_or(ENOENT)?;
    let start = outer_start(start, list)?;
    let network = ctx.network_offset();
    resize(ctx, network, -(list.headers() as i32))?;
    macro_rules! write {
        ($($count:literal)*) => {
            match (list.count, form) {
                $(
                    ($count, Form::Whole) =>
                        Outer::<{ length($count) }> { ctx, network, start, policy, source }
                            .write::<$count, $count>(),
                    ($count, Form::Reduced) =>
                        Outer::<{ length($count - 1) }> { ctx, network, start, policy, source }
                            .write::<$count, { $count - 1 }>(),
                )*
                _ => None,
            }
        };
    }
    write!(1 2 3 4 5 6 7 8).ok_or(EBADMSG)?;
    ctx.set_transport(Transport {
        protocol: 0,
        offset: 0,
    });
    Ok(0)
}

/// Bytes of the outer headers with a list of so many segments: without a list there is no
/// routing header.
pub const fn length(listed: usize) -> usize {
    IPV6_LENGTH + if listed == 0 { 0 } else { FIXED + listed * 16 }
}

/// How long a policy's headers are.
#[derive(Clone, Copy)]
pub struct Lengths {
    /// Segments of the policy.
    pub count: usize,
    /// Segments in the list.
    pub listed: usize,
}

impl Lengths {
    /// Those of a policy; `None` when its count is none.
    #[inline(always)]
    pub fn of(policy: &Policy, form: Form) -> Option<Self> {
        let count = policy.count as usize;
        if count == 0 || count > SEGMENTS {
            return None;
        }
        let listed = match form {
            Form::Whole => count,
            Form::Reduced => count - 1,
        };
        Some(Self { count, listed })
    }

    /// Bytes of the outer headers.
    #[inline(always)]
    pub fn headers(self) -> usize {
        length(self.listed)
    }
}

/// The first word of the outer header from that of the inner one: the same but for length
/// and next header.
///
/// # Errors
/// `EBADMSG` when the packet would be longer than an IPv6 header can say.
#[inline(always)]
pub fn outer_start(inner: u64, list: Lengths) -> Result<u64, Errno> {
    const KEPT: u64 = 0xff00_0000_ffff_ffff;
    let payload = u16::from_be((inner >> 32) as u16) as usize + list.headers();
    if payload > u16::MAX as usize {
        return Err(EBADMSG);
    }
    let next = match list.listed {
        0 => IPPROTO_IPV6,
        _ => ROUTING,
    };
    let payload = u64::from((payload as u16).to_be());
    Ok(inner & KEPT | payload << 32 | u64::from(next) << 48)
}

/// The outer headers, `LENGTH` bytes, still to be written.
struct Outer<'a, const LENGTH: usize> {
    ctx: &'a HikeContext,
    network: usize,
    start: u64,
    policy: &'a Policy,
    source: &'a Ipv6Addr,
}

impl<const LENGTH: usize> Outer<'_, LENGTH> {
    /// Writes the headers of a policy of `COUNT` segments, `LISTED` of them in the list;
    /// `None` when the packet does not have the room.
    #[inline(always)]
    fn write<const COUNT: usize, const LISTED: usize>(self) -> Option<()> {
        const { assert!(LENGTH == length(LISTED)) };
        let outer = self.ctx.header::<[u8; LENGTH]>(self.network)?;
        // SAFETY: the outer headers have this length.
        unsafe { put::<COUNT, LISTED>(outer.cast(), self.start, self.policy, self.source) };
        Some(())
    }
}

/// Writes the headers of a policy of `COUNT` segments, `LISTED` of them in the list;
/// `start` is what [`outer_start`] made.
///
/// # Safety
/// `outer` has as many bytes as [`length`] says.
#[inline(always)]
pub unsafe fn put<const COUNT: usize, const LISTED: usize>(
    outer: *mut u8,
    start: u64,
    policy: &Policy,
    source: &Ipv6Addr,
) {
    const { assert!(COUNT <= SEGMENTS && LISTED <= COUNT) };
    // SAFETY: the caller's promise.
    unsafe {
        store_u64::<0>(outer, start);
        put_address(outer.add(8), source);
        put_address(outer.add(24), policy.segments());
        if LISTED != 0 {
            put_routing::<COUNT, LISTED>(outer.add(IPV6_LENGTH), policy);
        }
    }
}

/// Writes the segment routing header; its list begins with the last segment.
///
/// # Safety
/// `to` has the header's length.
#[inline(always)]
unsafe fn put_routing<const COUNT: usize, const LISTED: usize>(to: *mut u8, policy: &Policy) {
    // Next header, length, type, segments left, last entry; flags and tag are zero.
    let fixed = IPPROTO_IPV6 as u64
        | (LISTED as u64 * 2) << 8
        | TYPE << 16
        | (COUNT as u64 - 1) << 24
        | (LISTED as u64 - 1) << 32;
    let segments = policy.segments();
    // SAFETY: the caller's promise; the policy has `COUNT` segments.
    unsafe {
        store_u64::<0>(to, fixed);
        let mut entry = 0;
        while entry < LISTED {
            put_address(to.add(FIXED + entry * 16), segments.add(COUNT - 1 - entry));
            entry += 1;
        }
    }
}

/// Writes an address at any alignment.
///
/// # Safety
/// `to` has 16 bytes, and `address` is one.
#[inline(always)]
unsafe fn put_address(to: *mut u8, address: *const Ipv6Addr) {
    let halves = address.cast::<u64>();
    // SAFETY: the caller's promise; an address is aligned to, and has, two words.
    unsafe {
        store_u64::<0>(to, *halves);
        store_u64::<8>(to, *halves.add(1));
    }
}
