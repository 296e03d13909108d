//! Writing captures.

use super::{Capture, ETHERNET, Packet, magic};

/// The bytes of a capture.
pub fn write(capture: &Capture) -> Vec<u8> {
    let mut writer = Writer {
        bytes: Vec::new(),
        big_endian: capture.big_endian,
    };
    writer.word(if capture.nanoseconds {
        magic::NANOSECONDS
    } else {
        magic::MICROSECONDS
    });
    // Version 2.4.
    writer.half(2);
    writer.half(4);
    // Time zone and accuracy, which nobody fills.
    writer.word(0);
    writer.word(0);
    writer.word(capture.snap_length);
    writer.word(ETHERNET);
    for packet in &capture.packets {
        writer.packet(packet);
    }
    writer.bytes
}

struct Writer {
    bytes: Vec<u8>,
    big_endian: bool,
}

impl Writer {
    fn word(&mut self, value: u32) {
        self.bytes.extend(if self.big_endian {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        });
    }

    fn half(&mut self, value: u16) {
        self.bytes.extend(if self.big_endian {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        });
    }

    fn packet(&mut self, packet: &Packet) {
        self.word(packet.seconds);
        self.word(packet.fraction);
        self.word(u32::try_from(packet.bytes.len()).unwrap_or(u32::MAX));
        self.word(packet.wire_length);
        self.bytes.extend(&packet.bytes);
    }
}
