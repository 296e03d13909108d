//! Looking a name up in a package and the packages it gives out.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use super::{LookupError, PackagePath};
use crate::suggest::nearest;
use crate::symbol::is_name;

/// What a name of a package can stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// A program or loader, `objects/NAME.o`.
    Object,
    /// A script with chains, `chains/NAME.eclat`.
    ChainScript,
    /// A compiled script, `chains/NAME.o`.
    ChainObject,
}

impl Item {
    const fn folder(self) -> &'static str {
        match self {
            Self::Object => "objects",
            Self::ChainScript | Self::ChainObject => "chains",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Object | Self::ChainObject => ".o",
            Self::ChainScript => ".eclat",
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Object => "program or chain loader",
            Self::ChainScript => "chain",
            Self::ChainObject => "compiled chain",
        })
    }
}

/// A file that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The package that defines the name: its symbol has this package.
    pub package: String,
    /// The name.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl PackagePath {
    /// Looks a name up in a package, and in what the package gives out.
    ///
    /// # Errors
    /// When the package or the name is not found, several packages define it, or
    /// packages give out each other.
    pub fn find(&self, item: Item, package: &str, name: &str) -> Result<Found, LookupError> {
        let mut search = Search {
            path: self,
            item,
            name,
            found: Vec::new(),
            searched: Vec::new(),
        };
        self.walk(package, &mut |folder, package| {
            search.visit(folder, package)
        })?;
        search.result(package)
    }

    /// The names a package has, its own and those it gives out, in order.
    ///
    /// # Errors
    /// When a package is not found, or packages give out each other.
    pub fn names(&self, item: Item, package: &str) -> Result<Vec<String>, LookupError> {
        let mut names = BTreeSet::new();
        self.walk(package, &mut |folder, _| {
            let files = self.list(&folder.join(item.folder())).into_iter();
            names.extend(
                files.filter_map(|file| Some(file.strip_suffix(item.ending())?.to_owned())),
            );
            Ok(Goes::On)
        })?;
        Ok(names.into_iter().collect())
    }

    /// Visits a package and what it gives out, each package once.
    fn walk(&self, package: &str, visit: Visit<'_>) -> Result<(), LookupError> {
        let mut walk = Walk {
            path: self,
            done: BTreeSet::new(),
            open: Vec::new(),
        };
        walk.package(package, visit)
    }
}

/// Whether the packages that a package gives out are visited too.
enum Goes {
    On,
    Back,
}

/// Called with a package's folder and name.
type Visit<'v> = &'v mut dyn FnMut(PathBuf, &str) -> Result<Goes, LookupError>;

struct Walk<'a> {
    path: &'a PackagePath,
    done: BTreeSet<String>,
    open: Vec<String>,
}

impl Walk<'_> {
    fn package(&mut self, name: &str, visit: Visit<'_>) -> Result<(), LookupError> {
        if let Some(start) = self.open.iter().position(|open| open == name) {
            let mut circle = self.open.split_off(start);
            circle.push(name.to_owned());
            return Err(LookupError::Cycle(circle));
        }
        if !self.done.insert(name.to_owned()) {
            return Ok(());
        }
        let (manifest, folder) = self.path.package(name)?;
        if let Goes::On = visit(folder, name)? {
            self.open.push(name.to_owned());
            for other in &manifest.reexports {
                self.package(other, visit)?;
            }
            self.open.pop();
        }
        Ok(())
    }
}

struct Search<'a> {
    path: &'a PackagePath,
    item: Item,
    name: &'a str,
    found: Vec<Found>,
    searched: Vec<PathBuf>,
}

impl Search<'_> {
    fn visit(&mut self, folder: PathBuf, package: &str) -> Result<Goes, LookupError> {
        // A name with other characters could lead out of the folder.
        if !is_name(self.name) {
            return Ok(Goes::Back);
        }
        let file = format!("{}{}", self.name, self.item.ending());
        let path = folder.join(self.item.folder()).join(file);
        let Some(bytes) = self.path.read(&path)? else {
            self.searched.push(path);
            return Ok(Goes::On);
        };
        self.found.push(Found {
            package: package.to_owned(),
            name: self.name.to_owned(),
            path,
            bytes,
        });
        Ok(Goes::Back)
    }

    fn result(mut self, package: &str) -> Result<Found, LookupError> {
        if self.found.len() > 1 {
            return Err(LookupError::Ambiguous {
                package: package.to_owned(),
                name: self.name.to_owned(),
                places: self.found.into_iter().map(|found| found.path).collect(),
            });
        }
        if let Some(found) = self.found.pop() {
            return Ok(found);
        }
        let known = self.path.names(self.item, package)?;
        let nearest = nearest(self.name, known.iter().map(String::as_str));
        Err(LookupError::Name {
            package: package.to_owned(),
            item: self.item,
            name: self.name.to_owned(),
            nearest: nearest.map(str::to_owned),
            searched: self.searched,
        })
    }
}
