//! What a host's kernel does for this crate, as one trait.
//!
//! [`Linux`] is the kernel that runs; [`fake::Fake`] is one in memory for tests, which
//! fails where it is told to. [`Measured`] is any of them with its calls timed.

pub mod fake;
mod linux;
mod measured;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use hike_format::native::Guard;
use hike_format::script::{AttachMode, Place};

use crate::error::plain;
use crate::image::{Image, ImageError};
use crate::native::{Native, NativeError, Place as MapPlace};
use crate::sys::map::{MapEntry, MapSpec};
use crate::sys::netlink::Interface;

pub use linux::Linux;
pub use measured::Measured;

/// Why the kernel did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KernelError {
    /// A system call failed.
    #[error("{action}: {}", plain(error))]
    System {
        /// What was to be done.
        action: String,
        /// The kernel's error.
        error: io::Error,
    },
    /// The verifier refuses a program.
    #[error("the kernel's verifier refuses `{program}`{}: {complaint}", at(place.as_deref()))]
    Verifier {
        /// The program.
        program: String,
        /// The line of the log that says why.
        complaint: String,
        /// The line of a script or of a program's source that it is about.
        place: Option<Box<Place>>,
        /// The whole log.
        log: String,
    },
    /// The object cannot be loaded.
    #[error(transparent)]
    Image(#[from] Box<ImageError>),
    /// The fused program cannot be loaded.
    #[error(transparent)]
    Native(#[from] Box<NativeError>),
}

fn at(place: Option<&Place>) -> String {
    place.map_or_else(String::new, |place| format!(" at {place}"))
}

impl KernelError {
    /// A failed system call.
    pub fn system(action: impl Into<String>, error: io::Error) -> Self {
        let action = action.into();
        Self::System { action, error }
    }

    /// Whether the kernel said that there is no such thing.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::System { error, .. } if error.kind() == io::ErrorKind::NotFound)
    }

    /// The verifier's whole log, when it is the verifier that refused.
    pub fn verifier_log(&self) -> Option<&str> {
        match self {
            Self::Verifier { log, .. } => Some(log),
            _ => None,
        }
    }
}

/// What the kernel gives, or why not.
pub type Result<T, E = KernelError> = std::result::Result<T, E>;

