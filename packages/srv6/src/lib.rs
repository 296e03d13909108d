//! What the SRv6 programs have alike: policies and the segment routing header (RFC 8754).
#![no_std]

mod encaps;
mod endpoint;

pub use encaps::{Form, Lengths, encapsulate, length, outer_start, put};
pub use endpoint::{advance, headers, next_segment};
use hike_sdk::prelude::*;

/// Longest segment list of a policy.
pub const SEGMENTS: usize = 8;
/// Policies that a map holds.
pub const POLICIES: usize = 256;

/// Protocol number of IPv6 in IPv6.
pub const IPPROTO_IPV6: u8 = 41;
/// Length of an IPv6 header in bytes.
pub const IPV6_LENGTH: usize = 40;

/// A segment list: RFC 8986 section 5 calls it an SR policy.
///
/// (No array: a script gives the value of a map as one flat list.)
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Policy {
    /// How many segments are in use, 1 to 8; 0 is no policy.
    pub count: u64,
    /// The segment that the packet visits first.
    pub segment_1: Ipv6Addr,
    /// The second one.
    pub segment_2: Ipv6Addr,
    /// The third one.
    pub segment_3: Ipv6Addr,
    /// The fourth one.
    pub segment_4: Ipv6Addr,
    /// The fifth one.
    pub segment_5: Ipv6Addr,
    /// The sixth one.
    pub segment_6: Ipv6Addr,
    /// The seventh one.
    pub segment_7: Ipv6Addr,
    /// The eighth one.
    pub segment_8: Ipv6Addr,
}

impl Policy {
    /// The first of the segments, which lie one behind the other.
    #[inline(always)]
    pub fn segments(&self) -> *const Ipv6Addr {
        const OFFSET: usize = core::mem::offset_of!(Policy, segment_1);
        const { assert!(size_of::<Self>() == OFFSET + SEGMENTS * size_of::<Ipv6Addr>()) };
        // SAFETY: within the struct.
        unsafe { core::ptr::from_ref(self).byte_add(OFFSET).cast() }
    }
}

/// Policies by number.
pub type Policies = maps::Array<Policy, POLICIES>;
/// Source address of the tunnels, under key 0.
pub type Source = maps::Array<Ipv6Addr, 1>;
