//! What the interpreter needs from where it runs.

use hike_abi::{Fault, VmState};

use crate::quick::Slot;

/// Size of a memory access, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Width {
    /// 1 byte.
    One = 1,
    /// 2 bytes.
    Two = 2,
    /// 4 bytes.
    Four = 4,
    /// 8 bytes.
    Eight = 8,
}

/// A place that chains run in: the kernel with its maps, or a process.
pub trait Machine {
    /// The VM's registers, frames and memory.
    fn state(&mut self) -> &mut VmState;

    /// The slot at `pc` of the code of all chains; 0, a trap, where no chain is.
    fn fetch(&self, pc: u32) -> u64;

    /// Length of the packet in bytes.
    fn packet_length(&self) -> u64;

    /// Reads packet bytes in host order, zero-extended.
    ///
    /// # Errors
    /// [`Fault::Packet`] when the packet ends before.
    fn packet_load(&self, offset: u64, width: Width) -> Result<u64, Fault>;

    /// Writes the low bytes of `value` in host order.
    ///
    /// # Errors
    /// [`Fault::Packet`] when the packet ends before.
    fn packet_store(&mut self, offset: u64, width: Width, value: u64) -> Result<(), Fault>;

    /// Reads at a pointer of any alignment, in host order, zero-extended.
    ///
    /// # Safety
    /// `pointer` is valid for reads of `width` bytes.
    unsafe fn read(pointer: *const u8, width: Width) -> u64;

    /// Writes at a pointer of any alignment, in host order.
    ///
    /// # Safety
    /// `pointer` is valid for writes of `width` bytes.
    unsafe fn write(pointer: *mut u8, width: Width, value: u64);

    /// Nanoseconds since boot.
    fn time_ns(&mut self) -> u64;

    /// A random number of 32 bits.
    fn random_u32(&mut self) -> u32;

    /// The same program counter, by a way on which a verifier loses sight of its value: it
    /// would walk every value of a counter of which it knows some bits separately.
    #[inline(always)]
    fn forget(&mut self, pc: u32) -> u32 {
        pc
    }

    /// The same value, of which the compiler no longer knows anything.
    #[inline(always)]
    fn opaque(value: u64) -> u64 {
        value
    }

    /// Whether a slot has one of these flags.
    #[inline(always)]
    fn has<const FLAGS: u64>(slot: Slot) -> bool {
        slot.0 & FLAGS != 0
    }

    /// The register at a byte offset into the state.
    #[inline(always)]
    fn reg(&mut self, offset: u8) -> u64 {
        let base = core::ptr::from_mut(self.state()).cast::<u8>();
        // SAFETY: the state is larger than the largest octet plus eight bytes, and
        // quickening leaves only multiples of eight.
        unsafe { base.add(offset as usize).cast::<u64>().read() }
    }

    /// Sets the register at a byte offset into the state.
    #[inline(always)]
    fn set_reg(&mut self, offset: u8, value: u64) {
        let base = core::ptr::from_mut(self.state()).cast::<u8>();
        // SAFETY: as for `reg`.
        unsafe { base.add(offset as usize).cast::<u64>().write(value) }
    }
}

const _: () = assert!(core::mem::size_of::<VmState>() >= 255 + 8);
