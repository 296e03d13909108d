//! Why logic cannot get its function for the VM.

use hike_format::btf::BtfError;
use hike_format::elf::ElfError;
use hike_format::program::ObjectError;

/// Why an object cannot be completed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompleteError {
    /// Not an eBPF object.
    #[error(transparent)]
    Elf(#[from] ElfError),
    /// Its type information is malformed.
    #[error(transparent)]
    Btf(#[from] BtfError),
    /// What was made is no program: a defect of ours.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// A function in section `xdp` besides the logic.
    #[error("section `xdp` has a function already, expected the logic of `HIKE_PROGRAM` alone")]
    OtherEntry,
    /// No type information of the logic.
    #[error("the function `{0}` has no type information, expected an object compiled with `-g`")]
    NoTypes(String),
    /// Relocations that the kernel's own types decide.
    #[error(
        "the object has CO-RE relocations, expected none: declare packet headers by `hike.h` or `<linux/*.h>` instead of `vmlinux.h`"
    )]
    CoreRelocations,
    /// Too much on the stack.
    #[error("the function `{function}` has {found} bytes on its stack, expected at most {most}")]
    Stack {
        /// The function.
        function: String,
        /// What it uses.
        found: u32,
        /// What there is.
        most: u32,
    },
    /// More code than jumps reach over.
    #[error("the function `{0}` has more instructions than a jump reaches over, 32767")]
    TooLarge(String),
    /// The half of the VM that we bring is not as expected: a defect of ours.
    #[error("`{0}` is missing in the VM's object")]
    Vm(&'static str),
    /// A section at no place that sections can have.
    #[error("a section is aligned to {0} bytes, expected a power of two up to 4096")]
    Alignment(u64),
    /// The object cannot be written.
    #[error("the completed object cannot be written: {0}")]
    Write(String),
}
