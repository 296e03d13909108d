//! Write HIKe programs and chain loaders in Rust.
//!
//! ```ignore
//! #![no_std]
//! #![no_main]
//! use hike_sdk::prelude::*;
//!
//! /// Ends the chain: the packet goes on to the kernel's network stack.
//! #[hike_program]
//! fn hike_pass(_ctx: &mut HikeContext) -> Action {
//!     Action::Pass
//! }
//! ```
//!
//! One object holds one program. Its signature, documentation, configuration and maps are
//! read from the object (`docs/formats.md`, section 3): nothing is written twice.
#![no_std]
#![feature(asm_experimental_arch)]
#![warn(missing_docs)]

pub mod bytes;
pub mod config;
mod context;
pub mod errno;
pub mod event;
pub mod extension;
pub mod headers;
mod machine;
pub mod options;
pub mod resize;
mod result;
pub mod shared;
pub mod types;
pub mod vm;

pub use aya_ebpf::bindings::xdp_md;
pub use aya_ebpf::{bindings, btf_maps as maps, helpers};
pub use context::{HikeContext, Plain, opaque};
pub use hike_abi::{Action, CONTINUE, Cursor, HikeCall, VmState, limits};
pub use hike_sdk_macros::{btf_map, config_variable, events, hike_loader, hike_program};
pub use result::{Argument, HikeFinal, ProgramResult, Verdict, argument, finish};
pub use vm::Start;

/// What a program needs most.
pub mod prelude {
    pub use crate::config::{ConfigValue, config};
    pub use crate::errno::Errno;
    pub use crate::maps;
    pub use crate::types::*;
    pub use crate::{
        Action, HikeContext, Start, Verdict, btf_map, events, hike_loader, hike_program,
    };
}
