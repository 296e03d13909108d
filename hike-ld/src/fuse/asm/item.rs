//! An instruction whose target is still a label.

use std::rc::Rc;

use hike_isa::{Insn, Slot, ops};

use super::{Label, Origin};
use crate::fuse::FuseError;

/// An instruction under construction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its slot, the first of a 64-bit constant.
    pub slot: Slot,
    /// The second slot of a 64-bit constant.
    pub second: Option<Slot>,
    /// Where a jump or a call of a function goes.
    pub target: Option<Label>,
    /// What a 64-bit constant refers to.
    pub reference: Option<String>,
    /// Where it comes from.
    pub origin: Option<Rc<Origin>>,
    /// Whether a load's value may not be taken for known, or a store not for superfluous.
    pub opaque: bool,
    /// Whether it accesses memory by the address of the VM's state.
    pub of_state: bool,
}

impl Item {
    /// `goto`, without its distance.
    pub const GOTO: Slot = Slot {
        opcode: ops::GOTO,
        dst: 0,
        src: 0,
        off: 0,
        imm: 0,
    };

    /// A slot that needs nothing.
    pub const fn plain(slot: Slot) -> Self {
        Self {
            slot,
            second: None,
            target: None,
            reference: None,
            origin: None,
            opaque: false,
            of_state: false,
        }
    }

    /// How many slots it has.
    pub const fn slots(&self) -> usize {
        1 + self.second.is_some() as usize
    }

    /// Whether it is a call, of the kernel or of a function.
    pub const fn is_call(&self) -> bool {
        self.slot.opcode == ops::CALL
    }

    /// Whether it goes to its label always.
    pub const fn is_goto(&self) -> bool {
        self.target.is_some() && self.slot.opcode == ops::GOTO
    }

    /// Whether it goes to its label, always or not.
    pub const fn is_jump(&self) -> bool {
        self.target.is_some() && !self.is_call()
    }

    /// Whether the next instruction can follow it.
    pub const fn falls_through(&self) -> bool {
        !self.is_goto() && self.slot.opcode != ops::EXIT
    }

    /// Makes it another instruction, from the same place.
    pub fn become_insn(&mut self, insn: Insn) {
        let encoded = insn.encode();
        let slots = encoded.slots();
        (self.slot, self.second) = (slots[0], slots.get(1).copied());
    }

    /// Puts a distance into its slot.
    pub(super) fn set_distance(&self, slot: &mut Slot, distance: i64) -> Result<(), FuseError> {
        let far = |_| FuseError::TooLarge(distance.unsigned_abs() as usize);
        if self.is_call() {
            slot.imm = i32::try_from(distance).map_err(far)?;
        } else {
            slot.off = i16::try_from(distance).map_err(far)?;
        }
        Ok(())
    }
}
