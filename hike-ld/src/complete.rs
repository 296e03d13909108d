//! Programs and loaders that were compiled without the VM, such as those in C: they get
//! their function for it here.
//!
//! [`complete`] is a list of steps:
//!
//! | step | module |
//! |---|---|
//! | the code: the VM's state, the logic, the way on into the chain | `code` |
//! | the types of the VM's maps and of the new function, and its lines | `types` |
//! | the object with all of it | `copy` |
//!
//! The logic is not called but lies in the function itself, so that the program is nearly as
//! fast as one that was compiled with the VM. It is also left where it was: the native tier takes
//! it from there.

mod code;
mod copy;
mod error;
mod types;

use hike_format::ProgramObject;
use hike_format::elf::Elf;
use hike_format::program::{VM_PREFIX, XDP_SECTION};

pub use error::CompleteError;

/// What goes on after the logic, built from `hike-ebpf/executor/src/bin/program.rs`.
const VM_HALF: &[u8] = include_bytes!("../../hike-ebpf/objects/program.o");

/// Gives an object its function for the VM, unless it has one.
///
/// # Errors
/// When the logic cannot be moved into that function.
pub fn complete(object: ProgramObject) -> Result<ProgramObject, CompleteError> {
    if object.complete {
        return Ok(object);
    }
    let (logic, vm) = (Elf::parse(&object.bytes)?, Elf::parse(VM_HALF)?);
    // Who has a function for the VM's section has more than the logic.
    if logic.section(XDP_SECTION).is_some() {
        return Err(CompleteError::OtherEntry);
    }
    let code = code::function(&object.signature, &logic, &vm)?;
    let types = types::merge(&object.signature, &logic, &vm, &code)?;
    let entry = format!("{VM_PREFIX}{}", object.signature.name);
    let bytes = copy::write(&object.bytes, &entry, &code, &types)?;
    Ok(ProgramObject::parse(bytes)?)
}
