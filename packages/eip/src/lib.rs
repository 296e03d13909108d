//! Extensible in-band processing: packets that carry information for the nodes on their way.
//!
//! The information is an option of the hop-by-hop header (RFC 8200 section 4.3) whose sender
//! reserves room for records, all zero; every node that takes part fills in the next one. The
//! packet keeps its length, and no checksum covers the header.
//!
//! ```text
//!                                 +---------------+---------------+
//!                                 |  type 0x3e    |  length 4+16n |
//! +---------------+---------------+---------------+---------------+
//! |  kind 1       |  filled       |           reserved, 0         |
//! +---------------+---------------+-------------------------------+ -+
//! |                          node, 32 bits                        |  |
//! +---------------------------------------------------------------+  |
//! |                 interface it came in on, 32 bits              |  | n records
//! +---------------------------------------------------------------+  |
//! |             time, nanoseconds of CLOCK_TAI, 64 bits           |  |
//! |                                                               |  |
//! +---------------------------------------------------------------+ -+
//! ```
//!
//! All numbers are in network order. The type is one of those for experiments (RFC 4727): whoever
//! does not know it passes over it, and its data may change on the way. Where it is the header's
//! first option, as it should be, records are aligned to 8 bytes.
#![no_std]

use hike_sdk::bytes::{load_u64, store_u32, store_u64};
use hike_sdk::errno::{EBADMSG, ENOENT, ENOSPC};
use hike_sdk::helpers::bpf_ktime_get_tai_ns;
use hike_sdk::prelude::*;

/// Type of the option.
const EIP: u8 = 0x3e;
/// The kind of information that is a list of records.
const RECORDS: u8 = 1;
/// Bytes of the data before the records.
const FIXED: usize = 4;
/// Bytes of a record.
const RECORD: usize = 16;
/// The verifier follows an offset up to 65535.
const OFFSET_MASK: usize = 0x7fff;

/// A list of records in a packet.
#[derive(Clone, Copy)]
pub struct Records {
    /// Offset of the option's data.
    data: usize,
    /// Records that nodes have filled in.
    pub filled: usize,
    /// Records that there is room for.
    pub room: usize,
}

impl Records {
    /// Finds the list.
    ///
    /// # Errors
    /// `EPROTONOSUPPORT` when the packet is not IPv6; `ENOENT` when it has no such list;
    /// `EBADMSG` when the header or the option is cut off or contradicts itself.
    #[inline(always)]
    pub fn of(ctx: &mut HikeContext) -> Result<Self, Errno> {
        let option = ctx.find_hop_by_hop(EIP)?;
        let fixed = ctx.header_ref::<[u8; FIXED]>(option.offset);
        let [kind, filled, ..] = *fixed.ok_or(EBADMSG)?;
        if option.length < FIXED {
            return Err(EBADMSG);
        }
        if kind != RECORDS {
            return Err(ENOENT);
        }
        let records = Self {
            data: option.offset,
            filled: filled as usize,
            room: (option.length - FIXED) / RECORD,
        };
        if option.length % RECORD != FIXED || records.filled > records.room {
            return Err(EBADMSG);
        }
        Ok(records)
    }

    /// Fills in the next record; gives how many are filled then.
    ///
    /// # Errors
    /// `ENOSPC` when all are.
    #[inline(always)]
    pub fn add(self, ctx: &mut HikeContext, node: u32) -> Result<usize, Errno> {
        if self.filled >= self.room {
            return Err(ENOSPC);
        }
        let interface = ctx.ingress_ifindex();
        let record = ctx.header::<[u8; RECORD]>(self.place(self.filled));
        let record = record.ok_or(EBADMSG)?;
        // SAFETY: the record has this length.
        unsafe {
            store_u32::<0>(record, node.to_be().into());
            store_u32::<4>(record, interface.to_be().into());
            store_u64::<8>(record, now().to_be());
        }
        let filled = self.filled + 1;
        ctx.header_mut::<[u8; FIXED]>(self.data).ok_or(EBADMSG)?[1] = filled as u8;
        Ok(filled)
    }

    /// Nanoseconds since the time in the first record.
    ///
    /// # Errors
    /// `ENOENT` when none is filled.
    #[inline(always)]
    pub fn age(self, ctx: &HikeContext) -> Result<u64, Errno> {
        if self.filled == 0 {
            return Err(ENOENT);
        }
        let record = ctx.header::<[u8; RECORD]>(self.place(0));
        // SAFETY: the record has this length.
        let time = unsafe { load_u64::<8>(record.ok_or(EBADMSG)?) };
        Ok(now().saturating_sub(u64::from_be(time)))
    }

    #[inline(always)]
    fn place(self, record: usize) -> usize {
        (self.data + FIXED + record * RECORD) & OFFSET_MASK
    }
}

#[inline(always)]
fn now() -> u64 {
    // SAFETY: a helper without arguments.
    unsafe { bpf_ktime_get_tai_ns() }
}
