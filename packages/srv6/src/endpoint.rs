//! Endpoint behaviours: what happens at a segment, RFC 8986 section 4.

use hike_sdk::HikeContext;
use hike_sdk::bytes::{load_u64, store_u8, store_u64};
use hike_sdk::errno::{EBADMSG, ENOENT, EPROTONOSUPPORT, Errno};

use crate::IPV6_LENGTH;

const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const DESTINATION: u8 = 60;
/// Routing type of the segment routing header, RFC 8754 section 2.
const TYPE: u8 = 4;
/// Headers that are followed: RFC 8200 section 4.1 knows four before a tunnelled packet.
const HEADERS: u32 = 4;
/// Offset of the destination address in an IPv6 header.
const DESTINATION_OFFSET: usize = 24;

/// What lies between an IPv6 header and what it carries.
#[derive(Clone, Copy)]
pub struct Headers {
    /// Offset of the routing header, 0 when there is none.
    routing: usize,
    /// Protocol number of what follows the headers.
    pub protocol: u8,
    /// Offset of what follows.
    pub offset: usize,
}

/// Walks options and routing headers behind the packet's IPv6 header.
///
/// # Errors
/// `EPROTONOSUPPORT` when the packet is not IPv6; `EBADMSG` when a header is cut off or more
/// than four come.
#[inline(always)]
pub fn headers(ctx: &mut HikeContext) -> Result<Headers, Errno> {
    let mut headers = Headers {
        routing: 0,
        protocol: ctx.ipv6().ok_or(EPROTONOSUPPORT)?.next_header,
        offset: ctx.network_offset() + IPV6_LENGTH,
    };
    let mut walked = 0;
    while matches!(headers.protocol, HOP_BY_HOP | ROUTING | DESTINATION) {
        if walked == HEADERS {
            return Err(EBADMSG);
        }
        headers.skip(ctx)?;
        walked += 1;
    }
    Ok(headers)
}

impl Headers {
    #[inline(always)]
    fn skip(&mut self, ctx: &HikeContext) -> Result<(), Errno> {
        /// The verifier follows an offset up to 65535.
        const MASK: usize = 0x7fff;
        let header = ctx.header_ref::<[u8; 8]>(self.offset).ok_or(EBADMSG)?;
        if self.protocol == ROUTING {
            self.routing = self.offset;
        }
        self.protocol = header[0];
        self.offset = (self.offset + (header[1] as usize + 1) * 8) & MASK;
        Ok(())
    }

    /// The segment routing header.
    ///
    /// # Errors
    /// `ENOENT` when there is none; `EBADMSG` when it is cut off or contradicts itself.
    #[inline(always)]
    pub fn routing(&self, ctx: &HikeContext) -> Result<Routing, Errno> {
        if self.routing == 0 {
            return Err(ENOENT);
        }
        let header = ctx.header_ref::<[u8; 8]>(self.routing).ok_or(EBADMSG)?;
        let [_, length, kind, left, last, ..] = *header;
        if kind != TYPE {
            return Err(ENOENT);
        }
        let entries = length / 2;
        // A reduced list lacks the first segment: one more than its last entry may be left.
        if last >= entries || left > last + 1 {
            return Err(EBADMSG);
        }
        let end = self.routing + (length as usize + 1) * 8;
        ctx.header_ref::<[u8; 1]>(end - 1).ok_or(EBADMSG)?;
        let offset = self.routing;
        Ok(Routing { offset, left })
    }
}

/// A segment routing header that is whole.
#[derive(Clone, Copy)]
pub struct Routing {
    offset: usize,
    /// Segments left.
    pub left: u8,
}

