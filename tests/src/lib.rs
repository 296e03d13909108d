//! What the end-to-end tests share: cases, engines, packets, models.

pub mod bytecode;
pub mod cpu;
pub mod frame;
pub mod fuser;
pub mod installed;
mod kernel;
pub mod kernel_vm;
pub mod lab;
pub mod manual;
pub mod meaning;
pub mod model;
pub mod native_vm;
pub mod net;
pub mod objects;
pub mod old_verifier;
pub mod packet;
pub mod pages;
pub mod random;
pub mod rig;
pub mod scripts;
pub mod site;
pub mod tools;

pub use kernel::require_kernel;
