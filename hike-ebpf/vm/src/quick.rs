//! Quick code: eBPF with register numbers as byte offsets and calls by runtime ID.
//!
//! ```text
//!  63                    32 31          16 15       8 7        0
//! +------------------------+--------------+----------+----------+
//! |        imm             |     off      |  8*dst   |  opcode  |
//! +------------------------+--------------+----------+----------+
//! ```
//!
//! A source register is its byte offset in `imm`. A byte offset needs neither a mask nor
//! a multiplication in the interpreter, which is worth about 1 ns an instruction. Accesses
//! whose place is known beforehand have opcodes of their own, which need no checks.
//!
//! Byte offsets leave bits of the destination's octet unused. They are [`flag`]s that tell the
//! frequent kinds of slots apart, each by one instruction of eBPF that tests a bit of the slot,
//! where an opcode has to be taken out of it first and then compared several times.

/// An empty slot.
pub const TRAP: u8 = 0x00;
/// Program call, with [`flag::CALL`]: the ID in `off`, and `r1 = imm` unless it has
/// [`flag::KEEPS_ARGUMENT`].
pub const CALL_PROGRAM: u8 = 0x08;
/// Chain call: the ID in `imm`.
pub const CALL_CHAIN: u8 = 0x20;
/// Helper call: the number in `imm`.
pub const CALL_HELPER: u8 = 0x28;

/// 64-bit comparison with a constant, `==`.
pub const IF_EQUAL: u8 = 0x15;
/// 64-bit comparison with a constant, `!=`.
pub const IF_DIFFERENT: u8 = 0x55;

/// Load from the running frame's stack: `off` is from the end of the frame, and within it.
/// This one and those below have [`flag::DIRECT`], and [`flag`]s for the size of the access.
pub const FRAME_LOAD: u8 = 0x00;
/// Store of a register to the frame's stack.
pub const FRAME_STORE: u8 = (flag::STORE | flag::OF_REGISTER) as u8;
/// Store of a constant to the frame's stack.
pub const FRAME_STORE_IMM: u8 = flag::STORE as u8;
/// Read of the packet in network order at a constant offset: `r1 = imm`, then the helper.
pub const PACKET_READ: u8 = flag::OF_PACKET as u8;
/// The bits of eBPF's opcodes that have the size of an access.
pub const SIZE: u8 = 0x18;

/// The bits of the destination's octet that are a register's offset.
const DST: u8 = 0x78;

/// Bits of slots that the interpreter tests.
pub mod flag {
    /// Program call.
    pub const CALL: u64 = 0x80 << 8;
    /// [`IF_EQUAL`](super::IF_EQUAL) or [`IF_DIFFERENT`](super::IF_DIFFERENT).
    pub const EQUAL: u64 = 0x01 << 8;
    /// Frequent 64-bit arithmetic: addition, subtraction, bit operations, shifts to the left and
    /// unsigned to the right, moves.
    pub const ARITHMETIC: u64 = 0x02 << 8;
    /// Access whose place is known: its opcode is none of eBPF's, but flags.
    pub const DIRECT: u64 = 0x04 << 8;

    /// Of a call: the first argument is not a constant, `r1` stays as it is.
    pub const KEEPS_ARGUMENT: u64 = 0x40 << 8;

    /// Of a comparison with [`EQUAL`]: it is `!=`.
    pub const DIFFERENT: u64 = (super::IF_DIFFERENT & !super::IF_EQUAL) as u64;

    /// Of arithmetic: the second operand is a register (RFC 9669 section 4).
    pub const SOURCE_REG: u64 = 0x08;
    /// Of arithmetic: the bits of its code (RFC 9669 section 4.1), lowest first.
    pub const CODE: [u64; 4] = [0x10, 0x20, 0x40, 0x80];

    /// Of a direct access: it is 8 bytes wide; without this, [`TWO`] or [`ONE`] it is 4.
    pub const EIGHT: u64 = 0x01;
    /// Of a direct access: it is 2 bytes wide.
    pub const TWO: u64 = 0x02;
    /// Of a direct access: it is 1 byte wide.
    pub const ONE: u64 = 0x04;
    /// Of a direct access: a store.
    pub const STORE: u64 = 0x20;
    /// Of a direct store: the value is a register's.
    pub const OF_REGISTER: u64 = 0x40;
    /// Of a direct access that is no store: a read of the packet.
    pub const OF_PACKET: u64 = 0x80;
}

/// A slot of quick code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot(pub u64);

impl Slot {
    /// Puts a slot together.
    pub const fn new(opcode: u8, dst: u8, off: i16, imm: i32) -> Self {
        Self(
            opcode as u64
                | (dst as u64) << 8
                | (off as u16 as u64) << 16
                | (imm as u32 as u64) << 32,
        )
    }

    /// The opcode.
    #[inline(always)]
    pub const fn opcode(self) -> u8 {
        self.0 as u8
    }

    /// Byte offset of the destination register.
    #[inline(always)]
    pub const fn dst(self) -> u8 {
        (self.0 >> 8) as u8 & DST
    }

    /// With these flags too.
    pub const fn flagged(self, flags: u64) -> Self {
        Self(self.0 | flags)
    }

    /// Byte offset of the source register.
    #[inline(always)]
    pub const fn src(self) -> u8 {
        (self.0 >> 32) as u8
    }

    /// The offset.
    #[inline(always)]
    pub const fn off(self) -> i16 {
        (self.0 >> 16) as i16
    }

    /// The immediate.
    #[inline(always)]
    pub const fn imm(self) -> i32 {
        (self.0 >> 32) as i32
    }

    /// The immediate, its sign extended.
    #[inline(always)]
    pub const fn imm64(self) -> u64 {
        self.imm() as i64 as u64
    }

    /// Whether the second operand is a register.
    #[inline(always)]
    pub const fn has_source_reg(self) -> bool {
        self.opcode() & 0x08 != 0
    }

    /// Code bits of the opcode, 0 to 15.
    #[inline(always)]
    pub const fn code(self) -> u8 {
        self.opcode() >> 4
    }
}
