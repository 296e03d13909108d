//! Frames that know what is in them, so that a test can say what a program must make of
//! them without parsing anything.

use std::net::Ipv6Addr;

/// Number of a header that is an extension header.
pub mod extension {
    /// Hop-by-hop options.
    pub const HOP_BY_HOP: u8 = 0;
    /// Routing.
    pub const ROUTING: u8 = 43;
    /// Fragment.
    pub const FRAGMENT: u8 = 44;
    /// Authentication, whose length counts in units of its own.
    pub const AUTHENTICATION: u8 = 51;
    /// Destination options.
    pub const DESTINATION: u8 = 60;
}

/// Protocol number of UDP.
pub const UDP: u8 = 17;
/// Protocol number of TCP.
pub const TCP: u8 = 6;
/// What says that nothing follows.
pub const NO_NEXT_HEADER: u8 = 59;

/// Errors of programs, by their names.
pub mod errno {
    /// No such entry.
    pub const ENOENT: i64 = -2;
    /// No space left in a map.
    pub const E2BIG: i64 = -7;
    /// An argument that the program does not know.
    pub const EINVAL: i64 = -22;
    /// No room is left.
    pub const ENOSPC: i64 = -28;
    /// A header that is cut off.
    pub const EBADMSG: i64 = -74;
    /// Not a packet for the program.
    pub const EPROTONOSUPPORT: i64 = -93;
    /// No room in a ring buffer.
    pub const ENOBUFS: i64 = -105;
    /// Nobody to send to.
    pub const EHOSTUNREACH: i64 = -113;
}

/// One extension header: its number, and its length in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Its number.
    pub number: u8,
    /// Its length in bytes, a multiple of 8 (of 4 for authentication).
    pub length: usize,
    /// Of fragments: the offset in units of 8 bytes.
    pub fragment: u16,
}

impl Extension {
    /// A header of 8 bytes, 12 for authentication.
    pub fn new(number: u8) -> Self {
        let length = if number == extension::AUTHENTICATION {
            12
        } else {
            8
        };
        Self {
            number,
            length,
            fragment: 0,
        }
    }

    /// A longer one.
    #[must_use]
    pub fn with_length(self, length: usize) -> Self {
        Self { length, ..self }
    }

    /// A fragment that is not the first.
    pub fn later_fragment() -> Self {
        Self {
            fragment: 185,
            ..Self::new(extension::FRAGMENT)
        }
    }

    fn bytes(self, next: u8) -> Vec<u8> {
        let mut bytes = vec![0; self.length];
        let units = match self.number {
            extension::FRAGMENT => 0,
            extension::AUTHENTICATION => self.length / 4 - 2,
            _ => self.length / 8 - 1,
        };
        (bytes[0], bytes[1]) = (next, units as u8);
        if self.number == extension::FRAGMENT {
            bytes[2..4].copy_from_slice(&(self.fragment << 3 | 1).to_be_bytes());
        }
        bytes
    }
}

/// A frame, and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What it is, for messages.
    pub name: String,
    /// Its bytes; shorter than what it says is in it when it was cut off.
    pub bytes: Vec<u8>,
    /// Where the network header starts.
    pub network: usize,
    /// Whether that is an IPv6 header.
    pub is_ipv6: bool,
    /// The EtherType of the network header.
    pub ethertype: u16,
    /// Extension headers and where each starts.
    pub extensions: Vec<(Extension, usize)>,
    /// Number of what follows the network and extension headers, and where it starts.
    pub transport: (u8, usize),
}

impl Frame {
    /// UDP over IPv6.
    pub fn udp(source: Ipv6Addr, destination: Ipv6Addr) -> Self {
        Self::build("udp", &[], source, destination, &[], UDP)
    }

