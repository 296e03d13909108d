//! Packets by hand.

use std::net::Ipv6Addr;

/// UDP port of the traffic of tests and demo.
pub const PORT: u16 = 5000;

/// Offset of the payload in a packet of [`udp6`].
const PAYLOAD: usize = 14 + 40 + 8;

/// An Ethernet frame with a UDP packet over IPv6. The checksum is left zero: nobody in
/// these tests looks at it.
pub fn udp6(source: Ipv6Addr, destination: Ipv6Addr, payload: &[u8]) -> Vec<u8> {
    let length = (8 + payload.len()) as u16;
    let mut frame = Vec::with_capacity(PAYLOAD + payload.len());
    frame.extend([0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1, 0x86, 0xdd]);
    frame.extend([0x60, 0, 0, 0]);
    frame.extend(length.to_be_bytes());
    frame.extend([17, 64]);
    frame.extend(source.octets());
    frame.extend(destination.octets());
    frame.extend(PORT.to_be_bytes());
    frame.extend(PORT.to_be_bytes());
    frame.extend(length.to_be_bytes());
    frame.extend([0, 0]);
    frame.extend(payload);
    frame
}

/// A packet that carries its number, so that the receiving side can tell which it was.
pub fn numbered(source: Ipv6Addr, destination: Ipv6Addr, number: u32) -> Vec<u8> {
    udp6(source, destination, &number.to_be_bytes())
}

/// The number of a packet that [`numbered`] made; `None` for any other.
pub fn number(frame: &[u8]) -> Option<u32> {
    let is_ours = frame.get(12..14)? == [0x86, 0xdd] && frame.get(20)? == &17;
    let bytes = frame.get(PAYLOAD..PAYLOAD + 4)?;
    is_ours.then(|| u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}
