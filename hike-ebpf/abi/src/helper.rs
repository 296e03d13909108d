//! HIKe helper functions: `call` instructions with a number instead of a symbol.

/// A helper function. Arguments are `r1`, `r2`; the result is `r0`.
///
/// Packet helpers take the offset from the packet's first byte in `r1` and convert
/// between network order in the packet and host order in the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Helper {
    /// Reads 1 byte.
    PacketReadU8 = 1,
    /// Reads 2 bytes.
    PacketReadU16 = 2,
    /// Reads 4 bytes.
    PacketReadU32 = 3,
    /// Reads 8 bytes.
    PacketReadU64 = 4,
    /// Writes the low byte of `r2`.
    PacketWriteU8 = 5,
    /// Writes the low 2 bytes of `r2`.
    PacketWriteU16 = 6,
    /// Writes the low 4 bytes of `r2`.
    PacketWriteU32 = 7,
    /// Writes the 8 bytes of `r2`.
    PacketWriteU64 = 8,
    /// Nanoseconds since boot, not counting suspend (`bpf_ktime_get_ns`).
    TimeNs = 9,
    /// A pseudo-random 32-bit number (`bpf_get_prandom_u32`).
    RandomU32 = 10,
}

impl Helper {
    /// Every helper, in the order of their numbers.
    pub const ALL: [Self; 10] = [
        Self::PacketReadU8,
        Self::PacketReadU16,
        Self::PacketReadU32,
        Self::PacketReadU64,
        Self::PacketWriteU8,
        Self::PacketWriteU16,
        Self::PacketWriteU32,
        Self::PacketWriteU64,
        Self::TimeNs,
        Self::RandomU32,
    ];

    /// The helper with this number, if there is one.
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|helper| *helper as u32 == number)
    }

    /// Its name in listings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PacketReadU8 => "packet_read_u8",
            Self::PacketReadU16 => "packet_read_u16",
            Self::PacketReadU32 => "packet_read_u32",
            Self::PacketReadU64 => "packet_read_u64",
            Self::PacketWriteU8 => "packet_write_u8",
            Self::PacketWriteU16 => "packet_write_u16",
            Self::PacketWriteU32 => "packet_write_u32",
            Self::PacketWriteU64 => "packet_write_u64",
            Self::TimeNs => "time_ns",
            Self::RandomU32 => "random_u32",
        }
    }
}