    /// IPv6 with VLAN tags, extension headers and what follows them; `name` is for messages.
    pub fn build(
        name: &str,
        tags: &[u16],
        source: Ipv6Addr,
        destination: Ipv6Addr,
        extensions: &[Extension],
        protocol: u8,
    ) -> Self {
        let mut bytes = ethernet(tags, 0x86dd);
        let network = bytes.len();
        let length: usize = extensions.iter().map(|extension| extension.length).sum();
        let numbers = extensions
            .iter()
            .map(|extension| extension.number)
            .chain([protocol]);
        let mut numbers = numbers.collect::<Vec<_>>().into_iter();
        bytes.extend(ipv6(
            length + 24,
            numbers.next().unwrap_or(protocol),
            source,
            destination,
        ));
        let mut placed = Vec::new();
        for (extension, next) in extensions.iter().zip(numbers) {
            placed.push((*extension, bytes.len()));
            bytes.extend(extension.bytes(next));
        }
        let transport = (protocol, bytes.len());
        bytes.extend([0x13, 0x88, 0x13, 0x89, 0, 24, 0, 0]);
        bytes.extend([0xa5; 16]);
        let name = name.to_owned();
        Self {
            name,
            bytes,
            network,
            is_ipv6: true,
            ethertype: 0x86dd,
            extensions: placed,
            transport,
        }
    }

    /// UDP behind a hop-by-hop header with these options, filled up with padding of one byte.
    pub fn with_options(name: &str, tags: &[u16], options: &[u8]) -> Self {
        let length = (2 + options.len()).next_multiple_of(8);
        let header = Extension::new(extension::HOP_BY_HOP).with_length(length);
        let mut frame = Self::build(name, tags, address(1), address(2), &[header], UDP);
        let place = frame.network + 42;
        frame.bytes[place..place + options.len()].copy_from_slice(options);
        frame
    }

    /// UDP over IPv4.
    pub fn ipv4() -> Self {
        let mut bytes = ethernet(&[], 0x0800);
        bytes.extend([
            0x45, 0, 0, 52, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
        ]);
        bytes.extend([0x13, 0x88, 0x13, 0x89, 0, 32, 0, 0]);
        bytes.extend([0xa5; 24]);
        let transport = (UDP, 34);
        let (network, ethertype) = (14, 0x0800);
        let name = "ipv4".to_owned();
        Self {
            name,
            bytes,
            network,
            is_ipv6: false,
            ethertype,
            extensions: Vec::new(),
            transport,
        }
    }

    /// The frame cut off after so many bytes.
    #[must_use]
    pub fn cut(&self, length: usize) -> Self {
        let mut cut = self.clone();
        cut.bytes.truncate(length);
        cut.name = format!("{} cut off at {length}", self.name);
        cut
    }

    /// The frame cut off everywhere, and whole. (An Ethernet header is the least that the
    /// kernel gives a program in a test.)
    pub fn cuts(&self) -> impl Iterator<Item = Self> + '_ {
        (14..=self.bytes.len()).map(|length| self.cut(length))
    }

    /// Whether it holds a whole IPv6 header.
    pub fn has_ipv6(&self) -> bool {
        self.is_ipv6 && self.bytes.len() >= self.network + 40
    }

    /// Whether it holds a whole IPv4 header.
    pub fn has_ipv4(&self) -> bool {
        self.ethertype == 0x0800 && self.bytes.len() >= self.network + 20
    }

    /// Whether it holds so many bytes from a place on.
    pub fn holds(&self, offset: usize, length: usize) -> bool {
        self.bytes.len() >= offset + length
    }

    /// The checksum of the frame's UDP packet, directly behind its IPv6 header (RFC 8200 section
    /// 8.1), to be put where a zero is; where the right one is already, 0xffff.
    pub fn udp_checksum(&self) -> u16 {
        let packet = &self.bytes[self.network..];
        let pseudo = [&packet[8..40], &[0, 0], &packet[4..6], &[0, 0, 0, UDP]].concat();
        let bytes = [&pseudo, &packet[40..]].concat();
        let words = bytes.chunks(2).map(|word| {
            let low = word.get(1).copied().unwrap_or(0);
            u32::from(u16::from_be_bytes([word[0], low]))
        });
        let mut sum: u32 = words.sum();
        while sum > 0xffff {
            sum = (sum >> 16) + (sum & 0xffff);
        }
        match !(sum as u16) {
            0 => 0xffff,
            checksum => checksum,
        }
    }

    /// Whether it has a whole hop-by-hop header, as the error of programs that look for options
    /// there.
    ///
    /// # Errors
    /// That error.
    pub fn hop_by_hop(&self) -> Result<(), i64> {
        if !self.has_ipv6() {
            return Err(errno::EPROTONOSUPPORT);
        }
        match self.extensions.first() {
            Some((first, offset)) if first.number == extension::HOP_BY_HOP => {
                let whole = self.holds(*offset, first.length);
                whole.then_some(()).ok_or(errno::EBADMSG)
            }
            _ => Err(errno::ENOENT),
        }
    }

    /// The result of a walk through the extension headers that looks for anything, as the
    /// error that programs continue with.
    ///
    /// # Errors
    /// That error.
    pub fn find_transport(&self) -> Result<(u8, usize), i64> {
        if !self.has_ipv6() {
            return Err(errno::EPROTONOSUPPORT);
        }
        for (index, (extension, offset)) in self.extensions.iter().enumerate() {
            if index == 8 || !self.holds(*offset, 8) {
                return Err(errno::EBADMSG);
            }
            if extension.fragment != 0 {
                return Err(errno::ENOENT);
            }
        }
        match self.transport {
            (NO_NEXT_HEADER, _) => Err(errno::ENOENT),
            found => Ok(found),
        }
    }

    /// The same for a whole UDP header.
    ///
    /// # Errors
    /// The error that programs continue with.
    pub fn find_udp(&self) -> Result<usize, i64> {
        match self.find_transport()? {
            (UDP, offset) if self.holds(offset, 8) => Ok(offset),
            (UDP, _) => Err(errno::EBADMSG),
            _ => Err(errno::ENOENT),
        }
    }
}

