//! Accesses whose place quickening knows: the running frame's stack, constant packet offsets.

use hike_abi::limits::{FRAME_STACK, FRAMES, PACKET_READ_LAST};

use crate::quick::Slot;
use crate::step::{R0, R1, network_order, width};
use crate::{Flow, Machine};

/// Byte offset of the frame pointer in the state.
const FRAME_POINTER: u8 = 80;

#[inline(always)]
pub(crate) fn load<M: Machine>(machine: &mut M, slot: Slot) -> Flow {
    let place = place(machine, slot);
    // SAFETY: `place` is in the state, and far from its end.
    let value = unsafe { M::read(place, width(slot)) };
    machine.set_reg(slot.dst(), value);
    Flow::Next
}

#[inline(always)]
pub(crate) fn store<M: Machine>(machine: &mut M, slot: Slot, value: u64) -> Flow {
    let place = place(machine, slot);
    // SAFETY: as for loads.
    unsafe { M::write(place, width(slot), value) };
    Flow::Next
}

/// Quickening has seen that the access is within the frame; the mask tells the verifier that
/// it is within the stacks, or a few bytes behind, where the state goes on.
#[inline(always)]
fn place<M: Machine>(machine: &mut M, slot: Slot) -> *mut u8 {
    const STACKS: usize = FRAMES * FRAME_STACK;
    const _: () = assert!(STACKS.is_power_of_two());
    let address = machine
        .reg(FRAME_POINTER)
        .wrapping_add(slot.off() as i64 as u64);
    let offset = M::opaque(address) as usize & (STACKS - 1);
    // SAFETY: the mask keeps it in the stacks.
    unsafe { machine.state().stack.as_mut_ptr().add(offset) }
}

#[inline(always)]
pub(crate) fn read_packet<M: Machine>(machine: &mut M, slot: Slot) -> Flow {
    const _: () = assert!((PACKET_READ_LAST as u32 + 1).is_power_of_two());
    let offset = slot.imm64() & PACKET_READ_LAST as u64;
    machine.set_reg(R1, offset);
    match machine.packet_load(offset, width(slot)) {
        Ok(value) => {
            machine.set_reg(R0, network_order(value, width(slot)));
            Flow::Next
        }
        Err(fault) => Flow::Fault(fault),
    }
}
