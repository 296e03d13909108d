//! Layouts, limits and fault codes shared by the kernel half and the user half.
//!
//! This crate knows no eBPF helper, no system call and no file format. What is written
//! here is the VM ABI: a change of layout or meaning raises [`VM_ABI_VERSION`].
#![no_std]
#![warn(missing_docs)]

mod fault;
mod helper;
pub mod limits;
pub mod memory;
mod state;

pub use fault::Fault;
pub use helper::Helper;
pub use state::{
    ChainCode, Chains, Cursor, FaultCounters, Frame, HikeCall, States, VmState, chain_of,
    first_slot,
};

/// Version of everything in this crate; bundles name it and the loader compares it.
pub const VM_ABI_VERSION: u32 = 3;

/// What a program's logic returns when the chain goes on: no XDP action has this number.
pub const CONTINUE: i32 = -1;

/// The chain ID that means "no chain": an array map of chain IDs starts out with it.
pub const NO_CHAIN: u32 = 0;

/// XDP actions, `enum xdp_action` of `linux/bpf.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Action {
    /// An error: dropped, and the `xdp_exception` tracepoint fires.
    Aborted = 0,
    /// Dropped.
    Drop = 1,
    /// Handed to the kernel's network stack.
    Pass = 2,
    /// Sent out of the interface it came in on.
    Tx = 3,
    /// Sent to the interface, CPU or socket a redirect helper named.
    Redirect = 4,
}

impl Action {
    /// Every action, in the order of their numbers.
    pub const ALL: [Self; 5] = [
        Self::Aborted,
        Self::Drop,
        Self::Pass,
        Self::Tx,
        Self::Redirect,
    ];

    /// The action with this number, if there is one.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            0 => Some(Self::Aborted),
            1 => Some(Self::Drop),
            2 => Some(Self::Pass),
            3 => Some(Self::Tx),
            4 => Some(Self::Redirect),
            _ => None,
        }
    }

    /// The kernel's name of it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aborted => "XDP_ABORTED",
            Self::Drop => "XDP_DROP",
            Self::Pass => "XDP_PASS",
            Self::Tx => "XDP_TX",
            Self::Redirect => "XDP_REDIRECT",
        }
    }
}

/// Names of the maps the VM consists of: one set a host, shared by all bundles.
pub mod vm_maps {
    /// Array of one [`States`](crate::States), which user space maps into its memory.
    pub const STATE: &str = "hike_state";
    /// Array of one [`Chains`](crate::Chains), which user space maps into its memory.
    pub const CHAINS: &str = "hike_chains";
    /// Program array of HIKe programs, by program ID.
    pub const PROGRAMS: &str = "hike_programs";
    /// Program array of one entry, the executor.
    pub const EXECUTOR: &str = "hike_executor";
    /// Per-CPU array of [`FaultCounters`](crate::FaultCounters), by chain ID.
    pub const FAULTS: &str = "hike_faults";
    /// Maps of one value that code refers to by the address of the value, not of the map.
    pub const BY_ADDRESS: [&str; 2] = [STATE, CHAINS];
    /// All of them.
    pub const ALL: [&str; 5] = [STATE, CHAINS, PROGRAMS, EXECUTOR, FAULTS];
}
