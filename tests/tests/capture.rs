//! The capture in `fixtures` is what this file says.

use std::net::Ipv6Addr;

use hike_loader::pcap::{Capture, Packet, read, write};
use hike_tests::packet::numbered;
use hike_tests::tools::repository;

const PATH: &str = "fixtures/captures/ddos.pcap";

fn address(host: u16) -> Ipv6Addr {
    Ipv6Addr::new(0xfc01, 0, 0, 0, 0, 0, 0, host)
}

/// A frame with this EtherType and 46 bytes that look like nothing.
fn other(ethertype: u16) -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];
    frame.extend(ethertype.to_be_bytes());
    frame.extend(std::iter::repeat_n(0, 46));
    frame
}

fn frames() -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    for number in 0..40 {
        frames.push(numbered(address(1), address(2), number));
        match number {
            4 => frames.push(other(0x0806)),
            9 => frames.push(other(0x0800)),
            14 | 19 | 24 => frames.push(numbered(address(3), address(4 + number as u16), number)),
            29 => frames.push(numbered(address(3), address(5), number)[..40].to_vec()),
            _ => {}
        }
    }
    frames
}

fn capture() -> Capture {
    let packets = (0..).zip(frames()).map(|(index, bytes)| Packet {
        seconds: 1_700_000_000,
        fraction: index * 1000,
        wire_length: bytes.len() as u32,
        bytes,
    });
    Capture {
        big_endian: false,
        nanoseconds: false,
        snap_length: 65535,
        packets: packets.collect(),
    }
}

#[test]
fn the_capture_is_up_to_date() {
    let path = repository().join(PATH);
    let expected = write(&capture());
    assert_eq!(read(&expected).expect("a capture"), capture());
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &expected).expect("a file");
    }
    let found = std::fs::read(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{PATH} is not up to date: run again with BLESS=1"
    );
}