/// An object to pin.
pub enum Pinned<'a, K: Kernel + ?Sized> {
    /// A map.
    Map(&'a K::Map),
    /// A program.
    Program(&'a K::Program),
    /// An attachment.
    Link(&'a K::Link),
}

/// An entry of a folder of pins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Whether it is a folder.
    pub folder: bool,
}

/// The kernel of a host. Objects live as long as something refers to them: a value of the
/// associated types, a pin, or another object.
pub trait Kernel {
    /// Loaded type information.
    type Types;
    /// An open map.
    type Map;
    /// A loaded program.
    type Program;
    /// The attachment of a program to an interface.
    type Link;

    /// Every interface.
    ///
    /// # Errors
    /// As the kernel says; so for everything below.
    fn interfaces(&mut self) -> Result<Vec<Interface>>;

    /// Loads the type information of an object.
    ///
    /// # Errors
    /// When the kernel refuses it.
    fn load_types(&mut self, image: &Image) -> Result<Self::Types>;

    /// Creates a map.
    ///
    /// # Errors
    /// When the kernel refuses it.
    fn create_map(&mut self, spec: &MapSpec, types: &Self::Types) -> Result<Self::Map>;

    /// Creates a map of plain bytes.
    ///
    /// # Errors
    /// When the kernel refuses it.
    fn create_untyped_map(&mut self, spec: &MapSpec) -> Result<Self::Map>;

    /// Forbids user space to write to a map from now on.
    ///
    /// # Errors
    /// When the kernel refuses it.
    fn freeze(&mut self, map: &Self::Map) -> Result<()>;

    /// Verifies and loads a program with the maps it refers to.
    ///
    /// # Errors
    /// [`KernelError::Verifier`] when the verifier refuses it.
    fn load_program(
        &mut self,
        image: &Image,
        maps: &BTreeMap<String, &Self::Map>,
        types: &Self::Types,
    ) -> Result<Self::Program>;

    /// How many instructions the verifier walked to accept a program; none when it does not
    /// tell.
    fn verified_instructions(&mut self, program: &Self::Program) -> Option<u32>;

    /// Whether it knows the instruction that ends loops, `may_goto`.
    fn has_may_goto(&mut self) -> bool;

    /// Verifies and loads one form of a fused program with the maps it refers to.
    ///
    /// # Errors
    /// [`KernelError::Verifier`] when the verifier refuses it.
    fn load_native(
        &mut self,
        native: &Native,
        guard: Guard,
        maps: &BTreeMap<MapPlace, &Self::Map>,
    ) -> Result<Self::Program>;

    /// The value of a key, one a CPU in per-CPU maps; none when the key is not there.
    ///
    /// # Errors
    /// When the kernel refuses it.
    fn lookup(&mut self, map: &Self::Map, key: &[u8]) -> Result<Option<Vec<Vec<u8>>>>;

    /// Writes bytes from an offset on into the value of a map that has only one and can be
    /// mapped into memory. The rest of the value is not touched, not even for a moment.
    ///
    /// # Errors
    /// When the kernel refuses it, or the value has no such bytes.
    fn write_part(&mut self, map: &Self::Map, offset: usize, bytes: &[u8]) -> Result<()>;

    /// Writes a value, the same for every CPU in per-CPU maps.
    ///
    /// # Errors
    /// When the kernel refuses it.
    fn update(&mut self, map: &Self::Map, key: &[u8], value: &[u8]) -> Result<()>;

    /// Writes the values of a key as [`lookup`](Self::lookup) gives them.
    ///
    /// # Errors
    /// When the kernel refuses them.
    fn write(&mut self, map: &Self::Map, key: &[u8], values: &[Vec<u8>]) -> Result<()>;

    /// Every entry of a map, in no order; one may come twice when the map changes meanwhile.
    ///
    /// # Errors
    /// When the kernel refuses it.
    fn read_all(&mut self, map: &Self::Map) -> Result<Vec<MapEntry>>;

    /// Puts a program into a program array.
    ///
    /// # Errors
    /// When the kernel refuses it.
    fn set_program(&mut self, map: &Self::Map, index: u32, program: &Self::Program) -> Result<()>;

    /// Takes an entry out of a map; says whether it was there.
    ///
    /// # Errors
    /// When the kernel refuses it.
    fn delete(&mut self, map: &Self::Map, key: &[u8]) -> Result<bool>;

    /// Attaches a program to an interface.
    ///
    /// # Errors
    /// When the kernel refuses it, for example because the interface has one.
    fn attach(
        &mut self,
        program: &Self::Program,
        interface: &Interface,
        mode: AttachMode,
    ) -> Result<Self::Link>;

    /// Ends an attachment, whoever else refers to it.
    ///
    /// # Errors
    /// When the kernel refuses it.
    fn detach(&mut self, link: &Self::Link) -> Result<()>;

    /// Gives an object a path, which keeps it alive.
    ///
    /// # Errors
    /// When the path is taken.
    fn pin(&mut self, object: Pinned<'_, Self>, path: &Path) -> Result<()>;

    /// Removes a path of an object.
    ///
    /// # Errors
    /// When there is no such path.
    fn unpin(&mut self, path: &Path) -> Result<()>;

    /// The map at a path.
    ///
    /// # Errors
    /// [`KernelError::is_not_found`] when there is none.
    fn open_map(&mut self, path: &Path) -> Result<Self::Map>;

    /// The attachment at a path.
    ///
    /// # Errors
    /// [`KernelError::is_not_found`] when there is none.
    fn open_link(&mut self, path: &Path) -> Result<Self::Link>;

    /// Creates a folder for pins; its parent must be there.
    ///
    /// # Errors
    /// When the path is taken.
    fn create_folder(&mut self, path: &Path) -> Result<()>;

    /// Removes an empty folder.
    ///
    /// # Errors
    /// When it is not empty or not there.
    fn remove_folder(&mut self, path: &Path) -> Result<()>;

    /// Renames a folder in one step.
    ///
    /// # Errors
    /// When the new path is taken.
    fn rename(&mut self, from: &Path, to: &Path) -> Result<()>;

    /// The entries of a folder by name; none when there is no such folder.
    ///
    /// # Errors
    /// When the folder cannot be read.
    fn entries(&mut self, path: &Path) -> Result<Option<Vec<Entry>>>;
}
