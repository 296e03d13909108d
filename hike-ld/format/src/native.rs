//! Fused programs of the native tier: what their symbols are called.

use crate::Symbol;

/// What precedes a loader's name in the name of the function that the kernel loads.
pub const ENTRY_PREFIX: &str = "hike_native_";
/// Folder of the fused programs in a bundle.
pub const FOLDER: &str = "native/";

/// The member that holds a loader fused with its chains and programs.
pub fn path(loader: &Symbol) -> String {
    format!("{FOLDER}{}/{}.o", loader.package(), loader.name())
}
