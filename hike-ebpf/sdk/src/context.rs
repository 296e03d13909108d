//! The packet as a program sees it.

use hike_abi::{Cursor, HikeCall, VmState};

use crate::bytes::load_u16;
use crate::extension::Transport;
use crate::headers::{
    ETH_HLEN, ETH_P_8021AD, ETH_P_8021Q, ETH_P_IPV4, ETH_P_IPV6, Ipv4Header, Ipv6Header,
};
use crate::xdp_md;

/// Offsets into a packet that headers are looked for at: the verifier follows a sum of
/// offsets up to `MAX_PACKET_OFF`, 65535.
const OFFSET_MASK: usize = 0x7fff;
/// VLAN tags that are skipped.
const VLAN_TAGS: u32 = 2;

/// The packet a program works on.
pub struct HikeContext {
    ctx: *mut xdp_md,
    state: *mut VmState,
}

/// A value the compiler knows nothing about, so that it keeps what the verifier needs:
/// masks it could prove superfluous, and bounds checks it could merge with others.
#[inline(always)]
pub fn opaque(mut value: usize) -> usize {
    // SAFETY: a move of a register to itself.
    unsafe { core::arch::asm!("{0} = {0}", inout(reg) value, options(pure, nomem)) };
    value
}

/// Addresses of the packet's first byte and of the byte behind its last.
///
/// The context's fields have 32 bits, and the verifier makes pointers of 64 of them when they are
/// read. The compiler may not know of the 32: it would keep them as such on the stack.
///
/// # Safety
/// `ctx` is the XDP context the kernel gave.
#[inline(always)]
pub(crate) unsafe fn packet_bounds(ctx: *mut xdp_md) -> (usize, usize) {
    macro_rules! field {
        ($name:ident) => {{
            let pointer: usize;
            // SAFETY: the caller's promise.
            unsafe {
                core::arch::asm!(
                    "{0} = *(u32 *)({1} + {place})",
                    out(reg) pointer, in(reg) ctx,
                    place = const core::mem::offset_of!(xdp_md, $name),
                    options(pure, readonly),
                )
            };
            pointer
        }};
    }
    (field!(data), field!(data_end))
}

impl HikeContext {
    /// The context of a call.
    ///
    /// # Safety
    /// `ctx` is the XDP context the kernel gave, and `call` the start of a [`VmState`]:
    /// the packet cursor lies behind it.
    #[inline(always)]
    pub unsafe fn new(ctx: *mut xdp_md, call: *mut HikeCall) -> Self {
        Self {
            ctx,
            state: call.cast(),
        }
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
        let (data, end) = unsafe { packet_bounds(self.ctx) };
        end - data
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
        let (data, end) = unsafe { packet_bounds(self.ctx) };
        let start = opaque(data + offset);
        if start + size_of::<T>() > end {
            return None;
        }
        Some(start as *mut T)
    }

    /// The bytes of `T` at `offset`, when the packet is long enough.
    #[inline(always)]
    pub fn header_ref<T: Plain>(&self, offset: usize) -> Option<&T> {
        // SAFETY: `header` checked the bounds, and plain types have any value and place.
        self.header::<T>(offset).map(|header| unsafe { &*header })
    }

    /// As [`header_ref`](Self::header_ref), to write to.
    #[inline(always)]
    pub fn header_mut<T: Plain>(&mut self, offset: usize) -> Option<&mut T> {
        // SAFETY: as for `header_ref`; the context is borrowed as long as the header.
        self.header::<T>(offset)
            .map(|header| unsafe { &mut *header })
    }

    /// The packet cursor: where the chain loader, or a program since, found the headers.
    #[inline(always)]
    pub fn cursor(&self) -> Cursor {
        // SAFETY: the state is a map value that lives as long as the program runs.
        unsafe { (*self.state).cursor }
    }

    /// Sets the packet cursor: for chain loaders, and for programs that move headers.
    #[inline(always)]
    pub fn set_cursor(&mut self, cursor: Cursor) {
        // SAFETY: as for `cursor`; nothing else runs on this CPU meanwhile.
        unsafe { (*self.state).cursor = cursor };
    }

