//! The packet as a program sees it.

use hike_abi::HikeCall;

use crate::types::{Ipv6Addr, Ipv6Flow};
use crate::xdp_md;

/// EtherType of IPv6, host order.
pub const ETH_P_IPV6: u16 = 0x86dd;
/// Length of an Ethernet header.
pub const ETH_HLEN: usize = 14;

/// The packet a program works on.
pub struct HikeContext {
    ctx: *mut xdp_md,
    _call: *mut HikeCall,
}

/// A value the compiler knows nothing about, so that it keeps what the verifier needs:
/// masks it could prove superfluous, and bounds checks it could merge with others.
#[inline(always)]
pub(crate) fn opaque(mut value: usize) -> usize {
    // SAFETY: a move of a register to itself.
    unsafe { core::arch::asm!("{0} = {0}", inout(reg) value, options(pure, nomem)) };
    value
}

impl HikeContext {
    /// # Safety
    /// `ctx` is the XDP context the kernel gave.
    #[inline(always)]
    pub(crate) unsafe fn new(ctx: *mut xdp_md, call: *mut HikeCall) -> Self {
        Self { ctx, _call: call }
    }

    /// The kernel's context, for helpers.
    #[inline(always)]
    pub fn as_ptr(&self) -> *mut xdp_md {
        self.ctx
    }

    /// Length of the packet in bytes.
    #[inline(always)]
    pub fn len(&self) -> usize {
        // SAFETY: the context is valid while the program runs.
        unsafe { ((*self.ctx).data_end - (*self.ctx).data) as usize }
    }

    /// Whether the packet has no bytes.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Index of the interface the packet came in on.
    #[inline(always)]
    pub fn ingress_ifindex(&self) -> u32 {
        // SAFETY: the context is valid while the program runs.
        unsafe { (*self.ctx).ingress_ifindex }
    }

    /// The header of type `T` at `offset`, when the packet is long enough.
    ///
    /// `T` must be plain bytes: any bit pattern is a value, alignment 1 or tolerated.
    #[inline(always)]
    pub fn header<T>(&self, offset: usize) -> Option<*mut T> {
        // SAFETY: the context is valid while the program runs.
        let (data, end) = unsafe { ((*self.ctx).data as usize, (*self.ctx).data_end as usize) };
        let start = opaque(data + offset);
        if start + size_of::<T>() > end {
            return None;
        }
        Some(start as *mut T)
    }

    /// The EtherType, when the packet has an Ethernet header. VLAN tags are not skipped:
    /// a tagged packet has the tag's EtherType.
    #[inline(always)]
    pub fn ethertype(&self) -> Option<u16> {
        let pointer = self.header::<[u8; 2]>(12)?;
        // SAFETY: `header` checked the bounds.
        Some(u16::from_be_bytes(unsafe { *pointer }))
    }

    /// The fixed IPv6 header, when the packet is IPv6 and holds it whole.
    #[inline(always)]
    pub fn ipv6(&self) -> Option<*mut Ipv6Header> {
        if self.ethertype()? != ETH_P_IPV6 {
            return None;
        }
        let header = self.header::<Ipv6Header>(ETH_HLEN)?;
        // SAFETY: `header` checked the bounds.
        (unsafe { (*header).version_class_flow[0] } >> 4 == 6).then_some(header)
    }

    /// Source and destination of an IPv6 packet.
    #[inline(always)]
    pub fn ipv6_flow(&self) -> Option<Ipv6Flow> {
        let header = self.ipv6()?;
        // SAFETY: `ipv6` checked the bounds.
        Some(unsafe {
            Ipv6Flow {
                source: (*header).source,
                destination: (*header).destination,
            }
        })
    }
}

/// The fixed IPv6 header, RFC 8200 section 3.
#[repr(C, packed(2))]
pub struct Ipv6Header {
    /// Version (4 bits), traffic class (8 bits), flow label (20 bits).
    pub version_class_flow: [u8; 4],
    /// Length of what follows this header, network order.
    pub payload_length: u16,
    /// Type of the header that follows.
    pub next_header: u8,
    /// Hop limit.
    pub hop_limit: u8,
    /// Source address.
    pub source: Ipv6Addr,
    /// Destination address.
    pub destination: Ipv6Addr,
}

impl Ipv6Header {
    /// The traffic class, RFC 8200 section 7.
    #[inline(always)]
    pub fn traffic_class(&self) -> u8 {
        self.version_class_flow[0] << 4 | self.version_class_flow[1] >> 4
    }

    /// Sets the traffic class.
    #[inline(always)]
    pub fn set_traffic_class(&mut self, class: u8) {
        let [first, second, ..] = self.version_class_flow;
        self.version_class_flow[0] = first & 0xf0 | class >> 4;
        self.version_class_flow[1] = second & 0x0f | class << 4;
    }
}
