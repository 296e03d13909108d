//! Fused programs of the native tier: what their symbols are called.

use crate::Symbol;
use crate::elf::Elf;
use crate::program::XDP_SECTION;

/// What precedes a loader's name in the name of the function that the kernel loads.
pub const ENTRY_PREFIX: &str = "hike_native_";
/// Folder of the fused programs in a bundle.
pub const FOLDER: &str = "native/";

/// The member that holds a loader fused with its chains and programs.
pub fn path(loader: &Symbol) -> String {
    format!("{FOLDER}{}/{}.o", loader.package(), loader.name())
}

/// Whether bytes are the object of a fused program.
pub fn is_one(bytes: &[u8]) -> bool {
    let elf = Elf::parse(bytes);
    elf.is_ok_and(|elf| {
        let mut symbols = elf.symbols().iter();
        symbols.any(|symbol| symbol.function && symbol.name.starts_with(ENTRY_PREFIX))
    })
}

/// What ends loops where the verifier could not follow them. The object of a fused program
/// with loops has the code in both forms, and a host takes the one that its kernel knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guard {
    /// The kernel's own limit: instruction `may_goto`.
    Kernel,
    /// A counter on the stack.
    Counter,
}

impl Guard {
    /// Both, the better one first.
    pub const ALL: [Self; 2] = [Self::Kernel, Self::Counter];

    /// The section with code of this form.
    pub const fn section(self) -> &'static str {
        match self {
            Self::Kernel => XDP_SECTION,
            Self::Counter => "xdp.counter",
        }
    }
}
