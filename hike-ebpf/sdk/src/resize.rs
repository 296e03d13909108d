//! Packets that grow and shrink between the link-layer and the network header.

use crate::HikeContext;
use crate::bytes::{load_u16, load_u32, load_u64, store_u16, store_u32, store_u64};
use crate::errno::{EBADMSG, ENOBUFS, Errno};
use crate::headers::ETH_HLEN;
use crate::helpers::bpf_xdp_adjust_head;

/// Length of the link-layer header with one VLAN tag, in bytes.
const ONE_TAG: usize = ETH_HLEN + 4;
/// Length of the link-layer header with two VLAN tags, in bytes.
const TWO_TAGS: usize = ETH_HLEN + 8;

/// Moves the link-layer header, which is `network` bytes long, so that `removed` bytes fewer
/// (or more, when negative) follow it. Everything known about the packet's bytes before is
/// void.
///
/// # Errors
/// `ENOBUFS` when there is no room in front of the packet; `EBADMSG` when the link-layer
/// header is none that a chain loader finds.
#[inline(always)]
pub fn resize(ctx: &mut HikeContext, network: usize, removed: i32) -> Result<(), Errno> {
    match network {
        ETH_HLEN => resize_by::<ETH_HLEN>(ctx, removed),
        ONE_TAG => resize_by::<ONE_TAG>(ctx, removed),
        TWO_TAGS => resize_by::<TWO_TAGS>(ctx, removed),
        _ => Err(EBADMSG),
    }
}

#[inline(always)]
fn resize_by<const LENGTH: usize>(ctx: &mut HikeContext, removed: i32) -> Result<(), Errno> {
    let from = ctx.header::<[u8; LENGTH]>(0).ok_or(EBADMSG)?;
    // SAFETY: `from` has `LENGTH` bytes.
    let link = unsafe { Link::read::<LENGTH>(from.cast()) };
    // SAFETY: the kernel's context.
    if unsafe { bpf_xdp_adjust_head(ctx.as_ptr(), removed) } != 0 {
        return Err(ENOBUFS);
    }
    let to = ctx.header::<[u8; LENGTH]>(0).ok_or(EBADMSG)?;
    // SAFETY: `to` has `LENGTH` bytes.
    unsafe { link.write::<LENGTH>(to.cast()) };
    Ok(())
}

/// A link-layer header in registers.
struct Link {
    /// Bytes 0 to 7.
    first: u64,
    /// Bytes 8 to 11.
    second: u64,
    /// Bytes 12 and 13: the EtherType, or the first tag's.
    kind: u64,
    /// The bytes behind, 0, 4 or 8.
    tags: u64,
}

impl Link {
    /// # Safety
    /// `from` has `LENGTH` bytes.
    #[inline(always)]
    unsafe fn read<const LENGTH: usize>(from: *const u8) -> Self {
        // SAFETY: the caller's promise.
        unsafe {
            Self {
                first: load_u64::<0>(from),
                second: load_u32::<8>(from),
                kind: load_u16::<12>(from),
                tags: match LENGTH {
                    ONE_TAG => load_u32::<14>(from),
                    TWO_TAGS => load_u64::<14>(from),
                    _ => 0,
                },
            }
        }
    }

    /// # Safety
    /// `to` has `LENGTH` bytes.
    #[inline(always)]
    unsafe fn write<const LENGTH: usize>(&self, to: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe {
            store_u64::<0>(to, self.first);
            store_u32::<8>(to, self.second);
            store_u16::<12>(to, self.kind);
            match LENGTH {
                ONE_TAG => store_u32::<14>(to, self.tags),
                TWO_TAGS => store_u64::<14>(to, self.tags),
                _ => {}
            }
        }
    }
}
