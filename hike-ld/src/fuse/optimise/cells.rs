//! The places of memory that are known by name: fields of the VM's state, the packet's
//! bounds in the context, the fuser's own slots of the stack, and the words of the stack
//! that inlined logic uses.

use core::mem::offset_of;
use core::ops::Range;

use hike_abi::{Cursor, VmState};
use hike_isa::Size;

use crate::fuse::call::{DATA, DATA_END};
use crate::fuse::logic::STACK;
use crate::fuse::stack::{Slot, Stack};

/// Offset in the state, and number of bytes: the call record, then what the loader leaves.
const FIELDS: [(usize, u32); 13] = {
    let cursor = offset_of!(VmState, cursor);
    [
        (0, 8),
        (8, 8),
        (16, 8),
        (24, 8),
        (32, 8),
        (40, 8),
        (offset_of!(VmState, chain), 4),
        (offset_of!(VmState, budget), 4),
        (offset_of!(VmState, default_action), 4),
        (cursor + offset_of!(Cursor, network), 2),
        (cursor + offset_of!(Cursor, transport), 2),
        (cursor + offset_of!(Cursor, ethertype), 2),
        (cursor + offset_of!(Cursor, protocol), 2),
    ]
};

/// Cells of the state.
pub const STATE: Range<usize> = 0..FIELDS.len();
/// Where the network header is: a field of the packet cursor.
pub const NETWORK: usize = 9;
/// The bounds of the packet.
pub const BOUNDS: [usize; 2] = [STATE.end, STATE.end + 1];
/// Cells of the stack start here.
const SLOTS: usize = STATE.end + 2;
/// Cells of the stack that logic uses start here.
const LOGIC: usize = SLOTS + Stack::MOST_SLOTS as usize;
/// How many cells there are at most.
pub const COUNT: usize = LOGIC + STACK as usize / 8;

/// A set of cells.
pub type Set = u128;
const _: () = assert!(COUNT <= Set::BITS as usize);

/// The cells of the state, as a set.
pub const STATE_SET: Set = (1 << STATE.end) - 1;
/// The words of the stack that logic uses, as a set.
pub const WORDS_SET: Set = ((1 << (STACK / 8)) - 1) << LOGIC;
/// The packet cursor.
const CURSOR: Set = 0xf << NETWORK;

/// Which cells are where.
#[derive(Clone, Copy, Debug)]
pub struct Cells {
    /// The layout of the stack.
    pub stack: Stack,
    /// Whether the state's cells are known by what was stored there. In programs with loops
    /// they are not: the verifier must not know what it would follow round by round.
    pub known_state: bool,
    /// Whether the VM's state is found at the start; the state is on the stack otherwise.
    pub looked_up: bool,
    /// Whether somebody looks at the packet cursor in the state when the program has ended.
    pub observed: bool,
}

/// The cells that an access of the state reaches: those that it covers, and those of which
/// it reaches a part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Whole cells.
    pub whole: Set,
    /// Parts of cells.
    pub part: Set,
}

impl Cells {
    /// The cell that holds the context, or the state: written once, before all else.
    pub fn constants() -> [usize; 2] {
        [Slot::Context, Slot::State].map(|slot| SLOTS + slot.index() as usize)
    }

    /// The cell of the slot that holds an address in the packet.
    pub fn packet() -> usize {
        SLOTS + Slot::Packet.index() as usize
    }

    /// What is read when the program has ended.
    pub const fn read_later(self) -> Set {
        if self.observed { CURSOR } else { 0 }
    }

    /// The offset of that slot from the frame pointer.
    pub fn packet_offset(self) -> i16 {
        self.stack.offset(Slot::Packet)
    }

    /// The cell of an access by the frame pointer to one of the fuser's slots.
    pub fn slot(self, off: i32, size: Size) -> Option<usize> {
        let off = i16::try_from(off).ok().filter(|_| size == Size::U64)?;
        let slot = self.stack.slot_at(off)?;
        // The key of a look-up is read by the kernel.
        (slot != Slot::Key.index()).then_some(SLOTS + slot as usize)
    }

    /// The cell of an access by the frame pointer to the stack of logic.
    pub fn word(self, off: i32, size: Size) -> Option<usize> {
        let is_word = size == Size::U64 && off % 8 == 0;
        let words = usize::try_from(-off).ok()? / 8;
        (is_word && off < 0 && -off <= STACK as i32).then_some(LOGIC + words - 1)
    }

