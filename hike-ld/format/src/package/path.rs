//! The search path: folders that hold packages.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{DiskFiles, Files, LookupError, PackageManifest};
use crate::suggest::nearest;
use crate::symbol::is_package_name;

/// The environment variable with more folders, colon separated.
pub const PATH_VARIABLE: &str = "HIKE_PACKAGE_PATH";
const MANIFEST: &str = "hike.toml";
/// Folders above the executable's that may hold `packages/`, the executable's included.
const ABOVE: usize = 5;

/// Where packages are looked for, in order.
pub struct PackagePath {
    dirs: Vec<PathBuf>,
    files: Box<dyn Files>,
    /// The manifests that have been read, by their packages.
    read: RefCell<BTreeMap<String, (PackageManifest, PathBuf)>>,
}

impl PackagePath {
    /// These folders of the host.
    pub fn new(dirs: Vec<PathBuf>) -> Self {
        Self::with_files(dirs, DiskFiles)
    }

    /// These folders of other files.
    pub fn with_files(dirs: Vec<PathBuf>, files: impl Files + 'static) -> Self {
        Self {
            dirs,
            files: Box::new(files),
            read: RefCell::default(),
        }
    }

    /// The given folders, then those of `HIKE_PACKAGE_PATH`, then `packages/` beside or
    /// above the running executable.
    pub fn from_env(first: &[PathBuf]) -> Self {
        let variable = std::env::var_os(PATH_VARIABLE).unwrap_or_default();
        let from_variable = std::env::split_paths(&variable);
        let mut dirs = first.to_vec();
        dirs.extend(from_variable.filter(|dir| !dir.as_os_str().is_empty()));
        dirs.extend(beside_executable());
        Self::new(dirs)
    }

    /// The folders in order.
    pub fn dirs(&self) -> &[PathBuf] {
        &self.dirs
    }

    /// The names of all packages, in order.
    pub fn packages(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for dir in &self.dirs {
            let found = self.files.list(dir).into_iter();
            names.extend(found.filter(|name| {
                is_package_name(name)
                    && self
                        .files
                        .list(&dir.join(name))
                        .iter()
                        .any(|file| file == MANIFEST)
            }));
        }
        names.sort();
        names.dedup();
        names
    }

    /// The manifest of a package and its folder, the first in the order of the path. It is
    /// read when it is asked for first.
    ///
    /// # Errors
    /// When there is no such package, or its manifest cannot be read.
    pub fn package(&self, name: &str) -> Result<(PackageManifest, PathBuf), LookupError> {
        if let Some(known) = self.read.borrow().get(name) {
            return Ok(known.clone());
        }
        let mut searched = Vec::new();
        // A name with other characters could lead out of the folders.
        let dirs = self.dirs.iter().filter(|_| is_package_name(name));
        for dir in dirs {
            let folder = dir.join(name);
            let file = folder.join(MANIFEST);
            let Some(bytes) = self.read(&file)? else {
                searched.push(file);
                continue;
            };
            let found = (manifest(name, &file, &bytes)?, folder);
            self.read
                .borrow_mut()
                .insert(name.to_owned(), found.clone());
            return Ok(found);
        }
        let known = self.packages();
        Err(LookupError::Package {
            package: name.to_owned(),
            searched,
            nearest: nearest(name, known.iter().map(String::as_str)).map(str::to_owned),
        })
    }

    /// A file's bytes, none when it is not there.
    pub(super) fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, LookupError> {
        match self.files.read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(LookupError::Read {
                path: path.to_owned(),
                message: error.to_string(),
            }),
        }
    }

    /// Names of what is in a folder.
    pub(super) fn list(&self, folder: &Path) -> Vec<String> {
        self.files.list(folder)
    }
}

fn is_absent(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

fn manifest(name: &str, path: &Path, bytes: &[u8]) -> Result<PackageManifest, LookupError> {
    let fail = |message| LookupError::Manifest {
        path: path.to_owned(),
        message,
    };
    let manifest = PackageManifest::parse(bytes).map_err(fail)?;
    if manifest.name != name {
        let found = manifest.name;
        return Err(fail(format!(
            "expected the folder's name `{name}` as name, found `{found}`"
        )));
    }
    Ok(manifest)
}

fn beside_executable() -> Vec<PathBuf> {
    let Ok(executable) = std::env::current_exe() else {
        return Vec::new();
    };
    let above = executable.ancestors().skip(1).take(ABOVE);
    above
        .map(|folder| folder.join("packages"))
        .filter(|folder| folder.is_dir())
        .collect()
}
