//! The stack of a fused program: inlined logic has its top, as it would have alone, and
//! what the fused code keeps lies below.

use hike_isa::Reg;

/// Slots before those of the chains' frames.
const FIRST_FRAME: u32 = 11;

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
    /// A preserved register (`r6` to `r9`) of the chain at this depth, while what it calls
    /// uses the register.
    Preserved(u32, Reg),
}

/// The layout of the stack.
#[derive(Clone, Copy, Debug)]
pub struct Stack {
    logic: u32,
}

impl Stack {
    /// Below `logic` bytes of inlined logic.
    pub const fn below(logic: u32) -> Self {
        Self { logic }
    }

    /// Bytes that the fused code needs for chains nested this deep.
    pub const fn size(depth: u32) -> u32 {
        8 * (FIRST_FRAME + 4 * depth)
    }

    /// Whether logic with a stack of this size can be inlined.
    pub const fn has_room(self, logic: u32) -> bool {
        logic <= self.logic
    }

    /// Offset of a slot from the frame pointer.
    pub fn offset(self, slot: Slot) -> i16 {
        let index = match slot {
            Slot::Context => 0,
            Slot::State => 1,
            Slot::Saved(reg) => 2 + u32::from(reg.number().min(5)),
            Slot::Address => 8,
            Slot::Value => 9,
            Slot::Key => 10,
            Slot::Preserved(depth, reg) => {
                FIRST_FRAME + 4 * depth + u32::from(reg.number().clamp(6, 9) - 6)
            }
        };
        let below = self.logic + 8 * (index + 1);
        i16::try_from(below).map_or(i16::MIN, |below| -below)
    }
}
