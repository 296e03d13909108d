//! Why a map cannot be shown or changed.

use std::io;
use std::path::PathBuf;

use super::edit::EditError;
use super::field::FieldError;
use crate::error::plain;
use crate::kernel::KernelError;

/// Why a map cannot be shown or changed.
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
    #[error("open `{path}`: {}", plain(error))]
    Open {
        /// The pin.
        path: PathBuf,
        /// What the kernel says.
        error: io::Error,
    },
    /// The map cannot be read.
    #[error("read map `{map}`: {}", plain(error))]
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
    /// The kernel refuses to read an entry or to write it.
    #[error("map `{map}`: {error}")]
    Kernel {
        /// The map.
        map: String,
        /// What the kernel says.
        error: Box<KernelError>,
    },
    /// A map that is not to be written to.
    #[error("map `{0}` is read-only")]
    ReadOnly(String),
    /// The map has its most entries.
    #[error("map `{map}` is full, it has {entries} entries")]
    Full {
        /// The map.
        map: String,
        /// Its most entries.
        entries: u32,
    },
    /// A key that the map cannot have.
    #[error("`{key}` is no key of map `{map}`: {error}")]
    Key {
        /// The key.
        key: String,
        /// The map.
        map: String,
        /// What is wrong.
        error: Box<EditError>,
    },
    /// A value that the map cannot have.
    #[error("`{value}` is no value of map `{map}`: {error}")]
    Value {
        /// The value.
        value: String,
        /// The map.
        map: String,
        /// What is wrong.
        error: Box<EditError>,
    },
    /// A field that is no number of the map's values.
    #[error(transparent)]
    Field(FieldError),
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
        matches!(
            self,
            Self::Open { .. } | Self::Read { .. } | Self::Kernel { .. } | Self::Full { .. }
        )
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
            Self::Key { error, .. } | Self::Value { error, .. } => Some(error.help()),
            Self::Field(error) => Some(error.help()),
            Self::Full { .. } => Some("`hike-loader map clear` makes room".to_owned()),
            _ => None,
        }
    }
}
