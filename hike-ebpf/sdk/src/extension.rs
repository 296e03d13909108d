//! The way through IPv6 extension headers, RFC 8200 section 4.

use crate::HikeContext;
use crate::context::opaque;
use crate::errno::{EBADMSG, ENOENT, EPROTONOSUPPORT, Errno};

/// Extension headers that are followed; RFC 8200 section 4.1 has six kinds, each at most
/// once or twice.
pub const EXTENSION_HEADERS: u32 = 8;

const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const AUTHENTICATION: u8 = 51;
const NO_NEXT_HEADER: u8 = 59;
const DESTINATION: u8 = 60;
const MOBILITY: u8 = 135;
const HIP: u8 = 139;
const SHIM6: u8 = 140;

/// Where the extension headers end.
#[derive(Clone, Copy)]
pub struct Transport {
    /// Protocol number of the header there.
    pub protocol: u8,
    /// Its offset from the packet's first byte.
    pub offset: u16,
}

impl Transport {
    /// The header's offset, bounded anew: a verifier forgets the bounds of what the compiler
    /// keeps on the stack in less than eight bytes, up to Linux 6.1.
    #[inline(always)]
    pub fn start(self) -> usize {
        HikeContext::masked(opaque(self.offset.into()))
    }
}

impl HikeContext {
    /// Finds what follows the extension headers of an IPv6 packet, and keeps it in the
    /// packet cursor.
    ///
    /// # Errors
    /// `EPROTONOSUPPORT` when the packet is not IPv6; `ENOENT` when nothing follows, or the
    /// packet is a fragment other than the first; `EBADMSG` when an extension header is cut
    /// off or more than [`EXTENSION_HEADERS`] come.
    #[inline(always)]
    pub fn find_transport(&mut self) -> Result<Transport, Errno> {
        let mut protocol = self.ipv6().ok_or(EPROTONOSUPPORT)?.next_header;
        let mut offset = self.network_offset() + size_of::<crate::headers::Ipv6Header>();
        let mut headers = 0;
        while is_extension(protocol) {
            if headers == EXTENSION_HEADERS {
                return Err(EBADMSG);
            }
            (protocol, offset) = self.skip_extension(protocol, offset)?;
            headers += 1;
        }
        if protocol == NO_NEXT_HEADER {
            return Err(ENOENT);
        }
        let transport = Transport {
            protocol,
            offset: offset as u16,
        };
        self.set_transport(transport);
        Ok(transport)
    }

    /// Protocol number and offset of the header after the extension header at `offset`.
    #[inline(always)]
    fn skip_extension(&self, protocol: u8, offset: usize) -> Result<(u8, usize), Errno> {
        let header = self.header_ref::<[u8; 8]>(offset).ok_or(EBADMSG)?;
        let length = match protocol {
            FRAGMENT if u16::from_be_bytes([header[2], header[3]]) >> 3 != 0 => return Err(ENOENT),
            FRAGMENT => 8,
            AUTHENTICATION => (header[1] as usize + 2) * 4,
            _ => (header[1] as usize + 1) * 8,
        };
        Ok((header[0], Self::masked(offset + length)))
    }
}

#[inline(always)]
fn is_extension(protocol: u8) -> bool {
    matches!(
        protocol,
        HOP_BY_HOP | ROUTING | FRAGMENT | AUTHENTICATION | DESTINATION | MOBILITY | HIP | SHIM6
    )
}
