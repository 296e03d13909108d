//! `hike-ld inspect FILE [NAME]`: what a bundle or an object is, or something in it.

mod bundle;
mod chains;
mod member;
mod page;
mod program;
mod table;

use std::path::Path;

use hike_format::program::ProgramObject;
use hike_format::{Bundle, ChainObject, native};

use super::{Failure, Output, files};

/// What zstd files start with, RFC 8878 section 3.1.1.
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// A file of a kind that this tool knows.
pub enum Subject {
    /// A bundle.
    Bundle(Box<Bundle>),
    /// A program or loader object.
    Program(Box<ProgramObject>),
    /// A chain object.
    Chains(Box<ChainObject>),
    /// A fused program.
    Native(Vec<u8>),
}

/// Reads a file as what it is.
pub fn open(path: &Path) -> Result<Subject, Failure> {
    let bytes = files::read(path)?;
    let fail =
        |error: &dyn std::error::Error| Failure::input(format!("{}: {error}", path.display()));
    if bytes.starts_with(&ZSTD_MAGIC) {
        let bundle = Bundle::read(&bytes).map_err(|error| fail(&error))?;
        Ok(Subject::Bundle(Box::new(bundle)))
    } else if ProgramObject::is_one(&bytes) {
        let program = ProgramObject::parse(bytes).map_err(|error| fail(&error))?;
        Ok(Subject::Program(Box::new(program)))
    } else if native::is_one(&bytes) {
        Ok(Subject::Native(bytes))
    } else {
        let chains = ChainObject::parse(bytes).map_err(|error| fail(&error))?;
        Ok(Subject::Chains(Box::new(chains)))
    }
}

/// Describes a file, or what `name` is in it.
pub fn run(path: &Path, name: Option<&str>, json: bool) -> Result<Output, Failure> {
    let subject = open(path)?;
    if let Some(name) = name {
        return member::run(&subject, name, json);
    }
    Ok(match (subject, json) {
        (Subject::Bundle(subject), true) => Output::json(&bundle::json(&subject)),
        (Subject::Bundle(subject), false) => Output::ok(bundle::text(&subject)),
        (Subject::Program(subject), true) => Output::json(&program::json(&subject)),
        (Subject::Program(subject), false) => Output::ok(page::object(&subject)),
        (Subject::Chains(subject), true) => Output::json(&chains::json(&subject)),
        (Subject::Chains(subject), false) => Output::ok(chains::text(&subject)),
        (Subject::Native(_), _) => return Err(fused(path)),
    })
}

/// A fused program says of itself what its listing says.
fn fused(path: &Path) -> Failure {
    let path = path.display();
    Failure::input(format!(
        "{path}: expected a bundle, a program or chains, found a fused program: \
         `hike-ld disasm` lists it"
    ))
}
