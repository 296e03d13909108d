//! Reading captures.

use super::{Capture, ETHERNET, PACKET_LIMIT, Packet, magic};

/// Why bytes are not a capture, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("byte {offset}: {problem}")]
pub struct PcapError {
    /// Offset of what is wrong, in bytes.
    pub offset: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a capture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// It ends early.
    #[error("the capture ends in {what}, expected {expected} bytes, found {found}")]
    Truncated {
        /// Where it ends.
        what: &'static str,
        /// Bytes expected.
        expected: usize,
        /// Bytes there are.
        found: usize,
    },
    /// Not a capture.
    #[error("expected a capture of libpcap, found {0:#010x} as its first number")]
    Magic(u32),
    /// The newer format.
    #[error(
        "expected a capture of the classic format, found pcapng; `editcap -F pcap` converts it"
    )]
    NextGeneration,
    /// Another version.
    #[error("expected version 2 of the format, found version {0}")]
    Version(u16),
    /// Other packets than Ethernet's.
    #[error("expected Ethernet packets, link type 1, found link type {0}")]
    LinkType(u32),
    /// An impossible packet.
    #[error("a packet of {0} bytes, expected at most {PACKET_LIMIT}")]
    PacketLength(u32),
}

/// Reads a capture.
///
/// # Errors
/// When the bytes are none, with the offset.
pub fn read(bytes: &[u8]) -> Result<Capture, PcapError> {
    let (first, big_endian, nanoseconds) = format(bytes)?;
    let mut reader = Reader {
        rest: first,
        all: bytes.len(),
        big_endian,
    };
    let snap_length = header(&mut reader)?;
    let mut packets = Vec::new();
    while !reader.rest.is_empty() {
        packets.push(packet(&mut reader)?);
    }
    Ok(Capture {
        big_endian,
        nanoseconds,
        snap_length,
        packets,
    })
}

/// What the first number says, and what follows it.
fn format(bytes: &[u8]) -> Result<(&[u8], bool, bool), PcapError> {
    let Some((first, rest)) = bytes.split_first_chunk::<4>() else {
        return Err(PcapError {
            offset: 0,
            problem: Problem::Truncated {
                what: "its header",
                expected: 24,
                found: bytes.len(),
            },
        });
    };
    let (big, little) = (u32::from_be_bytes(*first), u32::from_le_bytes(*first));
    let problem = match (big, little) {
        (magic::MICROSECONDS, _) => return Ok((rest, true, false)),
        (magic::NANOSECONDS, _) => return Ok((rest, true, true)),
        (_, magic::MICROSECONDS) => return Ok((rest, false, false)),
        (_, magic::NANOSECONDS) => return Ok((rest, false, true)),
        (magic::NEXT_GENERATION, _) => Problem::NextGeneration,
        _ => Problem::Magic(big),
    };
    Err(PcapError { offset: 0, problem })
}

struct Reader<'a> {
    rest: &'a [u8],
    all: usize,
    big_endian: bool,
}

impl<'a> Reader<'a> {
    fn offset(&self) -> usize {
        self.all - self.rest.len()
    }

    fn fail<T>(&self, back: usize, problem: Problem) -> Result<T, PcapError> {
        let offset = self.offset().saturating_sub(back);
        Err(PcapError { offset, problem })
    }

    fn take(&mut self, length: usize, what: &'static str) -> Result<&'a [u8], PcapError> {
        match self.rest.split_at_checked(length) {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(taken)
            }
            None => {
                let (expected, found) = (length, self.rest.len());
                let problem = Problem::Truncated {
                    what,
                    expected,
                    found,
                };
                self.fail(0, problem)
            }
        }
    }

    fn word(&self, bytes: &[u8], index: usize) -> u32 {
        let bytes = bytes.chunks_exact(4).nth(index).unwrap_or_default();
        let word = <[u8; 4]>::try_from(bytes).unwrap_or_default();
        if self.big_endian {
            u32::from_be_bytes(word)
        } else {
            u32::from_le_bytes(word)
        }
    }
}

/// The rest of the file's header; gives the snap length.
fn header(reader: &mut Reader<'_>) -> Result<u32, PcapError> {
    let header = reader.take(20, "its header")?;
    // Two 16-bit numbers, the major version first in the file.
    let versions = reader.word(header, 0);
    let major = if reader.big_endian {
        versions >> 16
    } else {
        versions & 0xffff
    };
    if major != 2 {
        return reader.fail(20, Problem::Version(major as u16));
    }
    // The upper bits tell of a frame check sequence.
    let link_type = reader.word(header, 4) & 0x0fff_ffff;
    if link_type != ETHERNET {
        return reader.fail(4, Problem::LinkType(link_type));
    }
    Ok(reader.word(header, 3))
}

fn packet(reader: &mut Reader<'_>) -> Result<Packet, PcapError> {
    let header = reader.take(16, "a packet's header")?;
    let length = reader.word(header, 2);
    if length > PACKET_LIMIT {
        return reader.fail(8, Problem::PacketLength(length));
    }
    let bytes = reader.take(length as usize, "a packet")?;
    Ok(Packet {
        seconds: reader.word(header, 0),
        fraction: reader.word(header, 1),
        wire_length: reader.word(header, 3),
        bytes: bytes.to_vec(),
    })
}
