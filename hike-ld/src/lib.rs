//! The HIKe linker: chain objects and the programs and loaders they name, to a bundle.
//!
//! [`link`] is a list of phases, each of which borrows what earlier ones made:
//!
//! | phase | module |
//! |---|---|
//! | read the inputs; give logic in C its function for the VM | [`input`], [`mod@complete`] |
//! | collect what they define and use | [`symbols`] |
//! | pull what is missing from packages | [`resolve`] |
//! | check calls against signatures | [`calls`] |
//! | check configuration against maps and variables | [`configure`] |
//! | fuse each loader with its chains and programs | [`fuse`] |
//! | lay out the members and write the manifest | [`layout`] |
//!
//! The library does not know that files exist besides packages, and never prints; it
//! collects errors instead of stopping at the first.
#![forbid(unsafe_code)]

pub mod calls;
pub mod complete;
pub mod configure;
mod docs;
mod error;
pub mod fuse;
pub mod input;
pub mod layout;
mod link_map;
mod native;
pub mod resolve;
mod source_paths;
mod state;
pub mod symbols;

use hike_format::{Bundle, PackagePath, Symbol};

pub use error::{LinkError, Problem};
pub use input::Input;
pub use link_map::{LinkMap, MapLine};
pub use symbols::Use;

/// How to link.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Name of the bundle; else the package of the first chain object.
    pub name: Option<String>,
    /// Version of the bundle; else the version of the first script that has one, else `0.1.0`.
    pub version: Option<String>,
    /// Leave out the native tier.
    pub no_native: bool,
}

/// What linking gives.
#[derive(Clone, Debug)]
pub struct Linked {
    /// The bundle.
    pub bundle: Bundle,
    /// Where everything in it came from and who uses it.
    pub map: LinkMap,
    /// Loaders without a fused program, and why: their bundle runs in the VM.
    pub not_fused: Vec<(Symbol, fuse::FuseError)>,
}

/// Links objects to a bundle.
///
/// # Errors
/// Everything that is wrong with the inputs, in the order of the phases and the inputs.
pub fn link(
    inputs: &[Input],
    packages: &PackagePath,
    options: &Options,
) -> Result<Linked, Vec<LinkError>> {
    let mut errors = Vec::new();
    // Read the inputs: every one must be an object of chains, a program or a loader.
    let objects = input::read(inputs, &mut errors);
    // Collect what they define; two definitions of one symbol are an error.
    let mut definitions = symbols::define(objects, &mut errors);
    // Find what they use, pulling programs, loaders and chains from packages.
    resolve::resolve(&mut definitions, packages, &mut errors);
    let uses = symbols::uses(&definitions);
    // Calls must fit the signatures, configuration the maps and variables.
    calls::check(&definitions, &uses, &mut errors);
    configure::check(&definitions, &mut errors);
    if !errors.is_empty() {
        return Err(errors);
    }
    // Lay out the members; what nobody uses stays out.
    layout::lay_out(&definitions, &uses, options).map_err(|error| vec![error])
}
