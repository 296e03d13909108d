//! Protocol headers as they lie in a packet: bytes, so that no alignment is assumed.

use core::arch::asm;

use crate::types::{Ipv4Addr, Ipv6Addr, Ipv6Flow, MacAddr};

/// EtherType of IPv4, host order.
pub const ETH_P_IPV4: u16 = 0x0800;
/// EtherType of IPv6, host order.
pub const ETH_P_IPV6: u16 = 0x86dd;
/// EtherType of a VLAN tag, IEEE 802.1Q, host order.
pub const ETH_P_8021Q: u16 = 0x8100;
/// EtherType of a provider's VLAN tag, IEEE 802.1ad, host order.
pub const ETH_P_8021AD: u16 = 0x88a8;
/// Length of an Ethernet header.
pub const ETH_HLEN: usize = 14;
/// Protocol number of TCP.
pub const IPPROTO_TCP: u8 = 6;
/// Protocol number of UDP.
pub const IPPROTO_UDP: u8 = 17;

/// Reads 8 bytes at any alignment. The kernel takes such loads, but LLVM would only make
/// them of single bytes.
macro_rules! load_u64 {
    ($pointer:expr, $offset:literal) => {{
        let value: u64;
        // SAFETY: a load within the header that the pointer is a reference to.
        unsafe {
            asm!(
                "{0} = *(u64 *)({1} + {2})",
                out(reg) value, in(reg) $pointer, const $offset,
                options(readonly, nostack),
            )
        };
        value
    }};
}

/// The Ethernet header.
#[repr(C)]
pub struct EthernetHeader {
    /// Destination address.
    pub destination: MacAddr,
    /// Source address.
    pub source: MacAddr,
    /// EtherType of what follows, network order.
    pub ethertype: [u8; 2],
}

/// The fixed IPv6 header, RFC 8200 section 3.
#[repr(C)]
pub struct Ipv6Header {
    /// Version (4 bits), traffic class (8 bits), flow label (20 bits).
    pub version_class_flow: [u8; 4],
    /// Length of what follows this header, network order.
    pub payload_length: [u8; 2],
    /// Type of the header that follows.
    pub next_header: u8,
    /// Hop limit.
    pub hop_limit: u8,
    /// Source address.
    pub source: [u8; 16],
    /// Destination address.
    pub destination: [u8; 16],
}

impl Ipv6Header {
    /// The version, 6 in what is IPv6.
    #[inline(always)]
    pub fn version(&self) -> u8 {
        self.version_class_flow[0] >> 4
    }

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

    /// Source address.
    #[inline(always)]
    pub fn source(&self) -> Ipv6Addr {
        let header = core::ptr::from_ref(self);
        Ipv6Addr::from_halves(load_u64!(header, 8), load_u64!(header, 16))
    }

    /// Destination address.
    #[inline(always)]
    pub fn destination(&self) -> Ipv6Addr {
        let header = core::ptr::from_ref(self);
        Ipv6Addr::from_halves(load_u64!(header, 24), load_u64!(header, 32))
    }

    /// Source and destination address.
    #[inline(always)]
    pub fn flow(&self) -> Ipv6Flow {
        Ipv6Flow {
            source: self.source(),
            destination: self.destination(),
        }
    }
}

/// The IPv4 header without its options, RFC 791 section 3.1.
#[repr(C)]
pub struct Ipv4Header {
    /// Version (4 bits) and length of the header in words of 32 bits.
    pub version_length: u8,
    /// Type of service.
    pub class: u8,
    /// Length of header and data, network order.
    pub total_length: [u8; 2],
    /// What fragments of one packet have alike.
    pub identification: [u8; 2],
    /// Flags (3 bits) and the fragment's offset in units of 8 bytes.
    pub flags_fragment: [u8; 2],
    /// Hop limit.
    pub time_to_live: u8,
    /// Protocol number of what follows.
    pub protocol: u8,
    /// Checksum of the header.
    pub checksum: [u8; 2],
    /// Source address.
    pub source: [u8; 4],
    /// Destination address.
    pub destination: [u8; 4],
}

impl Ipv4Header {
    /// The version, 4 in what is IPv4.
    #[inline(always)]
    pub fn version(&self) -> u8 {
        self.version_length >> 4
    }

    /// Destination address.
    #[inline(always)]
    pub fn destination(&self) -> Ipv4Addr {
        Ipv4Addr(u32::from_ne_bytes(self.destination))
    }
}

/// The UDP header, RFC 768; the ports lie where those of TCP do.
#[repr(C)]
pub struct UdpHeader {
    /// Source port, network order.
    pub source: [u8; 2],
    /// Destination port, network order.
    pub destination: [u8; 2],
    /// Length of header and data, network order.
    pub length: [u8; 2],
    /// Checksum.
    pub checksum: [u8; 2],
}
