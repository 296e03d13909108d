//! The HIKe VM: the interpreter of chains, one source for the host and for eBPF.
//!
//! - [`quick`]: quick code, the form of a chain that is interpreted
//! - [`step()`]: one instruction, over a [`Machine`]
//! - `quicken` (feature `host`): bytecode with resolved calls to quick code
//! - `host` (feature `host`): a machine without a kernel
//!
//! The interpreter knows no BPF helper and no map: those are the machine's. It is written
//! so that the kernel verifier accepts it: no panics, no slices, no unbounded index.
#![cfg_attr(not(feature = "host"), no_std)]
#![warn(missing_docs)]

mod alu;
mod direct;
mod frame;
mod frequent;
#[cfg(feature = "host")]
pub mod host;
mod jump;
mod machine;
pub mod memory;
pub mod quick;
#[cfg(feature = "host")]
mod quicken;
mod short;
mod step;

pub use alu::{signed_div, signed_mod};
pub use machine::{Machine, Width};
#[cfg(feature = "host")]
pub use quicken::{Quick, QuickenError, QuickenProblem, Target, quicken};
pub use short::{SHORT_STEPS, run_short};
pub use step::{Flow, begin, step};
