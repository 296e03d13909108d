//! `eclatc new NAME`

use super::{Exit, Failure, Output};
use hike_format::{Symbol, SymbolKind};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

const SCRIPT: &str = include_str!("new/script.eclat");
const README: &str = include_str!("new/README.md");

/// Makes a folder with a script that compiles and a page that says what to do with it.
///
/// # Errors
/// When there is something of that name, the name is none of a package, or the folder
/// cannot be made.
pub fn run(folder: &Path) -> Result<Output, Failure> {
    let name = package_name(folder)?;
    fs::create_dir(folder).map_err(|error| cannot_make(folder, &error))?;
    if let Err(error) = fill(folder, name) {
        // What is in it is ours: the folder is new.
        let _ = fs::remove_dir_all(folder);
        return Err(cannot_make(folder, &error));
    }
    let script = folder.join(format!("{name}.eclat"));
    Ok(Output::text(format!("{}\n", script.display())))
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

fn fill(folder: &Path, name: &str) -> io::Result<()> {
    fs::write(folder.join(format!("{name}.eclat")), SCRIPT)?;
    fs::write(folder.join("README.md"), README.replace("{name}", name))
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
    Failure::new(exit, format!("cannot make {shown}: {error}"))
}
