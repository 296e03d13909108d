//! Where pins lie below the root.
//!
//! ```text
//! ROOT/vm/MAP                        the VM's maps, one set a host
//! ROOT/vm/executor                   its interpreter
//! ROOT/bundles/NAME/record           what is installed, as JSON in an array map
//!                   maps/PACKAGE:MAP
//!                   programs/PACKAGE:NAME
//!                   loaders/PACKAGE:NAME
//!                   links/DEVICE     attachments
//! ROOT/bundles/new:NAME:PID          a bundle that is being installed
//! ```
//!
//! bpffs allows no dot in a name, and no name of a bundle or package has a colon.

use std::path::{Path, PathBuf};

use hike_format::Symbol;

/// Prefix of folders that are not finished.
const UNFINISHED: &str = "new:";

/// The paths below one root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// Root unless told otherwise.
    pub const DEFAULT_ROOT: &str = "/sys/fs/bpf/hike";
    /// Name of a bundle's record.
    pub const RECORD: &str = "record";
    /// Folders of a bundle.
    pub const FOLDERS: [&str; 4] = ["maps", "programs", "loaders", "links"];

    /// The layout below a root.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Folder of the VM.
    pub fn vm(&self) -> PathBuf {
        self.root.join("vm")
    }

    /// Folder of the VM while it is set up.
    pub fn unfinished_vm(&self) -> PathBuf {
        self.root.join(format!("{UNFINISHED}vm"))
    }

    /// Folder of all bundles.
    pub fn bundles(&self) -> PathBuf {
        self.root.join("bundles")
    }

    /// Folder of a bundle.
    pub fn bundle(&self, name: &str) -> PathBuf {
        self.bundles().join(name)
    }

    /// Name of a bundle's folder while it is installed by a process.
    pub fn unfinished(name: &str, pid: u32) -> String {
        format!("{UNFINISHED}{name}:{pid}")
    }

    /// Whether a folder's name says that it is not finished.
    pub fn is_unfinished(name: &str) -> bool {
        name.starts_with(UNFINISHED)
    }

    /// Pin of a map below a bundle's folder.
    pub fn map(package: &str, map: &str) -> String {
        format!("maps/{package}:{}", Self::component(map))
    }

    /// Pin of a program below a bundle's folder.
    pub fn program(symbol: &Symbol) -> String {
        format!("programs/{}:{}", symbol.package(), symbol.name())
    }

    /// Pin of a chain loader below a bundle's folder.
    pub fn loader(symbol: &Symbol) -> String {
        format!("loaders/{}:{}", symbol.package(), symbol.name())
    }

    /// Pin of an attachment below a bundle's folder.
    pub fn link(device: &str) -> String {
        format!("links/{}", Self::component(device))
    }

    /// A text as part of a path: interfaces may have dots in their names, maps of C any
    /// character.
    fn component(text: &str) -> String {
        text.replace(['.', '/'], ":")
    }
}