/// Makes the next segment the destination; gives how many are left then.
///
/// # Errors
/// Those of [`headers`] and [`Headers::routing`]; `ENOENT` when no segment is left.
#[inline(always)]
pub fn next_segment(ctx: &mut HikeContext) -> Result<u64, Errno> {
    let routing = headers(ctx)?.routing(ctx)?;
    if routing.left == 0 {
        return Err(ENOENT);
    }
    let left = routing.left - 1;
    let place = routing.offset + 8 + left as usize * 16;
    let segment = ctx.header::<[u8; 16]>(place).ok_or(EBADMSG)?;
    // SAFETY: the segment has this length.
    let segment = unsafe { [load_u64::<0>(segment), load_u64::<8>(segment)] };
    let header = ctx.header::<[u8; 8]>(routing.offset).ok_or(EBADMSG)?;
    // SAFETY: the header has this length.
    unsafe { store_u8::<3>(header, u64::from(left)) };
    set_destination(ctx, segment)?;
    Ok(left.into())
}

/// Writes the destination address, as two words that lie in memory as they are.
#[inline(always)]
fn set_destination(ctx: &HikeContext, [first, second]: [u64; 2]) -> Result<(), Errno> {
    let header = ctx.header::<[u8; IPV6_LENGTH]>(ctx.network_offset());
    let header = header.ok_or(EBADMSG)?;
    // SAFETY: the header has this length.
    unsafe {
        store_u64::<DESTINATION_OFFSET>(header, first);
        store_u64::<{ DESTINATION_OFFSET + 8 }>(header, second);
    }
    Ok(())
}

/// Advances a compressed segment list in the destination address (RFC 9800 section 4.1.1):
/// what follows the locator moves to where the node's identifier was, zeros come in behind.
///
/// A `block` and a `node` of more than 128 bits together leave nothing to advance. True when
/// there was another identifier; else the address stays.
///
/// # Errors
/// `EPROTONOSUPPORT` when the packet is not IPv6.
#[inline(always)]
pub fn advance(ctx: &mut HikeContext, block: u32, node: u32) -> Result<bool, Errno> {
    let header = core::ptr::from_ref(ctx.ipv6().ok_or(EPROTONOSUPPORT)?);
    // SAFETY: the header has this length.
    let address = unsafe {
        Bits {
            high: u64::from_be(load_u64::<DESTINATION_OFFSET>(header)),
            low: u64::from_be(load_u64::<{ DESTINATION_OFFSET + 8 }>(header)),
        }
    };
    let rest = address.left(block + node);
    if rest.high | rest.low == 0 {
        return Ok(false);
    }
    let [head, tail] = [address.head(block), rest.right(block)];
    let advanced = [head.high | tail.high, head.low | tail.low].map(u64::to_be);
    set_destination(ctx, advanced)?;
    Ok(true)
}

/// An address as a number of 128 bits. (The target has no shifts of such numbers.)
#[derive(Clone, Copy)]
struct Bits {
    high: u64,
    low: u64,
}

impl Bits {
    #[inline(always)]
    fn left(self, by: u32) -> Self {
        let Self { high, low } = self;
        match by {
            0 => self,
            1..64 => Self {
                high: high << by | low >> (64 - by),
                low: low << by,
            },
            64..128 => Self {
                high: low << (by - 64),
                low: 0,
            },
            _ => Self { high: 0, low: 0 },
        }
    }

    #[inline(always)]
    fn right(self, by: u32) -> Self {
        let Self { high, low } = self;
        match by {
            0 => self,
            1..64 => Self {
                high: high >> by,
                low: low >> by | high << (64 - by),
            },
            64..128 => Self {
                high: 0,
                low: high >> (by - 64),
            },
            _ => Self { high: 0, low: 0 },
        }
    }

    /// The first so many bits, zeros behind.
    #[inline(always)]
    fn head(self, bits: u32) -> Self {
        match bits {
            0 => Self { high: 0, low: 0 },
            1..64 => Self {
                high: self.high >> (64 - bits) << (64 - bits),
                low: 0,
            },
            64 => Self { low: 0, ..self },
            65..128 => Self {
                low: self.low >> (128 - bits) << (128 - bits),
                ..self
            },
            _ => self,
        }
    }
}
