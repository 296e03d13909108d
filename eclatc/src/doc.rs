//! The catalogue: a static site of packages, programs, loaders and chains.
//!
//! | step | module | gives |
//! |---|---|---|
//! | what there is | [`model`] | a [`Catalogue`] |
//! | control flow, calls | [`flow`], [`calls`] | graphs of nodes and edges |
//! | places | [`layout`] | boxes and curves, in layers |
//! | drawings | [`svg`] | SVG |
//! | texts | [`markdown`], [`highlight`] | HTML |
//! | pages | [`page`], [`search`] | HTML, and what the search looks through |
//! | everything | [`mod@site`] | files by their path |
//!
//! Nothing here reads or writes files: the driver brings the texts and takes the site. The
//! same input gives the same bytes.

pub mod calls;
pub mod flow;
pub mod graph;
pub mod highlight;
pub mod html;
pub mod layout;
pub mod links;
pub mod markdown;
pub mod model;
pub mod page;
pub mod search;
pub mod site;
pub mod svg;

pub use model::{Catalogue, Object, Package, Script, ScriptKind};
pub use site::site;
