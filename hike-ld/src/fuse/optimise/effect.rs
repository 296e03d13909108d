//! What an instruction is and which registers it reads and writes.

use hike_isa::{Size, Slot, ops};

use crate::fuse::asm::{Item, MAY_GOTO};
use crate::fuse::regs::Regs;

/// The kernel's helpers whose arguments are known: number, how many, and whether it may
/// move the packet.
const HELPERS: [(i32, usize, bool); 17] = [
    (1, 2, false),   // map_lookup_elem
    (2, 4, false),   // map_update_elem
    (3, 2, false),   // map_delete_elem
    (5, 0, false),   // ktime_get_ns
    (7, 0, false),   // get_prandom_u32
    (8, 0, false),   // get_smp_processor_id
    (23, 2, false),  // redirect
    (25, 5, false),  // perf_event_output
    (28, 5, false),  // csum_diff
    (44, 2, true),   // xdp_adjust_head
    (51, 3, false),  // redirect_map
    (54, 2, true),   // xdp_adjust_meta
    (65, 2, true),   // xdp_adjust_tail
    (69, 4, false),  // fib_lookup
    (125, 0, false), // ktime_get_boot_ns
    (130, 4, false), // ringbuf_output
    (160, 0, false), // ktime_get_coarse_ns
];

/// Kinds of instructions, as far as they matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Arithmetic and moves.
    Alu,
    /// A 64-bit constant.
    Constant,
    /// A load.
    Load,
    /// A store.
    Store,
    /// An atomic operation on memory.
    Atomic,
    /// A call of a helper whose arguments are known.
    Helper {
        /// How many.
        arguments: usize,
        /// Whether it may move the packet.
        moves: bool,
    },
    /// Any other call.
    Call,
    /// A jump that depends on two operands.
    Branch,
    /// A jump that depends on nothing that is seen here.
    Jump,
    /// The end of the function.
    Exit,
    /// Something old.
    Other,
}

/// What an item is.
pub fn kind(item: &Item) -> Kind {
    use ops::class::{ALU, ALU64, LD, LDX, ST, STX};
    let slot = item.slot;
    match (slot.opcode & 7, slot.opcode & 0xe0) {
        (LD, _) if slot.opcode == ops::LOAD_IMM64 => Kind::Constant,
        (LDX, ops::MODE_MEM | ops::MODE_MEMSX) => Kind::Load,
        (ST | STX, ops::MODE_MEM) => Kind::Store,
        (STX, _) => Kind::Atomic,
        (ALU | ALU64, _) => Kind::Alu,
        (LD | LDX | ST, _) => Kind::Other,
        _ if slot.opcode == ops::EXIT => Kind::Exit,
        _ if item.is_call() => call(slot),
        _ if item.is_goto() || slot.opcode == MAY_GOTO => Kind::Jump,
        _ if item.is_jump() => Kind::Branch,
        _ => Kind::Other,
    }
}

fn call(slot: Slot) -> Kind {
    let mut helpers = HELPERS.iter();
    let known = helpers.find(|(number, ..)| slot.src == 0 && *number == slot.imm);
    known.map_or(Kind::Call, |(_, arguments, moves)| Kind::Helper {
        arguments: *arguments,
        moves: *moves,
    })
}

/// Whether the second operand is a register.
pub const fn by_register(slot: Slot) -> bool {
    slot.opcode & ops::SOURCE_REG != 0
}

/// Whether arithmetic or a jump is of 64 bits.
pub const fn is_wide(slot: Slot) -> bool {
    matches!(slot.opcode & 7, ops::class::ALU64 | ops::class::JMP)
}

/// The upper half of the opcode: which arithmetic, which comparison.
pub const fn operation(slot: Slot) -> u8 {
    slot.opcode & 0xf0
}

/// How much an access accesses.
pub const fn size(slot: Slot) -> Size {
    Size::from_code(slot.opcode & 0x18)
}

/// Registers that are read.
pub fn reads(item: &Item) -> Regs {
    let slot = item.slot;
    let (dst, src) = (
        Regs::NONE.with_number(slot.dst),
        Regs::NONE.with_number(slot.src),
    );
    match kind(item) {
        Kind::Alu if operation(slot) == ops::END => dst,
        Kind::Alu | Kind::Branch => {
            let second = if by_register(slot) { src } else { Regs::NONE };
            let is_move = kind(item) == Kind::Alu && operation(slot) == ops::MOV;
            if is_move { second } else { second.or(dst) }
        }
        Kind::Load => src,
        Kind::Store if slot.opcode & 7 == ops::class::ST => dst,
        Kind::Store => dst.or(src),
        Kind::Atomic => dst.or(src).with_number(0),
        Kind::Helper { arguments, .. } => Regs::arguments(arguments),
        Kind::Call => Regs::ARGUMENTS,
        Kind::Exit => Regs::NONE.with_number(0),
        Kind::Constant | Kind::Jump => Regs::NONE,
        Kind::Other => Regs::CLOBBERED.or(Regs::PRESERVED),
    }
}

/// Registers that have another value afterwards, whatever they had.
pub fn writes(item: &Item) -> Regs {
    match kind(item) {
        Kind::Alu | Kind::Constant | Kind::Load => Regs::NONE.with_number(item.slot.dst),
        Kind::Helper { .. } | Kind::Call => Regs::CLOBBERED,
        _ => Regs::NONE,
    }
}
