//! Folders of generated files: replaced whole or not at all.

use super::files::in_words;
use super::{Exit, Failure};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// Puts files into a folder, and nothing else: they are written beside it first. A folder
/// that is there is replaced when it is empty or has the file `mark`, by which it is known
/// to be ours.
///
/// # Errors
/// When there is something else, or the folder cannot be written.
pub fn replace(folder: &Path, files: &BTreeMap<String, String>, mark: &str) -> Result<(), Failure> {
    if !is_free(folder, mark) {
        let message = format!(
            "expected {} to be empty, absent or an earlier catalogue, found something else",
            folder.display()
        );
        let help = "give another folder with `-o`";
        return Err(Failure::new(Exit::Input, message).help(help));
    }
    put(folder, files).map_err(|error| {
        let reason = in_words(&error);
        let message = format!("cannot write {}: {reason}", folder.display());
        Failure::new(Exit::Host, message)
    })
}

fn is_free(folder: &Path, mark: &str) -> bool {
    match std::fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none() || folder.join(mark).is_file(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

fn put(folder: &Path, files: &BTreeMap<String, String>) -> io::Result<()> {
    let above = match folder.parent() {
        Some(above) if !above.as_os_str().is_empty() => above,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(above)?;
    // Removed with everything in it when this function ends, whatever happens.
    let beside = tempfile::Builder::new()
        .prefix(".eclatc-")
        .tempdir_in(above)?;
    let (new, old) = (beside.path().join("new"), beside.path().join("old"));
    std::fs::create_dir(&new)?;
    for (path, text) in files {
        let path = new.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, text)?;
    }
    let there = folder.exists();
    if there {
        std::fs::rename(folder, &old)?;
    }
    std::fs::rename(&new, folder).inspect_err(|_| {
        // What was there comes back; when even that fails, the first error tells why.
        if there {
            let _ = std::fs::rename(&old, folder);
        }
    })
}
