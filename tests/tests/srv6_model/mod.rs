//! What SRv6 programs must make of a frame, written down a second time: as lists of bytes,
//! after RFC 8754 section 2 and RFC 8986.

use std::net::Ipv6Addr;

use hike_tests::frame::Frame;
use hike_tests::rig::Rig;

/// Source of the outer header.
pub const TUNNEL: Ipv6Addr = Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 1);
/// Length of an IPv6 header.
pub const IPV6: usize = 40;
/// Longest segment list.
pub const SEGMENTS: usize = 8;

/// A list of so many segments.
pub fn segments(count: usize) -> Vec<Ipv6Addr> {
    let numbers = 1..=count as u16;
    numbers
        .map(|number| Ipv6Addr::new(0xfc02, number, 0, 0, 0, 0, 0, 1))
        .collect()
}

/// Gives a rig a policy of these segments, and the source of tunnels.
pub fn set_policy(rig: &Rig, number: u32, segments: &[Ipv6Addr]) {
    let mut value = (segments.len() as u64).to_ne_bytes().to_vec();
    value.extend(segments.iter().flat_map(Ipv6Addr::octets));
    value.resize(8 + SEGMENTS * 16, 0);
    let policies = rig.map("srv6_policies");
    policies
        .update(&number.to_ne_bytes(), &value)
        .expect("a policy");
    let source = rig.map("srv6_source");
    source
        .update(&[0; 4], &TUNNEL.octets())
        .expect("the source of tunnels");
}

/// The frame in an outer packet that visits the segments.
pub fn encapsulated(frame: &Frame, segments: &[Ipv6Addr], reduced: bool) -> Vec<u8> {
    let (link, inner) = frame.bytes.split_at(frame.network);
    let listed = &segments[usize::from(reduced)..];
    let routing = routing_header(segments.len(), listed, 41);
    let length = u16::from_be_bytes([inner[4], inner[5]]) as usize + IPV6 + routing.len();
    let mut bytes = link.to_vec();
    bytes.extend(&inner[..4]);
    bytes.extend((length as u16).to_be_bytes());
    bytes.push(if routing.is_empty() { 41 } else { 43 });
    bytes.push(inner[7]);
    bytes.extend(TUNNEL.octets());
    bytes.extend(segments[0].octets());
    bytes.extend(routing);
    bytes.extend(inner);
    bytes
}

/// A segment routing header at the first of `count` segments.
pub fn routing_header(count: usize, listed: &[Ipv6Addr], next: u8) -> Vec<u8> {
    if listed.is_empty() {
        return Vec::new();
    }
    let entries = listed.len() as u8;
    let mut bytes = vec![next, entries * 2, 4, count as u8 - 1, entries - 1, 0, 0, 0];
    bytes.extend(listed.iter().rev().flat_map(Ipv6Addr::octets));
    bytes
}

/// The destination address of an untagged packet.
pub fn destination(packet: &[u8]) -> Ipv6Addr {
    let octets: [u8; 16] = packet[38..54].try_into().expect("an address");
    octets.into()
}
