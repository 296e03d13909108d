//! Why there is no fused program for a loader.

use hike_format::Symbol;
use hike_format::elf::ElfError;
use hike_vm::QuickenError;

/// Why chains cannot be fused with their loader and programs. The bundle runs in the VM then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FuseError {
    /// A chain or program that the bundle does not have.
    #[error("`{0}` is not in the bundle")]
    Missing(Symbol),
    /// An object that is no ELF file.
    #[error("`{symbol}`: {error}")]
    Elf {
        /// The program or loader.
        symbol: String,
        /// What is wrong.
        error: ElfError,
    },
    /// An object without the logic as a function of its own.
    #[error("`{symbol}` has no function `{function}` with its logic alone")]
    NoLogic {
        /// The program or loader.
        symbol: String,
        /// The function.
        function: String,
    },
    /// Logic that refers to something in a way that cannot be moved.
    #[error("`{symbol}`: the reference at slot {slot} of `{function}` cannot be moved")]
    Reference {
        /// The program or loader.
        symbol: String,
        /// The function.
        function: String,
        /// The slot.
        slot: usize,
    },
    /// Bytecode that is no chain.
    #[error("`{chain}`: {error}")]
    Chain {
        /// The chain.
        chain: Symbol,
        /// What is wrong.
        error: QuickenError,
    },
    /// A use of the frame pointer that is not translated.
    #[error("`{chain}`: slot {slot} compares the frame pointer")]
    FramePointer {
        /// The chain.
        chain: Symbol,
        /// The slot.
        slot: usize,
    },
    /// Logic with too much on the stack.
    #[error("`{program}` uses {bytes} bytes of stack, a fused program has {room} for it")]
    Stack {
        /// The program or loader.
        program: Symbol,
        /// What it uses.
        bytes: u32,
        /// What there is.
        room: u32,
    },
    /// More code than jumps reach over.
    #[error("the fused program has more than {0} instructions")]
    TooLarge(usize),
    /// A jump to nowhere: a defect of the fuser.
    #[error("a label of the fused program has no place")]
    Label,
    /// Licences that do not go together.
    #[error("`{program}` has the licence `{second}`, what it would be fused with `{first}`")]
    License {
        /// The licence of the other parts.
        first: String,
        /// The program.
        program: Symbol,
        /// Its licence.
        second: String,
    },
    /// The object cannot be written.
    #[error("the fused object cannot be written: {0}")]
    Write(String),
}
