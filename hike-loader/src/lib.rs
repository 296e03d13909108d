//! Installs and runs HIKe bundles on a Linux host.
//!
//! | step | module |
//! |---|---|
//! | what is installed and what interfaces there are | [`registry`], [`kernel`] |
//! | bundle, options and host to a plan, without doing anything | [`plan`] |
//! | the plan's objects in the kernel, not yet reachable | [`load`], [`vm`], [`image`], [`native`] |
//! | pins, entries, attachment: everything or nothing | [`apply`] |
//! | off the host again | [`remove`] |
//! | a bundle on a capture, bytecode alone | [`run`], [`exec`], [`pcap`] |
//! | maps by their types, faults by their places | [`inspect`], [`faults`] |
//! | where the time of an installation goes | [`timings`] |
//!
//! The state of a host lies in the kernel alone. The library never prints and never exits;
//! it reaches the kernel through [`kernel::Kernel`] where it changes what is installed, and
//! through [`sys`] where it only reads or tests.
#![allow(
    clippy::result_large_err,
    reason = "an error ends the command: its size costs nothing"
)]

pub mod apply;
pub mod error;
pub mod events;
pub mod exec;
pub mod faults;
mod guard;
pub mod histogram;
pub mod host;
pub mod image;
pub mod inspect;
mod journal;
pub mod kernel;
pub mod load;
pub mod lock;
pub mod native;
pub mod pcap;
pub mod plan;
pub mod registry;
pub mod remove;
pub mod run;
pub mod sys;
pub mod timings;
pub mod verifier;
pub mod vm;

pub use error::{Error, Exit};
