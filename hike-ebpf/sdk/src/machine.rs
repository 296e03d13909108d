//! The VM's machine in the kernel: state and code in maps, the packet in the context.

use core::arch::asm;

use hike_abi::limits::{CHAIN_INSNS, CHAINS};
use hike_abi::{Fault, VmState};
use hike_vm::quick::Slot;
use hike_vm::{Machine, Width};

use crate::context::{opaque, packet_bounds};
use crate::vm::{address_of, hike_chains};
use crate::{helpers, xdp_md};

/// Largest packet offset the verifier can follow (`MAX_PACKET_OFF`), less an access.
const MAX_OFFSET: usize = 0xffff - 8;

/// Slots of all chains together.
const CODE_INSNS: usize = CHAINS as usize * CHAIN_INSNS;
// What `fetch` masks with.
const _: () = assert!(CODE_INSNS.is_power_of_two());

/// One run of the interpreter on one CPU.
pub struct KernelMachine {
    ctx: *mut xdp_md,
    state: *mut VmState,
}

impl KernelMachine {
    /// The machine of this CPU for this packet.
    #[inline(always)]
    pub fn new(ctx: *mut xdp_md, state: *mut VmState) -> Self {
        Self { ctx, state }
    }

    #[inline(always)]
    fn packet(&self, offset: u64, width: Width) -> Result<usize, Fault> {
        // SAFETY: the context is valid while the program runs.
        let (data, end) = unsafe { packet_bounds(self.ctx) };
        // Opaque, or the compiler checks the address that the offset was made from: the
        // verifiers of Linux 6.1 and 6.12 then know the bounds of the one and not the other.
        let offset = opaque(offset as usize);
        if offset > MAX_OFFSET {
            return Err(Fault::Packet);
        }
        // The sum too, or the compiler merges the checks of different widths and the verifier
        // no longer knows which width was checked.
        let start = opaque(data + offset);
        if start + width as usize > end {
            return Err(Fault::Packet);
        }
        Ok(start)
    }
}

macro_rules! load {
    ($text:literal, $pointer:expr) => {{
        let value: u64;
        asm!($text, out(reg) value, in(reg) $pointer, options(readonly));
        value
    }};
}

macro_rules! store {
    ($text:literal, $pointer:expr, $value:expr) => {
        asm!($text, in(reg) $pointer, in(reg) $value)
    };
}

/// Whether a value has one of these bits, in one instruction: the compiler knows none that does it.
#[inline(always)]
pub(crate) fn has_bits<const BITS: u64>(value: u64) -> bool {
    // SAFETY: it jumps or does not, nothing else.
    unsafe {
        asm!(
            "if {0} & {bits} goto {1}",
            in(reg) value, label { return true }, bits = const BITS,
        )
    };
    false
}

impl Machine for KernelMachine {
    #[inline(always)]
    fn state(&mut self) -> &mut VmState {
        // SAFETY: a value of a per-CPU map; nothing else runs on this CPU meanwhile.
        unsafe { &mut *self.state }
    }

    #[inline(always)]
    fn forget(&mut self, pc: u32) -> u32 {
        // SAFETY: a field of the state, volatile so that the way through memory stays.
        unsafe {
            let place = &raw mut (*self.state).pc;
            place.write_volatile(pc);
            place.read_volatile()
        }
    }

    #[inline(always)]
    fn opaque(value: u64) -> u64 {
        opaque(value as usize) as u64
    }

    #[inline(always)]
    fn has<const FLAGS: u64>(slot: Slot) -> bool {
        has_bits::<FLAGS>(slot.0)
    }

    #[inline(always)]
    fn fetch(&self, pc: u32) -> u64 {
        // Quickening has seen that no chain leaves its code. The mask says so to the verifier,
        // also where a register is kept on the stack meanwhile: Linux 6.1 forgets what a
        // comparison has shown of one.
        let index = pc as usize & (CODE_INSNS - 1);
        // SAFETY: `index` is within the code.
        unsafe { *address_of!(hike_chains).cast::<u64>().add(index) }
    }

    #[inline(always)]
    fn packet_length(&self) -> u64 {
        // SAFETY: the context is valid while the program runs.
        let (data, end) = unsafe { packet_bounds(self.ctx) };
        (end - data) as u64
    }

    #[inline(always)]
    fn packet_load(&self, offset: u64, width: Width) -> Result<u64, Fault> {
        match width {
            Width::One => self
                .packet(offset, Width::One)
                .map(|at| unsafe { load!("{0} = *(u8 *)({1} + 0)", at) }),
            Width::Two => self
                .packet(offset, Width::Two)
                .map(|at| unsafe { load!("{0} = *(u16 *)({1} + 0)", at) }),
            Width::Four => self
                .packet(offset, Width::Four)
                .map(|at| unsafe { load!("{0} = *(u32 *)({1} + 0)", at) }),
            Width::Eight => self
                .packet(offset, Width::Eight)
                .map(|at| unsafe { load!("{0} = *(u64 *)({1} + 0)", at) }),
        }
    }

    #[inline(always)]
    fn packet_store(&mut self, offset: u64, width: Width, value: u64) -> Result<(), Fault> {
        match width {
            Width::One => self
                .packet(offset, Width::One)
                .map(|at| unsafe { store!("*(u8 *)({0} + 0) = {1}", at, value) }),
            Width::Two => self
                .packet(offset, Width::Two)
                .map(|at| unsafe { store!("*(u16 *)({0} + 0) = {1}", at, value) }),
            Width::Four => self
                .packet(offset, Width::Four)
                .map(|at| unsafe { store!("*(u32 *)({0} + 0) = {1}", at, value) }),
            Width::Eight => self
                .packet(offset, Width::Eight)
                .map(|at| unsafe { store!("*(u64 *)({0} + 0) = {1}", at, value) }),
        }
    }

    #[inline(always)]
    unsafe fn read(pointer: *const u8, width: Width) -> u64 {
        // SAFETY: the caller's promise.
        unsafe {
            match width {
                Width::One => load!("{0} = *(u8 *)({1} + 0)", pointer),
                Width::Two => load!("{0} = *(u16 *)({1} + 0)", pointer),
                Width::Four => load!("{0} = *(u32 *)({1} + 0)", pointer),
                Width::Eight => load!("{0} = *(u64 *)({1} + 0)", pointer),
            }
        }
    }

    #[inline(always)]
    unsafe fn write(pointer: *mut u8, width: Width, value: u64) {
        // SAFETY: the caller's promise.
        unsafe {
            match width {
                Width::One => store!("*(u8 *)({0} + 0) = {1}", pointer, value),
                Width::Two => store!("*(u16 *)({0} + 0) = {1}", pointer, value),
                Width::Four => store!("*(u32 *)({0} + 0) = {1}", pointer, value),
                Width::Eight => store!("*(u64 *)({0} + 0) = {1}", pointer, value),
            }
        }
    }

    #[inline(always)]
    fn time_ns(&mut self) -> u64 {
        // SAFETY: a helper without arguments.
        unsafe { helpers::bpf_ktime_get_ns() }
    }

    #[inline(always)]
    fn random_u32(&mut self) -> u32 {
        // SAFETY: a helper without arguments.
        unsafe { helpers::bpf_get_prandom_u32() as u32 }
    }
}
