//! An Ethernet frame with an IPv6 packet, without tags.

use hike_sdk::headers::{EthernetHeader, Ipv6Header};
use hike_sdk::xdp_md;

/// EtherType of IPv6 as it lies in memory.
const IPV6: [u8; 2] = [0x86, 0xdd];
/// The bits that mark a packet, where the second byte of an IPv6 header has them.
const MARK: u8 = 0x30;

/// Both headers.
#[repr(C)]
pub struct Headers {
    /// Ethernet.
    pub ethernet: EthernetHeader,
    /// IPv6.
    pub ipv6: Ipv6Header,
}

/// The headers, when the packet is long enough for them; of what kind it is nobody checks.
#[inline(always)]
pub fn headers<'a>(ctx: *mut xdp_md) -> Option<&'a mut Headers> {
    // SAFETY: the kernel's context.
    let (data, end) = unsafe { ((*ctx).data as usize, (*ctx).data_end as usize) };
    if data + size_of::<Headers>() > end {
        return None;
    }
    // SAFETY: bytes within the packet, of which any are headers.
    Some(unsafe { &mut *(data as *mut Headers) })
}

impl Headers {
    /// Whether it is an IPv6 packet.
    #[inline(always)]
    pub fn is_ipv6(&self) -> bool {
        self.ethernet.ethertype == IPV6 && self.ipv6.version() == 6
    }

    /// Marks it in its traffic class.
    #[inline(always)]
    pub fn mark(&mut self) {
        self.ipv6.version_class_flow[1] |= MARK;
    }
}
