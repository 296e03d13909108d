//! `eclatc new NAME`

mod program;

use super::cli::NewArgs;
use super::files::in_words;
use super::{Exit, Failure, Output};
use hike_format::{Symbol, SymbolKind};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

const SCRIPT: &str = include_str!("new/script.eclat");
const README: &str = include_str!("new/README.md");

/// Makes a folder with a script that compiles, or with a program, and a page that says what
/// to do with it.
///
/// # Errors
/// When there is something of that name, the name is none of a package, or the folder
/// cannot be made.
pub fn run(args: &NewArgs) -> Result<Output, Failure> {
    let folder = &args.folder;
    let name = match args.program {
        true => program_name(folder)?,
        false => package_name(folder)?,
    };
    // A path in a file of the new folder must hold wherever that is read from.
    let sdk = args.sdk.as_deref().map(fs::canonicalize).transpose();
    let sdk =
        sdk.map_err(|error| Failure::new(Exit::Input, format!("cannot find the SDK: {error}")))?;
    fs::create_dir(folder).map_err(|error| cannot_make(folder, &error))?;
    let filled = match args.program {
        true => program::fill(folder, name, args.lang, sdk.as_deref()),
        false => fill(folder, name),
    };
    let file = filled.map_err(|error| {
        // What is in it is ours: the folder is new.
        let _ = fs::remove_dir_all(folder);
        cannot_make(folder, &error)
    })?;
    Ok(Output::text(format!("{}\n", folder.join(file).display())))
}

/// The name of a program and its package, which is a function's too.
fn program_name(folder: &Path) -> Result<&str, Failure> {
    let name = folder.file_name().and_then(|name| name.to_str());
    let name = name.unwrap_or_default();
    if Symbol::new(SymbolKind::Program, name, name).is_ok() {
        return Ok(name);
    }
    let message = format!("`{}` cannot be the name of a program", folder.display());
    let failure = Failure::new(Exit::Usage, message);
    Err(failure.help("give one of letters, digits and `_` that does not start with a digit"))
}

fn package_name(folder: &Path) -> Result<&str, Failure> {
    let name = folder.file_name().and_then(|name| name.to_str());
    let name = name.unwrap_or_default();
    if Symbol::new(SymbolKind::Chain, name, "chain").is_ok() {
        return Ok(name);
    }
    let message = format!("`{}` cannot be the name of a package", folder.display());
    let failure = Failure::new(Exit::Usage, message);
    Err(failure.help("give one of letters, digits, `_` and `-`"))
}

/// Fills the folder of a script; gives the script.
fn fill(folder: &Path, name: &str) -> io::Result<String> {
    let script = format!("{name}.eclat");
    fs::write(folder.join(&script), SCRIPT)?;
    fs::write(folder.join("README.md"), README.replace("{name}", name))?;
    Ok(script)
}

fn cannot_make(folder: &Path, error: &io::Error) -> Failure {
    let shown = folder.display();
    if error.kind() == ErrorKind::AlreadyExists {
        let failure = Failure::new(Exit::Input, format!("{shown} is there already"));
        return failure.help("give another name; nothing is ever overwritten");
    }
    let exit = match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Exit::Input,
        _ => Exit::Host,
    };
    Failure::new(exit, format!("cannot make {shown}: {}", in_words(error)))
}
