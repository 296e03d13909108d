//! What can be wrong with a bundle.

use super::limits;
use crate::chain::ChainError;
use crate::digest::Digest;
use crate::manifest::{FORMAT, MemberKind};
use crate::program::ObjectError;
use crate::symbol::Symbol;

/// Why bytes are not a bundle, or content cannot become one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// Not compressed with zstd, or damaged.
    #[error("expected an archive compressed with zstd: {0}")]
    Compression(String),
    /// Damaged, with what the damage did.
    #[error("{error}; the archive is damaged: {damage}")]
    Damaged {
        /// What the decompressor says.
        damage: String,
        /// What is wrong with what came out.
        error: Box<BundleError>,
    },
    /// More bytes after the archive.
    #[error("expected the end of the archive, found {0} more bytes")]
    Trailing(usize),
    /// More bytes than a reader accepts.
    #[error("the archive has more than {} bytes unpacked", limits::ARCHIVE)]
    ArchiveSize,
    /// Not a tar archive.
    #[error("malformed tar archive: {0}")]
    Archive(String),
    /// Another first member.
    #[error("expected `hike.json` as first member, found {}", .0.as_deref().map_or("none".to_owned(), |path| format!("`{path}`")))]
    NoManifest(Option<String>),
    /// A manifest that is not the JSON expected.
    #[error("`hike.json`: {0}")]
    Manifest(String),
    /// A bundle of another format version.
    #[error("`hike.json`: format version {found}, this tool reads version {FORMAT}")]
    Format {
        /// Its version.
        found: u64,
    },
    /// A path that is not allowed.
    #[error("member `{path}`: {problem}")]
    Path {
        /// The path, as far as it is text.
        path: String,
        /// What is wrong.
        problem: PathProblem,
    },
    /// A link, folder or other special member.
    #[error("member `{path}` is a {kind}, expected regular files only")]
    Special {
        /// Its path.
        path: String,
        /// What it is.
        kind: &'static str,
    },
    /// A member that is there twice.
    #[error("member `{0}` is there twice")]
    Twice(String),
    /// Too many members.
    #[error("more than {} members", limits::MEMBERS)]
    MemberCount,
    /// A member with more bytes than a reader accepts.
    #[error("member `{path}` has {length} bytes, expected at most {limit}")]
    MemberSize {
        /// Its path.
        path: String,
        /// Its length.
        length: u64,
        /// The limit.
        limit: u64,
    },
    /// Members that are not what the manifest says, all of them.
    #[error("{}", first_few(.0))]
    Members(Vec<MemberError>),
    /// A manifest that names an object which is not there, or is of another kind.
    #[error("`hike.json`: `{symbol}` is in `{object}`, which is no member of kind {}", .kind.name())]
    Reference {
        /// The symbol.
        symbol: Symbol,
        /// Its object.
        object: String,
        /// The kind expected.
        kind: MemberKind,
    },
    /// A symbol of another kind than its list, or there twice, or not in the bundle.
    #[error("`hike.json`: `{symbol}` {problem}")]
    Symbol {
        /// The symbol.
        symbol: Symbol,
        /// What is wrong.
        problem: &'static str,
    },
    /// Asked for a symbol that the bundle does not have.
    #[error("the bundle has no `{0}`")]
    NoSymbol(Symbol),
    /// A member that is not the program or loader object it should be.
    #[error("member `{path}`: {error}")]
    Program {
        /// Its path.
        path: String,
        /// What is wrong.
        error: Box<ObjectError>,
    },
    /// A member that is not the chain object it should be.
    #[error("member `{path}`: {error}")]
    Chain {
        /// Its path.
        path: String,
        /// What is wrong.
        error: Box<ChainError>,
    },
    /// A source map that is not the JSON expected.
    #[error("`source-map.json`: {0}")]
    SourceMap(String),
}

/// How a member differs from what the manifest says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MemberError {
    /// Listed, but not there.
    #[error("member `{path}` is missing, expected SHA-256 {expected}")]
    Missing {
        /// Its path.
        path: String,
        /// The digest listed.
        expected: Digest,
    },
    /// There, but not listed.
    #[error("member `{0}` is not in `hike.json`")]
    Unlisted(String),
    /// Another length or content.
    #[error(
        "member `{path}`: expected {expected_length} bytes with SHA-256 {expected}, found {found_length} bytes with SHA-256 {found}"
    )]
    Differs {
        /// Its path.
        path: String,
        /// The length listed.
        expected_length: u64,
        /// The digest listed.
        expected: Digest,
        /// The length found.
        found_length: u64,
        /// The digest found.
        found: Digest,
    },
}

impl MemberError {
    /// The member's path.
    pub fn path(&self) -> &str {
        match self {
            Self::Missing { path, .. } | Self::Unlisted(path) | Self::Differs { path, .. } => path,
        }
    }
}

/// What is wrong with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathProblem {
    /// Nothing.
    #[error("the path is empty")]
    Empty,
    /// Too long.
    #[error(
        "the path has more than {} bytes, or does not fit a tar header",
        limits::PATH
    )]
    Long,
    /// Starts at the root.
    #[error("the path is absolute, expected a relative one")]
    Absolute,
    /// `.`, `..`, or nothing between two slashes.
    #[error("the path has an empty part, `.` or `..`")]
    Part,
    /// Not UTF-8, or control characters or backslashes.
    #[error("the path has control characters, backslashes or bytes that are not UTF-8")]
    Character,
}

/// Checks that a path names a file below the folder it is unpacked to.
pub(super) fn check_path(path: &str) -> Result<(), BundleError> {
    match path_problem(path) {
        None => Ok(()),
        Some(problem) => Err(BundleError::Path {
            path: path.to_owned(),
            problem,
        }),
    }
}

fn path_problem(path: &str) -> Option<PathProblem> {
    let parts_are_bad = || path.split('/').any(|part| matches!(part, "" | "." | ".."));
    if path.is_empty() {
        Some(PathProblem::Empty)
    } else if path.len() > limits::PATH {
        Some(PathProblem::Long)
    } else if path.chars().any(|c| c.is_control() || c == '\\') {
        Some(PathProblem::Character)
    } else if path.starts_with('/') {
        Some(PathProblem::Absolute)
    } else {
        parts_are_bad().then_some(PathProblem::Part)
    }
}

/// Members a message names; of a truncated bundle all that follow are missing too.
const NAMED: usize = 3;

fn first_few(errors: &[MemberError]) -> String {
    let named: Vec<String> = errors.iter().take(NAMED).map(ToString::to_string).collect();
    let more = match errors.len().saturating_sub(NAMED) {
        0 => String::new(),
        1 => "; 1 more member".to_owned(),
        more => format!("; {more} more members"),
    };
    named.join("; ") + &more
}
