//! Every limit of the VM, once.

/// Slots of quick code in one chain (an instruction is one slot, a 64-bit constant two).
pub const CHAIN_INSNS: usize = 256;
/// Instructions one packet may execute, over all its chains. The VM does not count the few
/// that programs execute themselves when they are done (`hike_vm::run_short`).
pub const EXECUTED_INSNS: u32 = 4096;
/// The largest constant offset at which one instruction reads the packet, in bytes: beyond, its
/// offset takes another one.
pub const PACKET_READ_LAST: i32 = 0x7fff;
/// CPUs of a host: each has a state of its own.
pub const CPUS: u32 = 1024;
/// Nested chain frames, the first chain included.
pub const FRAMES: usize = 8;
/// Stack of one frame, in bytes.
pub const FRAME_STACK: usize = 128;
/// Chain IDs on a host; ID 0 is never given ([`crate::NO_CHAIN`]).
pub const CHAINS: u32 = 1024;
/// Program IDs on a host.
pub const PROGRAMS: u32 = 256;
/// Program IDs below this are reached by a direct jump, the others by an indirect one.
pub const DIRECT_PROGRAMS: u32 = 32;
/// Program calls a packet may make (the kernel's `MAX_TAIL_CALL_CNT`).
pub const PROGRAM_CALLS: u32 = 33;
/// Size of the per-CPU shared memory area, in bytes.
pub const SMA_SIZE: usize = 256;
/// Arguments of a program or chain.
pub const ARGUMENTS: usize = 5;
