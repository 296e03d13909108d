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

/// An empty slot.
pub const TRAP: u8 = 0x00;
/// Program call: the ID in `imm`.
pub const CALL_PROGRAM: u8 = 0x08;
/// Program call with one constant argument: `r1 = imm`, the ID in `off`.
pub const CALL_PROGRAM_1: u8 = 0x10;
/// Chain call: the ID in `imm`.
pub const CALL_CHAIN: u8 = 0x20;
/// Helper call: the number in `imm`.
pub const CALL_HELPER: u8 = 0x28;

/// Load from the running frame's stack: `off` is from the end of the frame, and within it. The
/// size of the access is in the opcode's bits of RFC 9669 section 5, also for those below.
pub const FRAME_LOAD: u8 = 0x40;
/// Store of a register to the frame's stack.
pub const FRAME_STORE: u8 = 0x60;
/// Store of a constant to the frame's stack.
pub const FRAME_STORE_IMM: u8 = 0x80;
/// Read of the packet in network order at a constant offset: `r1 = imm`, then the helper.
pub const PACKET_READ: u8 = 0xa0;
/// The bits of an opcode that have the size of an access.
pub const SIZE: u8 = 0x18;

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
        (self.0 >> 8) as u8
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

    /// Whether the slot calls a program.
    #[inline(always)]
    pub const fn is_program_call(self) -> bool {
        matches!(self.opcode(), CALL_PROGRAM | CALL_PROGRAM_1)
    }
}
