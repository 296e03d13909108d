//! `hike.json`: what a bundle holds and what it asks of a host.

use serde::{Deserialize, Serialize};

use crate::Symbol;
use crate::digest::Digest;
use crate::script::{Attachment, ConfigSetting, MapAssignment};
use crate::signature::Param;

/// The bundle format this crate reads and writes.
pub const FORMAT: u32 = 1;

/// Content of `hike.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Format version, [`FORMAT`].
    pub format: u32,
    /// Name of the bundle: the package of its first script.
    pub name: String,
    /// Version of that package.
    pub version: String,
    /// The VM ABI its objects are made for, [`hike_abi::VM_ABI_VERSION`].
    pub vm_abi: u32,
    /// What the kernel must offer, by name.
    pub kernel_features: Vec<String>,
    /// Its chains, by symbol.
    pub chains: Vec<ChainEntry>,
    /// Its programs, by symbol.
    pub programs: Vec<ObjectEntry>,
    /// Its chain loaders, by symbol.
    pub loaders: Vec<ObjectEntry>,
    /// Map contents to write, in the order of the scripts.
    pub maps: Vec<MapAssignment>,
    /// Configuration variables to set, in the order of the scripts.
    pub config: Vec<ConfigSetting>,
    /// Attachments, in the order of the scripts.
    pub attach: Vec<Attachment>,
    /// Every member but `hike.json`, in the order of the archive.
    pub members: Vec<MemberEntry>,
}

/// One chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainEntry {
    /// Its symbol.
    pub symbol: Symbol,
    /// Member that holds its code.
    pub object: String,
    /// Its parameters.
    pub params: Vec<Param>,
    /// Length of its bytecode, in instructions (a 64-bit constant is one).
    pub instructions: u32,
}

/// One program or loader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectEntry {
    /// Its symbol.
    pub symbol: Symbol,
    /// Member that holds it.
    pub object: String,
}

/// One member of the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberEntry {
    /// Its path in the archive.
    pub path: String,
    /// What it is.
    pub kind: MemberKind,
    /// Its length in bytes.
    pub length: u64,
    /// Its SHA-256.
    pub sha256: Digest,
}

/// What a member is. The order is the order of the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MemberKind {
    /// A chain object.
    Chain,
    /// A program object.
    Program,
    /// A loader object.
    Loader,
    /// A loader fused with its chains and programs, for the native tier.
    Native,
    /// The source map.
    SourceMap,
    /// A script.
    Source,
    /// Documentation.
    Doc,
}

impl MemberKind {
    /// Its name, as in `hike.json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chain => "chain",
            Self::Program => "program",
            Self::Loader => "loader",
            Self::Native => "native",
            Self::SourceMap => "source-map",
            Self::Source => "source",
            Self::Doc => "doc",
        }
    }
}
