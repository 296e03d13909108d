//! An Ethernet frame with an IPv6 packet, without tags.

use hike_sdk::headers::{EthernetHeader, Ipv6Header};
use hike_sdk::xdp_md;

/// EtherType of IPv6 as it lies in memory.
const IPV6: u16 = u16::from_ne_bytes([0x86, 0xdd]);
/// Where the EtherType lies.
const ETHERTYPE: usize = 12;
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
        // SAFETY: within the headers.
        unsafe { read_u16::<ETHERTYPE>(self.bytes()) == IPV6 && self.ipv6.version() == 6 }
    }

    /// The bytes of both.
    #[inline(always)]
    pub fn bytes(&self) -> *const u8 {
        core::ptr::from_ref(self).cast()
    }

    /// The same, to be written.
    #[inline(always)]
    pub fn bytes_mut(&mut self) -> *mut u8 {
        core::ptr::from_mut(self).cast()
    }

    /// Marks it in its traffic class.
    #[inline(always)]
    pub fn mark(&mut self) {
        self.ipv6.version_class_flow[1] |= MARK;
    }
}

/// Reads and writes numbers in one access each: the processor takes any alignment in a
/// packet, of which the compiler knows nothing.
macro_rules! accesses {
    ($($type:ident $read:ident $write:ident)*) => {$(
        /// Reads a number.
        ///
        /// # Safety
        /// `from` has its bytes at the offset.
        #[inline(always)]
        pub unsafe fn $read<const OFFSET: usize>(from: *const u8) -> $type {
            let value: u64;
            // SAFETY: the caller's promise.
            unsafe {
                core::arch::asm!(
                    concat!("{0} = *(", stringify!($type), " *)({1} + {2})"),
                    out(reg) value, in(reg) from, const OFFSET, options(readonly, nostack),
                )
            };
            value as $type
        }

        /// Writes a number.
        ///
        /// # Safety
        /// `to` has its bytes at the offset.
        #[inline(always)]
        pub unsafe fn $write<const OFFSET: usize>(to: *mut u8, value: $type) {
            // SAFETY: the caller's promise.
            unsafe {
                core::arch::asm!(
                    concat!("*(", stringify!($type), " *)({0} + {1}) = {2}"),
                    in(reg) to, const OFFSET, in(reg) u64::from(value), options(nostack),
                )
            };
        }
    )*};
}

accesses! {
    u16 read_u16 write_u16
    u32 read_u32 write_u32
    u64 read_u64 write_u64
}