    /// Sets the transport header of the packet cursor.
    #[inline(always)]
    pub fn set_transport(&mut self, transport: Transport) {
        // SAFETY: as for `set_cursor`.
        let cursor = unsafe { &mut (*self.state).cursor };
        cursor.transport = transport.offset;
        cursor.protocol = transport.protocol;
    }

    /// Where the packet cursor says the network header is.
    #[inline(always)]
    pub fn network_offset(&self) -> usize {
        // SAFETY: as for `cursor`; volatile so that a loader reads what it has just written:
        // the verifier would follow every value it knows separately.
        let network = unsafe { (&raw const (*self.state).cursor.network).read_volatile() };
        Self::masked(network as usize)
    }

    /// An offset the verifier can follow.
    #[inline(always)]
    pub(crate) fn masked(offset: usize) -> usize {
        offset & OFFSET_MASK
    }

    /// The IPv6 header, when the packet cursor says there is one and the packet still
    /// holds it whole.
    #[inline(always)]
    pub fn ipv6(&mut self) -> Option<&mut Ipv6Header> {
        if self.cursor().ethertype != ETH_P_IPV6 {
            return None;
        }
        self.header_mut(self.network_offset())
    }

    /// The IPv4 header, when the packet cursor says there is one, the packet still holds it
    /// whole and it is of version 4.
    #[inline(always)]
    pub fn ipv4(&mut self) -> Option<&mut Ipv4Header> {
        if self.cursor().ethertype != ETH_P_IPV4 {
            return None;
        }
        let header = self.header_mut::<Ipv4Header>(self.network_offset());
        header.filter(|header| header.version() == 4)
    }

    /// Finds the network header and makes it the packet cursor; gives its EtherType.
    ///
    /// Up to two VLAN tags are skipped. For a packet that ends before its EtherType, or
    /// within its IPv6 header, or whose IPv6 header is not of version 6, EtherType and
    /// cursor are zero.
    #[inline(always)]
    pub fn locate(&mut self) -> u16 {
        let (ethertype, network) = self.link();
        let whole = match ethertype {
            ETH_P_IPV6 => self.header_ref(network).is_some_and(is_ipv6),
            _ => ethertype != 0,
        };
        let cursor = match whole {
            true => Cursor {
                network: network as u16,
                ethertype,
                ..Cursor::default()
            },
            false => Cursor::default(),
        };
        self.set_cursor(cursor);
        cursor.ethertype
    }

    /// EtherType and offset of the network header; 0 for a packet that ends before.
    #[inline(always)]
    fn link(&self) -> (u16, usize) {
        let mut network = ETH_HLEN;
        let mut ethertype = self.be16(network - 2);
        let mut tags = 0;
        while tags < VLAN_TAGS && matches!(ethertype, ETH_P_8021Q | ETH_P_8021AD) {
            network += 4;
            ethertype = self.be16(network - 2);
            tags += 1;
        }
        (ethertype, network)
    }

    /// A number in network order, 0 beyond the packet's end.
    #[inline(always)]
    fn be16(&self, offset: usize) -> u16 {
        // SAFETY: the bytes that the header has.
        self.header_ref::<[u8; 2]>(offset)
            .map_or(0, |bytes| unsafe { load_u16::<0>(bytes) as u16 })
            .swap_bytes()
    }
}

#[inline(always)]
fn is_ipv6(header: &Ipv6Header) -> bool {
    header.version() == 6
}

/// Types that are bytes: any bytes are a value, at any address.
///
/// # Safety
/// No padding, no invalid bit pattern, alignment 1.
pub unsafe trait Plain {}

// SAFETY: bytes.
unsafe impl<const N: usize> Plain for [u8; N] {}
// SAFETY: structs of bytes.
unsafe impl Plain for Ipv4Header {}
// SAFETY: structs of bytes.
unsafe impl Plain for Ipv6Header {}
// SAFETY: structs of bytes.
unsafe impl Plain for crate::headers::EthernetHeader {}
// SAFETY: structs of bytes.
unsafe impl Plain for crate::headers::UdpHeader {}
