//! The Alternate-Marking option in the hop-by-hop header, RFC 9343 section 3.1.
//!
//! ```text
//! +---------------+---------------+
//! |  type 0x12    |  length 4     |
//! +---------------+-------+-+-+---+---------------+
//! |     FlowMonID, 20 bits|L|D| reserved, 10 bits |
//! +-----------------------+-+-+-------------------+
//! ```
#![no_std]

use hike_sdk::errno::EBADMSG;
use hike_sdk::prelude::*;

/// Type of the option: whoever does not know it passes over it, nobody changes it on the way.
const ALT_MARK: u8 = 0x12;
/// Length of its data.
const LENGTH: usize = 4;

/// What the option says about its packet.
#[derive(Clone, Copy)]
pub struct Mark {
    word: u32,
}

impl Mark {
    /// Reads the mark of a packet.
    ///
    /// # Errors
    /// `EPROTONOSUPPORT` when the packet is not IPv6; `ENOENT` when it has no mark; `EBADMSG`
    /// when the header or the option is cut off or of another length.
    #[inline(always)]
    pub fn of(ctx: &mut HikeContext) -> Result<Self, Errno> {
        let data = ctx.find_hop_by_hop(ALT_MARK)?;
        if data.length != LENGTH {
            return Err(EBADMSG);
        }
        let bytes = ctx.header_ref::<[u8; LENGTH]>(data.offset);
        let word = u32::from_be_bytes(*bytes.ok_or(EBADMSG)?);
        Ok(Self { word })
    }

    /// The identifier of the monitored flow, FlowMonID.
    #[inline(always)]
    pub fn flow(self) -> u32 {
        self.word >> 12
    }

    /// The loss bit L, which tells blocks of packets apart: 0 or 1.
    #[inline(always)]
    pub fn loss(self) -> u32 {
        self.word >> 11 & 1
    }

    /// The delay bit D, which marks packets whose time is taken: 0 or 1.
    #[inline(always)]
    pub fn delay(self) -> u32 {
        self.word >> 10 & 1
    }
}
