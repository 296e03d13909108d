//! Why a map cannot be shown.

use std::io;
use std::path::PathBuf;

use hike_format::encode::EncodeError;

/// Why a map cannot be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// The bundle has no such map.
    #[error("bundle `{bundle}` has no map `{map}`")]
    NoMap {
        /// The bundle.
        bundle: String,
        /// The map.
        map: String,
        /// The maps it has.
        known: Vec<String>,
    },
    /// Maps of several packages have this name.
    #[error("map `{map}` is one of packages {}", .packages.join(" and "))]
    Ambiguous {
        /// The map.
        map: String,
        /// The packages.
        packages: Vec<String>,
    },
    /// The map's pin cannot be opened.
    #[error("open `{path}`: {error}")]
    Open {
        /// The pin.
        path: PathBuf,
        /// What the kernel says.
        error: io::Error,
    },
    /// The map cannot be read.
    #[error("read map `{map}`: {error}")]
    Read {
        /// The map.
        map: String,
        /// What the kernel says.
        error: io::Error,
    },
    /// A map without keys that user space can look up.
    #[error("map `{map}` is of type {kind}, which has no entries to show")]
    Unreadable {
        /// The map.
        map: String,
        /// Its type.
        kind: &'static str,
    },
    /// A key that the map cannot have.
    #[error("`{key}` is no key of map `{map}`: {error}")]
    Key {
        /// The key.
        key: String,
        /// The map.
        map: String,
        /// What is wrong.
        error: EncodeError,
    },
    /// A key that is not there.
    #[error("map `{map}` has no entry for `{key}`")]
    NoEntry {
        /// The key.
        key: String,
        /// The map.
        map: String,
    },
}

impl InspectError {
    /// Whether the host stands in the way.
    pub fn is_host(&self) -> bool {
        matches!(self, Self::Open { .. } | Self::Read { .. })
    }

    /// What to do about it, when there is something.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NoMap { known, .. } if known.is_empty() => Some("it has no maps".to_owned()),
            Self::NoMap { map, known, .. } => {
                let near = hike_format::nearest(map, known.iter().map(String::as_str));
                Some(match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it has: {}", known.join(", ")),
                })
            }
            Self::Ambiguous { .. } => Some("give the package too, `PACKAGE:MAP`".to_owned()),
            _ => None,
        }
    }
}