/// Frames of every kind that programs are tried on.
pub fn zoo() -> Vec<Frame> {
    use extension::{AUTHENTICATION, DESTINATION, FRAGMENT, HOP_BY_HOP, ROUTING};
    let (a, b) = (address(1), address(2));
    let build = |name, tags: &[u16], extensions: &[Extension], protocol| {
        Frame::build(name, tags, a, b, extensions, protocol)
    };
    let new = Extension::new;
    let all = [
        HOP_BY_HOP,
        DESTINATION,
        ROUTING,
        FRAGMENT,
        AUTHENTICATION,
        DESTINATION,
    ]
    .map(new);
    vec![
        Frame::ipv4(),
        build("udp", &[], &[], UDP),
        build("tcp", &[], &[], TCP),
        build("vlan", &[0x8100], &[], UDP),
        build("two tags", &[0x88a8, 0x8100], &[], UDP),
        build("hop-by-hop", &[], &[new(HOP_BY_HOP)], UDP),
        build("long routing", &[], &[new(ROUTING).with_length(136)], UDP),
        build("fragment", &[], &[new(FRAGMENT)], UDP),
        build("later fragment", &[], &[Extension::later_fragment()], UDP),
        build("all extensions", &[], &all, UDP),
        build("eight extensions", &[], &[new(DESTINATION); 8], UDP),
        build("nine extensions", &[], &[new(DESTINATION); 9], UDP),
        build("no next header", &[], &[new(HOP_BY_HOP)], NO_NEXT_HEADER),
        build("tagged extensions", &[0x8100], &all, UDP),
    ]
}

/// An address that differs from others by a number.
pub fn address(number: u16) -> Ipv6Addr {
    Ipv6Addr::new(0xfc01, 0, 0, 0, 0, 0, 0, number)
}

fn ethernet(tags: &[u16], ethertype: u16) -> Vec<u8> {
    let mut bytes = vec![0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1];
    for tag in tags {
        bytes.extend(tag.to_be_bytes());
        bytes.extend([0, 7]);
    }
    bytes.extend(ethertype.to_be_bytes());
    bytes
}

/// An IPv6 header with traffic class 0xb8, flow label 0x12345 and hop limit 64.
fn ipv6(length: usize, next: u8, source: Ipv6Addr, destination: Ipv6Addr) -> Vec<u8> {
    let mut bytes = vec![0x6b, 0x81, 0x23, 0x45];
    bytes.extend((length as u16).to_be_bytes());
    bytes.extend([next, 64]);
    bytes.extend(source.octets());
    bytes.extend(destination.octets());
    bytes
}
