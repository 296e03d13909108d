//! Frames of nested chains.

use hike_abi::limits::{CHAINS, FRAMES};
use hike_abi::{Fault, Frame, VmState, first_slot, memory};

use crate::Machine;

/// Byte offset of `r6` in the state, in registers.
const FIRST_SAVED: usize = 6;

/// Calls `chain`; gives its first slot.
#[inline(always)]
pub fn enter<M: Machine>(machine: &mut M, chain: u32, pc: u32) -> Result<u32, Fault> {
    let state = machine.state();
    if state.depth >= FRAMES as u32 - 1 {
        return Err(Fault::Frames);
    }
    let frame = frame(state, state.depth);
    // SAFETY: `frame` is one of the state's.
    unsafe { save(state, frame, pc) };
    if chain >= CHAINS {
        return Err(Fault::Chain);
    }
    state.depth += 1;
    state.regs[10] = memory::frame_pointer(state.depth.into());
    Ok(first_slot(chain))
}

/// Returns from the running chain: the caller's next slot, or `None` from the outermost.
#[inline(always)]
pub fn leave<M: Machine>(machine: &mut M) -> Option<u32> {
    let state = machine.state();
    if state.depth == 0 {
        return None;
    }
    state.depth -= 1;
    let frame = frame(state, state.depth);
    // SAFETY: `frame` is one of the state's.
    let pc = unsafe { restore(state, frame) };
    state.regs[10] = memory::frame_pointer(state.depth.into());
    Some(pc)
}

/// The frame at `depth`, which the mask keeps in the array for the verifier to see.
#[inline(always)]
fn frame(state: &mut VmState, depth: u32) -> *mut Frame {
    const _: () = assert!(FRAMES.is_power_of_two());
    let index = depth as usize & (FRAMES - 1);
    // SAFETY: `index` is less than the number of frames.
    unsafe { state.frames.as_mut_ptr().add(index) }
}

#[inline(always)]
unsafe fn save(state: &VmState, frame: *mut Frame, pc: u32) {
    // SAFETY: the caller's promise.
    unsafe {
        (*frame).saved[0] = state.regs[FIRST_SAVED];
        (*frame).saved[1] = state.regs[FIRST_SAVED + 1];
        (*frame).saved[2] = state.regs[FIRST_SAVED + 2];
        (*frame).saved[3] = state.regs[FIRST_SAVED + 3];
        (*frame).pc = pc;
    }
}

#[inline(always)]
unsafe fn restore(state: &mut VmState, frame: *const Frame) -> u32 {
    // SAFETY: the caller's promise.
    unsafe {
        state.regs[FIRST_SAVED] = (*frame).saved[0];
        state.regs[FIRST_SAVED + 1] = (*frame).saved[1];
        state.regs[FIRST_SAVED + 2] = (*frame).saved[2];
        state.regs[FIRST_SAVED + 3] = (*frame).saved[3];
        (*frame).pc
    }
}
