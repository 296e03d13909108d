//! The 64-bit unit of encoding, RFC 9669 section 3.1.

/// One 64-bit slot, its fields apart.
///
/// ```text
///  63            32 31      16 15  12 11   8 7       0
/// +----------------+----------+------+------+---------+
/// |      imm       |  offset  |  src |  dst | opcode  |
/// +----------------+----------+------+------+---------+
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    /// The opcode.
    pub opcode: u8,
    /// Destination register number, 4 bits.
    pub dst: u8,
    /// Source register number, 4 bits.
    pub src: u8,
    /// Signed offset.
    pub off: i16,
    /// Signed immediate.
    pub imm: i32,
}

impl Slot {
    /// The fields of a slot read as a little-endian `u64`.
    pub const fn from_bits(bits: u64) -> Self {
        Self {
            opcode: bits as u8,
            dst: (bits >> 8) as u8 & 0xf,
            src: (bits >> 12) as u8 & 0xf,
            off: (bits >> 16) as i16,
            imm: (bits >> 32) as i32,
        }
    }

    /// The slot as a little-endian `u64`.
    pub const fn to_bits(self) -> u64 {
        self.opcode as u64
            | ((self.dst & 0xf) as u64) << 8
            | ((self.src & 0xf) as u64) << 12
            | (self.off as u16 as u64) << 16
            | (self.imm as u32 as u64) << 32
    }

    /// The fields of eight bytes of bytecode.
    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self::from_bits(u64::from_le_bytes(bytes))
    }

    /// The eight bytes of bytecode.
    pub const fn to_bytes(self) -> [u8; 8] {
        self.to_bits().to_le_bytes()
    }
}
