//! The record of one installed bundle.

use std::fmt;

use hike_format::script::{AttachMode, Number, Place};
use hike_format::signature::TypeInfo;
use hike_format::{Digest, Symbol};
use serde::{Deserialize, Serialize};

/// Version of the record; another one is another tool's.
pub const RECORD_FORMAT: u32 = 1;

/// Runtime ID of a program: its slot in the VM's program array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProgramId(pub u32);

/// Runtime ID of a chain: its slot in the VM's array of chains. 0 is never given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChainId(pub u32);

impl fmt::Display for ProgramId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ChainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How a bundle runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunningTier {
    /// Its chains are interpreted by the VM.
    #[default]
    Vm,
    /// Its chains are fused with their programs.
    Native,
}

impl RunningTier {
    /// Its name, as in `--tier`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vm => "vm",
            Self::Native => "native",
        }
    }
}

/// What is known of an installed bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// [`RECORD_FORMAT`].
    pub format: u32,
    /// Name of the bundle.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its digest.
    pub digest: Digest,
    /// The VM ABI it was made for.
    pub vm_abi: u32,
    /// How it runs.
    #[serde(default)]
    pub tier: RunningTier,
    /// Its programs, by symbol.
    pub programs: Vec<ProgramRecord>,
    /// Its chain loaders, by symbol.
    pub loaders: Vec<Symbol>,
    /// Its chains, by symbol.
    pub chains: Vec<ChainRecord>,
    /// Its maps, by package and name.
    pub maps: Vec<MapRecord>,
    /// Configuration variables that were set.
    pub config: Vec<ConfigRecord>,
    /// Its attachments.
    pub attachments: Vec<AttachmentRecord>,
}

/// A program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramRecord {
    /// Its symbol.
    pub symbol: Symbol,
    /// Its runtime ID.
    pub id: ProgramId,
}

/// A chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainRecord {
    /// Its symbol.
    pub symbol: Symbol,
    /// Its runtime ID.
    pub id: ChainId,
    /// Slots of quick code it has.
    pub slots: u32,
    /// Where its slots come from, by ascending slot.
    pub places: Vec<PlaceRecord>,
}

/// From this slot of quick code on, a chain comes from one place of its script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceRecord {
    /// The slot.
    pub slot: u32,
    /// The place.
    #[serde(flatten)]
    pub place: Place,
    /// The line, when the bundle has its scripts.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// A map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapRecord {
    /// The package of the objects that declare it.
    pub package: String,
    /// Its name.
    pub name: String,
    /// The programs and loaders that declare it.
    pub users: Vec<Symbol>,
    /// The type of the events in it, when it is a ring buffer of events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<TypeInfo>,
}

/// A configuration variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigRecord {
    /// The program or loader that declares it.
    pub owner: Symbol,
    /// Its name.
    pub name: String,
    /// The value it was set to.
    pub value: Number,
}

/// An attachment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentRecord {
    /// The chain loader.
    pub loader: Symbol,
    /// Name of the interface.
    pub device: String,
    /// Index of the interface.
    pub index: u32,
    /// How it is attached.
    pub mode: AttachMode,
}

impl Record {
    /// The JSON that the kernel keeps.
    pub fn to_bytes(&self) -> Vec<u8> {
        // A record has no maps with other keys than strings, the only thing that fails.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads the JSON.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }
        let Version { format } = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
        if format != RECORD_FORMAT {
            return Err(format!(
                "it has format {format}, this tool reads format {RECORD_FORMAT}"
            ));
        }
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }
}

impl ChainRecord {
    /// Where a slot of quick code comes from.
    pub fn place(&self, slot: u32) -> Option<&PlaceRecord> {
        let after = self.places.partition_point(|place| place.slot <= slot);
        self.places.get(after.checked_sub(1)?)
    }
}
