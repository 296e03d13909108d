//! The VM's memory, as it lies in its maps.

use crate::Fault;
use crate::limits::{ARGUMENTS, CHAIN_INSNS, CHAINS, CPUS, FRAME_STACK, FRAMES, SMA_SIZE};

/// What a program's logic sees of the VM: the first six registers of its register file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct HikeCall {
    /// The result, `r0`.
    pub ret: u64,
    /// The arguments, `r1` to `r5`.
    pub args: [u64; ARGUMENTS],
}

/// Where the headers of the packet start, in bytes from its first one. Filled by the
/// chain loader, kept true by programs that move headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Cursor {
    /// The network header (IPv4 or IPv6).
    pub network: u16,
    /// The transport header, 0 while unknown.
    pub transport: u16,
    /// EtherType of the network header, host order.
    pub ethertype: u16,
    /// Protocol number of the transport header; meaningful with `transport`.
    pub protocol: u8,
    /// Padding, zero.
    pub reserved: u8,
}

/// What a chain call saves of its caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Frame {
    /// `r6` to `r9`.
    pub saved: [u64; 4],
    /// Where the caller goes on, as in [`VmState::pc`].
    pub pc: u32,
    /// Padding, zero.
    pub reserved: u32,
}

/// The state of the VM on one CPU.
///
/// Registers come first: a byte offset of one octet (0 to 255) into the state plus the
/// eight bytes of a register never leaves it, which is all the verifier asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct VmState {
    /// `r0` to `r10`.
    pub regs: [u64; 11],
    /// Next slot of the code of all chains, [`Chains`]: it tells the running chain too.
    pub pc: u32,
    /// ID of the chain that a loader has chosen.
    pub chain: u32,
    /// Instructions the packet may still execute.
    pub budget: u32,
    /// Frames in use besides the first.
    pub depth: u32,
    /// XDP action of a chain that ends without a decision, or by a fault.
    pub default_action: u32,
    /// Number of the [`Fault`] that the executor has come upon.
    pub fault: u32,
    /// The packet cursor.
    pub cursor: Cursor,
    /// Saved callers, innermost last.
    pub frames: [Frame; FRAMES],
    /// Stacks of the frames.
    pub stack: [u8; FRAMES * FRAME_STACK],
    /// Shared memory area of the chain and the programs it calls.
    pub sma: [u8; SMA_SIZE],
    /// Never touched. It makes the size a power of two, so that a state is found by a shift.
    /// And the verifier does not follow that a wider access has a lower limit, and takes one
    /// at the very end of the shared memory area for possible.
    pub padding: [u8; 328],
}

/// The states of all CPUs by number, the only value of the map [`crate::vm_maps::STATE`].
pub type States = [VmState; CPUS as usize];

/// Quick code of one chain. Unused slots are zero, which is the trap instruction.
pub type ChainCode = [u64; CHAIN_INSNS];

/// Quick code of all chains by ID, one [`ChainCode`] after the other: the only value of the
/// map [`crate::vm_maps::CHAINS`].
pub type Chains = [u64; CHAINS as usize * CHAIN_INSNS];

/// The first slot in [`Chains`] of a chain with an ID below [`CHAINS`].
pub const fn first_slot(chain: u32) -> u32 {
    chain * CHAIN_INSNS as u32
}

/// The chain that a slot of [`Chains`] belongs to, and the slot's number in it.
pub const fn chain_of(slot: u32) -> (u32, u32) {
    (slot / CHAIN_INSNS as u32, slot % CHAIN_INSNS as u32)
}

/// Faults of one chain on one CPU, value of the map [`crate::vm_maps::FAULTS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct FaultCounters {
    /// Faults by [`Fault`] number.
    pub counts: [u64; Fault::COUNT],
    /// Slot of the quick code at which the last fault happened.
    pub last_pc: u32,
    /// [`Fault`] number of the last fault.
    pub last_fault: u32,
}

// The layout is part of the ABI: what these say must not change without a new version.
const _: () = {
    assert!(core::mem::offset_of!(VmState, regs) == 0);
    assert!(core::mem::offset_of!(VmState, pc) == 88);
    assert!(core::mem::offset_of!(VmState, cursor) == 112);
    assert!(core::mem::offset_of!(VmState, frames) == 120);
    assert!(core::mem::offset_of!(VmState, stack) == 440);
    assert!(core::mem::offset_of!(VmState, sma) == 440 + 1024);
    assert!(core::mem::size_of::<VmState>() == 2048);
    assert!(core::mem::size_of::<HikeCall>() == 48);
    assert!(core::mem::size_of::<FaultCounters>() == 72);
};
