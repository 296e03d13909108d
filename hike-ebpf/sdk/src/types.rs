//! Types whose names mean more than their bytes: tools show and read them as what they are.

/// An IPv6 address in network order. (Aligned so that a copy takes two instructions.)
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C, align(8))]
pub struct Ipv6Addr(pub [u32; 4]);

impl Ipv6Addr {
    /// The address whose bytes, as they lie in memory, are those of two numbers.
    #[inline(always)]
    pub fn from_halves(first: u64, second: u64) -> Self {
        // SAFETY: both types are 16 bytes, and any bytes are an address.
        unsafe { core::mem::transmute([first, second]) }
    }
}

/// An IPv4 address in network order.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct Ipv4Addr(pub u32);

/// An Ethernet address.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct MacAddr(pub [u8; 6]);

/// A 16-bit number in network order.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct Be16(pub u16);

/// A chain's runtime ID.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct ChainId(pub u32);

/// An interface index.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct IfIndex(pub u32);

macro_rules! unit {
    ($($(#[$doc:meta])* $name:ident($ty:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq)]
        #[repr(C)]
        pub struct $name(pub $ty);
    )*};
}

unit! {
    /// A rate.
    PacketsPerSecond(u32);
    /// A number of packets.
    Packets(u32);
    /// A duration in seconds.
    Seconds(u32);
    /// A duration in nanoseconds.
    Nanoseconds(u64);
    /// A moment: nanoseconds since boot.
    NanosecondsSinceBoot(u64);
}

/// The (source, destination) pair of an IPv6 packet.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct Ipv6Flow {
    /// Source address.
    pub source: Ipv6Addr,
    /// Destination address.
    pub destination: Ipv6Addr,
}
