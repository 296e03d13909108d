//! `hike-ld program IN.o -o OUT.o`: completes an object that has a program's logic alone.

use hike_format::ProgramObject;
use hike_ld::complete::complete;

use super::cli::ProgramArgs;
use super::{Failure, Output, files};

/// Completes the object and writes it.
pub fn run(args: &ProgramArgs) -> Result<Output, Failure> {
    let path = args.input.display();
    let object = ProgramObject::parse(files::read(&args.input)?);
    let object = object.map_err(|error| Failure::input(format!("{path}: {error}")))?;
    let object = complete(object);
    let object = object.map_err(|error| Failure::input(format!("{path}: {error}")))?;
    files::write(&args.output, &object.bytes)?;
    Ok(Output::ok(""))
}
