//! The example scripts of the repository.

use std::path::{Path, PathBuf};

use crate::tools::repository;

/// Those of the packages, by their path from the top of the repository.
///
/// # Panics
/// When the repository is not whole.
pub fn of_packages() -> Vec<String> {
    let packages = entries(&repository().join("packages"));
    let folders = packages.iter().map(|package| package.join("examples"));
    shown(folders.flat_map(|folder| entries(&folder)))
}

/// Those and the ones of the project as a whole.
///
/// # Panics
/// When the repository is not whole.
pub fn all() -> Vec<String> {
    let own = shown(entries(&repository().join("fixtures/scripts")).into_iter());
    [own, of_packages()].concat()
}

fn shown(files: impl Iterator<Item = PathBuf>) -> Vec<String> {
    let paths = files.map(|file| {
        let path = file.strip_prefix(repository()).expect("a path below");
        path.to_str().expect("a name").to_owned()
    });
    let mut paths: Vec<String> = paths.collect();
    paths.sort();
    paths
}

/// What is in a folder; nothing where there is none.
///
/// # Panics
/// When it cannot be read.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries
        .map(|entry| entry.expect("an entry").path())
        .collect()
}
