//! Inputs: bytes with the path they came from, read as objects.

use hike_format::chain::ChainObject;
use hike_format::program::ProgramObject;
use hike_format::signature::ObjectKind;
use hike_format::{Symbol, SymbolKind};

use crate::complete::complete;
use crate::{LinkError, Problem};

/// An object to link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Where it came from, for messages; a program's package is seen in it.
    pub path: String,
    /// The ELF file.
    pub bytes: Vec<u8>,
}

/// An object with chains and where it came from.
#[derive(Clone, Debug)]
pub struct ChainFile {
    /// Where it came from.
    pub path: String,
    /// The object.
    pub object: ChainObject,
}

/// A program or loader and where it came from.
#[derive(Clone, Debug)]
pub struct ProgramFile {
    /// Where it came from.
    pub path: String,
    /// Its symbol.
    pub symbol: Symbol,
    /// The object.
    pub object: ProgramObject,
}

/// What the inputs are.
#[derive(Clone, Debug, Default)]
pub struct Objects {
    /// Chain objects in the order of the inputs.
    pub chains: Vec<ChainFile>,
    /// Programs and loaders in the order of the inputs.
    pub programs: Vec<ProgramFile>,
}

/// Reads every input; what is none of HIKe's objects is an error.
pub fn read(inputs: &[Input], errors: &mut Vec<LinkError>) -> Objects {
    let mut objects = Objects::default();
    for input in inputs {
        if let Err(problem) = read_one(input, &mut objects) {
            errors.push(LinkError::new(problem));
        }
    }
    if objects.chains.is_empty() && errors.is_empty() {
        errors.push(LinkError::new(Problem::NoChains));
    }
    objects
}

fn read_one(input: &Input, objects: &mut Objects) -> Result<(), Box<Problem>> {
    if ProgramObject::is_one(&input.bytes) {
        objects.programs.push(program_of_path(input)?);
    } else {
        objects.chains.push(chains(&input.path, &input.bytes)?);
    }
    Ok(())
}

/// Reads an object with chains.
pub(crate) fn chains(path: &str, bytes: &[u8]) -> Result<ChainFile, Box<Problem>> {
    let path = path.to_owned();
    match ChainObject::parse(bytes) {
        Ok(object) => Ok(ChainFile { path, object }),
        Err(error) => Err(Problem::ChainObject { path, error }.into()),
    }
}

/// Reads a program or loader of a package.
pub(crate) fn program(
    path: &str,
    package: &str,
    bytes: &[u8],
) -> Result<ProgramFile, Box<Problem>> {
    let path = path.to_owned();
    let object = match ProgramObject::parse(bytes) {
        Ok(object) => object,
        Err(error) => return Err(Problem::ProgramObject { path, error }.into()),
    };
    let object = match complete(object) {
        Ok(object) => object,
        Err(error) => return Err(Problem::Incomplete { path, error }.into()),
    };
    let kind = match object.signature.kind {
        ObjectKind::Program => SymbolKind::Program,
        ObjectKind::Loader => SymbolKind::Loader,
    };
    match Symbol::new(kind, package, &object.signature.name) {
        Ok(symbol) => Ok(ProgramFile {
            path,
            symbol,
            object,
        }),
        Err(_) => Err(Problem::NoPackage { path }.into()),
    }
}

/// The package of a program given as input is the folder above `objects/`.
fn program_of_path(input: &Input) -> Result<ProgramFile, Box<Problem>> {
    let mut parts = input.path.rsplit('/').skip(1);
    let package = match (parts.next(), parts.next()) {
        (Some("objects"), Some(package)) => package,
        _ => "",
    };
    program(&input.path, package, &input.bytes)
}
