//! Captures: what is written is read back, damage is named with its place.

use hike_loader::pcap::{Capture, Packet, PcapError, Problem, read, write};
use proptest::prelude::*;

fn packet() -> impl Strategy<Value = Packet> {
    let numbers = any::<(u32, u32, u32)>();
    let bytes = prop::collection::vec(any::<u8>(), 0..200);
    (numbers, bytes).prop_map(|((seconds, fraction, wire_length), bytes)| Packet {
        seconds,
        fraction,
        wire_length,
        bytes,
    })
}

fn capture() -> impl Strategy<Value = Capture> {
    let flags = any::<(bool, bool, u32)>();
    let packets = prop::collection::vec(packet(), 0..5);
    (flags, packets).prop_map(
        |((big_endian, nanoseconds, snap_length), packets)| Capture {
            big_endian,
            nanoseconds,
            snap_length,
            packets,
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(capture in capture()) {
        prop_assert_eq!(read(&write(&capture)), Ok(capture));
    }

    #[test]
    fn a_cut_capture_is_refused_or_shorter(capture in capture(), cut in 1usize..40) {
        let bytes = write(&capture);
        let end = bytes.len().saturating_sub(cut);
        match read(&bytes[..end]) {
            Ok(shorter) => prop_assert!(shorter.packets.len() < capture.packets.len()),
            Err(PcapError { offset, problem }) => {
                prop_assert!(offset <= end);
                let truncated = matches!(problem, Problem::Truncated { .. });
                prop_assert!(truncated);
            }
        }
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
        let _ = read(&bytes);
    }
}

fn empty() -> Vec<u8> {
    write(&Capture {
        big_endian: false,
        nanoseconds: false,
        snap_length: 65535,
        packets: Vec::new(),
    })
}

fn check(bytes: &[u8], message: &str) {
    assert_eq!(read(bytes).unwrap_err().to_string(), message);
}

#[test]
fn foreign_files_are_named() {
    check(
        b"",
        "byte 0: the capture ends in its header, expected 24 bytes, found 0",
    );
    check(
        b"PK\x03\x04....",
        "byte 0: expected a capture of libpcap, found 0x504b0304 as its first number",
    );
    let next = [0x0a, 0x0d, 0x0d, 0x0a, 0, 0, 0, 0];
    check(
        &next,
        "byte 0: expected a capture of the classic format, found pcapng; `editcap -F pcap` converts it",
    );
    let mut cooked = empty();
    cooked[20] = 113;
    check(
        &cooked,
        "byte 20: expected Ethernet packets, link type 1, found link type 113",
    );
    let mut version = empty();
    version[4] = 3;
    check(
        &version,
        "byte 4: expected version 2 of the format, found version 3",
    );
}

#[test]
fn a_packet_too_long_is_refused_before_it_is_read() {
    let mut bytes = empty();
    bytes.extend([0; 8]);
    bytes.extend([0xff; 8]);
    check(
        &bytes,
        "byte 32: a packet of 4294967295 bytes, expected at most 262144",
    );
}
