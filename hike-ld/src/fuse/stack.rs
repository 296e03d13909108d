//! The stack of a fused program: inlined logic has its top, as it would have alone, and
//! what the fused code keeps lies below.

use hike_abi::limits::FRAMES;
use hike_isa::Reg;

use super::logic::STACK;

/// Slots before those of the chains' frames.
const FIRST_FRAME: u32 = 12;
/// Bytes that are left for the functions of memory accesses and of signed division.
const RESERVED: u32 = 64;

/// Where the fused code keeps something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The kernel's context.
    Context,
    /// The VM's state.
    State,
    /// A register, while a helper or function may clobber it.
    Saved(Reg),
    /// The address of an access.
    Address,
    /// The value of an access.
    Value,
    /// The key of a look-up.
    Key,
    /// Rounds that loops may still make.
    Rounds,
    /// An address in the packet, of which it is known how many bytes follow; in programs
    /// without loops, which have no rounds to count.
    Packet,
    /// A preserved register (`r6` to `r9`) of the chain at this depth, while what it calls
    /// uses the register.
    Preserved(u32, Reg),
}

/// The layout of the stack.
#[derive(Clone, Copy, Debug)]
pub struct Stack {
    logic: u32,
    own: u32,
}

impl Stack {
    /// As many slots as there can be.
    pub const MOST_SLOTS: u32 = FIRST_FRAME + 4 * FRAMES as u32;

    /// Below `logic` bytes of inlined logic, for chains nested this deep.
    pub const fn below(logic: u32, depth: u32) -> Self {
        let own = Self::own(depth);
        Self { logic, own }
    }

    /// How many bytes there are for inlined logic.
    pub const fn room(depth: u32) -> u32 {
        STACK - RESERVED - Self::own(depth)
    }

    const fn own(depth: u32) -> u32 {
        8 * (FIRST_FRAME + 4 * depth)
    }

    /// Whether a called function may have this much.
    pub const fn has_room_below(self, bytes: u32) -> bool {
        rounded(self.logic + self.own) + rounded(bytes) <= STACK
    }

    /// How many bytes are used in all.
    pub const fn bytes(self) -> u32 {
        self.logic + self.own
    }

    /// Offset of a slot from the frame pointer.
    pub fn offset(self, slot: Slot) -> i16 {
        let below = self.logic + 8 * (slot.index() + 1);
        i16::try_from(below).map_or(i16::MIN, |below| -below)
    }

    /// The index of the slot that is at an offset from the frame pointer.
    pub fn slot_at(self, offset: i16) -> Option<u32> {
        let below = u32::try_from(-i32::from(offset)).ok()?;
        let below = below.checked_sub(self.logic)?;
        let index = (below / 8).checked_sub(1)?;
        (below % 8 == 0 && index < self.own / 8).then_some(index)
    }
}

/// What the kernel counts for a frame of this size.
const fn rounded(bytes: u32) -> u32 {
    bytes.next_multiple_of(32)
}

impl Slot {
    /// Its place among the slots.
    pub fn index(self) -> u32 {
        match self {
            Self::Context => 0,
            Self::State => 1,
            Self::Saved(reg) => 2 + u32::from(reg.number().min(5)),
            Self::Address => 8,
            Self::Value => 9,
            Self::Key => 10,
            Self::Rounds | Self::Packet => 11,
            Self::Preserved(depth, reg) => {
                FIRST_FRAME + 4 * depth + u32::from(reg.number().clamp(6, 9) - 6)
            }
        }
    }
}
