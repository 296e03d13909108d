//! Why the VM gave up on a chain.

/// A fault ends the chain with the loader's default action and is counted by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Fault {
    /// The instruction is not one of the VM's, or control left the chain's code.
    Instruction = 0,
    /// A load or store outside every bank, or a store to a read-only place.
    Memory = 1,
    /// A packet access beyond the packet's end.
    Packet = 2,
    /// More instructions executed than the budget.
    Budget = 3,
    /// More nested chains than there are frames.
    Frames = 4,
    /// The program is not there, or the packet used up the kernel's tail calls.
    Program = 5,
    /// A helper with an unknown number.
    Helper = 6,
    /// A chain ID that no chain has.
    Chain = 7,
}

impl Fault {
    /// Number of kinds.
    pub const COUNT: usize = 8;

    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Instruction,
        Self::Memory,
        Self::Packet,
        Self::Budget,
        Self::Frames,
        Self::Program,
        Self::Helper,
        Self::Chain,
    ];

    /// A short name for tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Instruction => "instruction",
            Self::Memory => "memory",
            Self::Packet => "packet",
            Self::Budget => "budget",
            Self::Frames => "frames",
            Self::Program => "program",
            Self::Helper => "helper",
            Self::Chain => "chain",
        }
    }
}
