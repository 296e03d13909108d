//! Why a name of a package was not found.

use std::path::PathBuf;

use super::Item;

/// Why a lookup failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LookupError {
    /// No such package.
    #[error("package `{package}` is not found")]
    Package {
        /// Its name.
        package: String,
        /// The files looked for, in order.
        searched: Vec<PathBuf>,
        /// The package that was probably meant.
        nearest: Option<String>,
    },
    /// The package has no such program, loader or chain.
    #[error("package `{package}` has no {item} `{name}`")]
    Name {
        /// The package.
        package: String,
        /// What was looked for.
        item: Item,
        /// Its name.
        name: String,
        /// The files looked for, in order.
        searched: Vec<PathBuf>,
        /// The name that was probably meant.
        nearest: Option<String>,
    },
    /// Two packages that are given out under one name define it.
    #[error("`{name}` of package `{package}` is ambiguous, it is in {}", list(.places))]
    Ambiguous {
        /// The package asked for.
        package: String,
        /// The name.
        name: String,
        /// The files found.
        places: Vec<PathBuf>,
    },
    /// Packages that give out each other.
    #[error("packages give out each other's names in a circle: {}", .0.join(" -> "))]
    Cycle(Vec<String>),
    /// A `hike.toml` that cannot be read.
    #[error("{}: {message}", .path.display())]
    Manifest {
        /// Its path.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// A file that is there but cannot be read.
    #[error("{}: {message}", .path.display())]
    Read {
        /// Its path.
        path: PathBuf,
        /// What the system says.
        message: String,
    },
}

impl LookupError {
    /// The files looked for, in order.
    pub fn searched(&self) -> &[PathBuf] {
        match self {
            Self::Package { searched, .. } | Self::Name { searched, .. } => searched,
            _ => &[],
        }
    }

    /// The name that was probably meant.
    pub fn nearest(&self) -> Option<&str> {
        match self {
            Self::Package { nearest, .. } | Self::Name { nearest, .. } => nearest.as_deref(),
            _ => None,
        }
    }

    /// What may help: the name probably meant, and the places searched.
    pub fn help(&self) -> Option<String> {
        let (Self::Package { searched, .. } | Self::Name { searched, .. }) = self else {
            return None;
        };
        let meant = self.nearest().map(|name| format!("did you mean `{name}`?"));
        let looked = match self {
            _ if !searched.is_empty() => Some(format!("looked for {}", list(searched))),
            Self::Package { .. } => {
                Some("no package folder is known, give one with `-L DIR`".into())
            }
            _ => None,
        };
        let parts: Vec<String> = meant.into_iter().chain(looked).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}

fn list(paths: &[PathBuf]) -> String {
    let paths: Vec<_> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    paths.join(", ")
}
