//! Accesses whose place quickening knows: the running frame's stack, constant packet offsets.

use hike_abi::limits::{FRAME_STACK, FRAMES, PACKET_READ_LAST};

use crate::quick::{Slot, flag};
use crate::step::{R0, R1, network_order};
use crate::{Flow, Machine, Width};

/// Byte offset of the frame pointer in the state.
const FRAME_POINTER: u8 = 80;

/// Executes a slot with [`flag::DIRECT`].
#[inline(always)]
pub(crate) fn execute<M: Machine>(machine: &mut M, slot: Slot) -> Flow {
    if M::has::<{ flag::STORE }>(slot) {
        let value = if M::has::<{ flag::OF_REGISTER }>(slot) {
            machine.reg(slot.src())
        } else {
            slot.imm64()
        };
        return store(machine, slot, value);
    }
    if M::has::<{ flag::OF_PACKET }>(slot) {
        return read_packet(machine, slot);
    }
    load(machine, slot)
}

/// Does it with the size of the access. Once for each size, so that it is a constant in all of it.
#[inline(always)]
fn by_width<M: Machine>(slot: Slot, mut access: impl FnMut(Width) -> Flow) -> Flow {
    if M::has::<{ flag::EIGHT }>(slot) {
        access(Width::Eight)
    } else if M::has::<{ flag::TWO }>(slot) {
        access(Width::Two)
    } else if M::has::<{ flag::ONE }>(slot) {
        access(Width::One)
    } else {
        access(Width::Four)
    }
}

#[inline(always)]
fn load<M: Machine>(machine: &mut M, slot: Slot) -> Flow {
    let place = place(machine, slot);
    by_width::<M>(slot, |width| {
        // SAFETY: `place` is in the state, and far from its end.
        let value = unsafe { M::read(place, width) };
        machine.set_reg(slot.dst(), value);
        Flow::Next
    })
}

#[inline(always)]
fn store<M: Machine>(machine: &mut M, slot: Slot, value: u64) -> Flow {
    let place = place(machine, slot);
    by_width::<M>(slot, |width| {
        // SAFETY: as for loads.
        unsafe { M::write(place, width, value) };
        Flow::Next
    })
}

/// Quickening has seen that the access is within the frame; the mask tells the verifier that
/// it is within the stacks, or a few bytes behind, where the state goes on. It leaves nothing of
/// what is above the slot's offset, nor of the offset's sign.
#[inline(always)]
fn place<M: Machine>(machine: &mut M, slot: Slot) -> *mut u8 {
    const STACKS: usize = FRAMES * FRAME_STACK;
    const _: () = assert!(STACKS.is_power_of_two());
    let address = machine.reg(FRAME_POINTER).wrapping_add(slot.0 >> 16);
    let offset = M::opaque(address) as usize & (STACKS - 1);
    // SAFETY: the mask keeps it in the stacks.
    unsafe { machine.state().stack.as_mut_ptr().add(offset) }
}

#[inline(always)]
fn read_packet<M: Machine>(machine: &mut M, slot: Slot) -> Flow {
    const _: () = assert!((PACKET_READ_LAST as u32 + 1).is_power_of_two());
    let offset = slot.imm64() & PACKET_READ_LAST as u64;
    machine.set_reg(R1, offset);
    by_width::<M>(slot, |width| match machine.packet_load(offset, width) {
        Ok(value) => {
            machine.set_reg(R0, network_order(value, width));
            Flow::Next
        }
        Err(fault) => Flow::Fault(fault),
    })
}
