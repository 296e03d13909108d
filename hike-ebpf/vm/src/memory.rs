//! Loads and stores by virtual address.

use hike_abi::limits::{FRAME_STACK, FRAMES, SMA_SIZE};
use hike_abi::{Fault, memory};

use crate::{Machine, Width};

/// Reads `width` bytes at `address`, zero-extended.
#[inline(always)]
pub fn load<M: Machine>(machine: &mut M, address: u64, width: Width) -> Result<u64, Fault> {
    let offset = address & memory::OFFSET_MASK;
    match address >> memory::BANK_SHIFT {
        memory::PACKET if offset >= memory::PACKET_BYTES => {
            machine.packet_load(offset - memory::PACKET_BYTES, width)
        }
        memory::PACKET => length(machine, offset, width),
        bank => {
            let pointer = place(machine, bank, offset, width)?;
            // SAFETY: `place` gives a pointer to `width` bytes of the state.
            Ok(unsafe { M::read(pointer, width) })
        }
    }
}

/// Writes the low `width` bytes of `value` at `address`.
#[inline(always)]
pub fn store<M: Machine>(
    machine: &mut M,
    address: u64,
    width: Width,
    value: u64,
) -> Result<(), Fault> {
    let offset = address & memory::OFFSET_MASK;
    match address >> memory::BANK_SHIFT {
        memory::PACKET if offset >= memory::PACKET_BYTES => {
            machine.packet_store(offset - memory::PACKET_BYTES, width, value)
        }
        memory::PACKET => Err(Fault::Memory),
        bank => {
            let pointer = place(machine, bank, offset, width)?;
            // SAFETY: `place` gives a pointer to `width` bytes of the state.
            unsafe { M::write(pointer, width, value) };
            Ok(())
        }
    }
}

/// The packet's length, readable as a whole or by its low half.
#[inline(always)]
fn length<M: Machine>(machine: &M, offset: u64, width: Width) -> Result<u64, Fault> {
    match (offset, width) {
        (0, Width::Four | Width::Eight) => Ok(machine.packet_length()),
        _ => Err(Fault::Memory),
    }
}

/// The bytes of the state behind an address, checked.
#[inline(always)]
fn place<M: Machine>(
    machine: &mut M,
    bank: u64,
    offset: u64,
    width: Width,
) -> Result<*mut u8, Fault> {
    let state = machine.state();
    let (base, size) = match bank {
        memory::STACK => (state.stack.as_mut_ptr(), FRAMES * FRAME_STACK),
        memory::SMA => (state.sma.as_mut_ptr(), SMA_SIZE),
        _ => return Err(Fault::Memory),
    };
    if offset > (size - width as usize) as u64 {
        return Err(Fault::Memory);
    }
    // Once more and less strict, for the verifier of Linux 6.1: it learns bounds from a
    // comparison with a constant only, which the one above is not where widths meet.
    let offset = M::opaque(offset);
    if offset >= size as u64 {
        return Err(Fault::Memory);
    }
    // SAFETY: `offset` plus the width is within the area.
    Ok(unsafe { base.add(offset as usize) })
}