    /// The words of logic's stack from an offset on, in part or as a whole.
    pub fn words_from(off: i32) -> Set {
        let words = (-off).clamp(0, STACK as i32).cast_unsigned().div_ceil(8);
        (1_u128.unbounded_shl(words) - 1) << LOGIC
    }

    /// The words of logic's stack that an access reaches, in part or as a whole.
    pub fn words_at(off: i32, size: Size) -> Set {
        let end = off.saturating_add(size.bytes() as i32);
        // The word of the last byte is reached too.
        Self::words_from(off) & !Self::words_from((end - 1).div_euclid(8) * 8 + 8)
    }

    /// The cell of a load from the context.
    pub fn in_context(off: i16, size: Size) -> Option<usize> {
        match (off, size) {
            (DATA, Size::U32) => Some(BOUNDS[0]),
            (DATA_END, Size::U32) => Some(BOUNDS[1]),
            _ => None,
        }
    }

    /// The cells of an access of the state.
    pub fn in_state(off: i16, size: Size) -> Reach {
        let start = i64::from(off);
        let end = start + i64::from(size.bytes());
        let mut reach = Reach::default();
        for (cell, (field, bytes)) in FIELDS.iter().enumerate() {
            let first = *field as i64;
            let last = first + i64::from(*bytes);
            if start <= first && last <= end {
                reach.whole |= 1 << cell;
            } else if first < end && start < last {
                reach.part |= 1 << cell;
            }
        }
        reach
    }

    /// Whether an access of the state stays within one cell.
    pub fn is_within_one(off: i16, size: Size) -> bool {
        let reach = Self::in_state(off, size);
        let cells = reach.whole | reach.part;
        let (start, bytes) = (i64::from(off), i64::from(size.bytes()));
        let is_around = |(field, length): (usize, u32)| {
            let start = start - field as i64;
            start >= 0 && start + bytes <= i64::from(length)
        };
        cells.is_power_of_two() && FIELDS.iter().any(|field| is_around(*field))
    }

    /// The one cell of the state that is just what is accessed.
    pub fn exactly(off: i16, size: Size) -> Option<usize> {
        let mut fields = FIELDS.iter();
        fields.position(|field| *field == (off as usize, size.bytes()))
    }

    /// The bits of a stored constant that go to a cell of the state.
    pub fn part_of(cell: usize, off: i16, value: u64) -> Option<u64> {
        let (field, bytes) = *FIELDS.get(cell)?;
        let shift = u32::try_from(field as i64 - i64::from(off)).ok()? * 8;
        let mask = u64::MAX >> (64 - bytes * 8);
        Some(value.checked_shr(shift)? & mask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_covers_cells_or_parts_of_them() {
        let word = Cells::in_state(8, Size::U64);
        assert_eq!((word.whole, word.part), (0b10, 0));
        let part = Cells::in_state(12, Size::U32);
        assert_eq!((part.whole, part.part), (0, 0b10));
        let cursor = offset_of!(VmState, cursor) as i16;
        let all = Cells::in_state(cursor, Size::U64);
        assert_eq!((all.whole, all.part), (0xf << 9, 0));
        assert_eq!(Cells::in_state(440, Size::U64), Reach::default());
        assert_eq!(Cells::exactly(cursor + 4, Size::U16), Some(11));
        assert_eq!(Cells::part_of(11, cursor, 0x86dd << 32), Some(0x86dd));
    }

    #[test]
    fn words_of_the_stack_are_counted_downward() {
        let words = |list: &[usize]| list.iter().fold(0, |set, word| set | 1 << (LOGIC + word));
        assert_eq!(Cells::words_from(-16), words(&[0, 1]));
        assert_eq!(Cells::words_from(-12), words(&[0, 1]));
        assert_eq!(Cells::words_from(0), 0);
        assert_eq!(Cells::words_at(-16, Size::U64), words(&[1]));
        assert_eq!(Cells::words_at(-12, Size::U64), words(&[0, 1]));
        assert_eq!(Cells::words_at(-4, Size::U16), words(&[0]));
        assert_eq!(Cells::words_at(-9, Size::U8), words(&[1]));
    }
}
