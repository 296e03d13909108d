//! The kernel's own interfaces: `bpf(2)`, netlink, bpffs, capabilities, CPUs.
//!
//! What is here knows no bundle and no chain; it turns system calls into values and errors
//! into [`std::io::Error`].

pub mod bpffs;
pub mod btf;
mod call;
pub mod capabilities;
pub mod clock;
pub mod cpus;
pub mod link;
pub mod map;
mod mapping;
pub mod netlink;
pub mod pin;
pub mod program;
pub mod ring;
