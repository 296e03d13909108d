//! Options in the hop-by-hop header, RFC 8200 section 4.2.

use crate::HikeContext;
use crate::errno::{EBADMSG, ENOENT, EPROTONOSUPPORT, Errno};
use crate::headers::Ipv6Header;

/// Options that are looked at, padding included: more are none that a sender has reason for.
pub const OPTIONS: u32 = 16;

/// Protocol number of the hop-by-hop header.
const HOP_BY_HOP: u8 = 0;
/// The option that is one byte of padding, without a length.
const PAD1: u8 = 0;

/// The data of an option.
#[derive(Clone, Copy)]
pub struct OptionData {
    /// Offset of its first byte from the packet's.
    pub offset: usize,
    /// Its length in bytes.
    pub length: usize,
}

impl HikeContext {
    /// Finds an option in the hop-by-hop header of an IPv6 packet.
    ///
    /// # Errors
    /// `EPROTONOSUPPORT` when the packet is not IPv6; `ENOENT` when it has no hop-by-hop header
    /// or that has no such option; `EBADMSG` when the header or an option is cut off, or more
    /// than [`OPTIONS`] come before.
    #[inline(always)]
    pub fn find_hop_by_hop(&mut self, kind: u8) -> Result<OptionData, Errno> {
        if self.ipv6().ok_or(EPROTONOSUPPORT)?.next_header != HOP_BY_HOP {
            return Err(ENOENT);
        }
        let start = self.network_offset() + size_of::<Ipv6Header>();
        let header = self.header_ref::<[u8; 8]>(start).ok_or(EBADMSG)?;
        let end = start + (header[1] as usize + 1) * 8;
        self.header_ref::<[u8; 1]>(end - 1).ok_or(EBADMSG)?;
        let mut next = start + 2;
        let mut options = 0;
        while options < OPTIONS {
            if next >= end {
                return Err(ENOENT);
            }
            let found = self.header_ref::<[u8; 1]>(next).ok_or(EBADMSG)?[0];
            if found == PAD1 {
                next = Self::masked(next + 1);
            } else {
                let data = self.option_data(next, end)?;
                if found == kind {
                    return Ok(data);
                }
                next = Self::masked(data.offset + data.length);
            }
            options += 1;
        }
        Err(if next >= end { ENOENT } else { EBADMSG })
    }

    /// The data of the option that starts at `offset`, in a header that goes up to `end`.
    #[inline(always)]
    fn option_data(&self, offset: usize, end: usize) -> Result<OptionData, Errno> {
        let length = self.header_ref::<[u8; 2]>(offset).ok_or(EBADMSG)?[1];
        let data = OptionData {
            offset: offset + 2,
            length: length as usize,
        };
        if data.offset + data.length > end {
            return Err(EBADMSG);
        }
        Ok(data)
    }
}
