//! Files: read whole, written whole or not at all.

use super::{Exit, Failure};
use std::fs::Permissions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file's bytes.
///
/// # Errors
/// When it is not there or cannot be read.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| cannot("read", path, &error))
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> Failure {
    use io::ErrorKind::{IsADirectory, NotADirectory, NotFound};
    let exit = match error.kind() {
        NotFound | IsADirectory | NotADirectory => Exit::Input,
        _ => Exit::Host,
    };
    let reason = in_words(error);
    Failure::new(exit, format!("cannot {what} {}: {reason}", path.display()))
}

/// An error of the system in words, without Rust's `(os error 2)`.
pub fn in_words(error: &io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    let (first, rest) = text[..end].split_at_checked(1).unwrap_or(("", &text));
    first.to_lowercase() + rest
}

/// Writes a file: beside it first, then in its place, so that no reader sees a part of it.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = match is_special(path) {
        true => std::fs::write(path, bytes),
        false => replace(path, bytes, None),
    };
    written.map_err(|error| cannot("write", path, &error))
}

/// Writes a file that is there already: what a link points to, with its permissions.
///
/// # Errors
/// When the file is not there or its folder cannot be written.
pub fn rewrite(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let rewritten = || {
        let path = path.canonicalize()?;
        let permissions = std::fs::metadata(&path)?.permissions();
        replace(&path, bytes, Some(permissions))
    };
    rewritten().map_err(|error| cannot("write", path, &error))
}

/// A device or pipe has no place to be put in.
fn is_special(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir())
}

fn replace(path: &Path, bytes: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = new_file(folder)?;
    file.write_all(bytes)?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.persist(path)?;
    Ok(())
}

/// A file that the umask, and not the library's caution, decides who may read.
fn new_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".eclatc-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// The scripts in a folder, in the order of their names.
///
/// # Errors
/// When the folder cannot be read.
pub fn scripts(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = std::fs::read_dir(folder).map_err(|error| cannot("read", folder, &error))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let is_script = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "eclat");
    let mut scripts: Vec<PathBuf> = paths.filter(is_script).collect();
    scripts.sort();
    Ok(scripts)
}
