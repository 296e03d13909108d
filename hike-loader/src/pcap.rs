//! Packet captures in the classic format of libpcap (`pcap-savefile(5)`).
//!
//! Both byte orders and both resolutions of time are read; what is written has the byte
//! order and resolution of what was read.

mod read;
mod write;

pub use read::{PcapError, Problem, read};
pub use write::write;

/// Link type of Ethernet, the only one that is taken.
pub const ETHERNET: u32 = 1;
/// Bytes of a packet that a capture may hold at most.
pub const PACKET_LIMIT: u32 = 256 << 10;

/// A capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// Whether numbers are big-endian.
    pub big_endian: bool,
    /// Whether the second half of a time is nanoseconds, not microseconds.
    pub nanoseconds: bool,
    /// Bytes of a packet that were captured at most.
    pub snap_length: u32,
    /// The packets in order.
    pub packets: Vec<Packet>,
}

/// A packet of a capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Time it was captured, in seconds.
    pub seconds: u32,
    /// And the rest, in micro- or nanoseconds.
    pub fraction: u32,
    /// Length it had on the wire, in bytes.
    pub wire_length: u32,
    /// The bytes that were captured.
    pub bytes: Vec<u8>,
}

impl Packet {
    /// Whether the capture cut its end off.
    pub fn is_cut(&self) -> bool {
        self.wire_length as usize > self.bytes.len()
    }
}

/// The four numbers a capture can start with, read as big-endian.
mod magic {
    /// Microseconds, big-endian.
    pub const MICROSECONDS: u32 = 0xa1b2_c3d4;
    /// Nanoseconds, big-endian.
    pub const NANOSECONDS: u32 = 0xa1b2_3c4d;
    /// First bytes of the newer format, which is another one.
    pub const NEXT_GENERATION: u32 = 0x0a0d_0d0a;
}
