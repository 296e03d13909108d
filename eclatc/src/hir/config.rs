//! What a script asks the installer to do.

use super::Symbol;
use crate::source::Span;

/// What the installer has to do: maps first, attachments last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// Map assignments in source order.
    pub maps: Vec<MapAssignment>,
    /// Configuration variables in source order.
    pub settings: Vec<Setting>,
    /// Attachments in source order.
    pub attachments: Vec<Attachment>,
}

/// `OWNER[MAP] = { ... }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapAssignment {
    /// The loader or program that declares the map.
    pub owner: Symbol,
    /// The map's name.
    pub map: String,
    /// Its entries in source order.
    pub entries: Vec<MapEntry>,
    /// The map's name in the source.
    pub span: Span,
}

/// One key and its value; each has one part, or one for each field of a struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapEntry {
    /// Parts of the key.
    pub key: Vec<Datum>,
    /// Parts of the value.
    pub value: Vec<Datum>,
    /// Place of the entry.
    pub span: Span,
}

/// A part of a map's key or value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Datum {
    /// A number; a negative one is the two's complement of the part's width.
    Number(u128),
    /// An address or another text, translated by the map's type at install time; `-D` may
    /// replace it there.
    Text(String),
    /// A chain, which becomes its runtime ID.
    Chain(Symbol),
}

/// `program.config(NAME=VALUE)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The program.
    pub owner: Symbol,
    /// The variable.
    pub name: String,
    /// Its value as the variable's type encodes it, extended to 64 bits.
    pub value: u64,
    /// Place of `NAME=VALUE`.
    pub span: Span,
}

/// `loader.attach(DEVICE, MODE)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The loader.
    pub loader: Symbol,
    /// The device.
    pub device: Device,
    /// How.
    pub mode: XdpMode,
    /// Place of the call.
    pub span: Span,
}

/// The interface a loader is attached to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Device {
    /// Known at build time.
    Name(String),
    /// Given by `-D` when the bundle is installed.
    Variable(String),
}

/// How a loader is attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum XdpMode {
    /// As the driver can, natively if possible.
    Xdp,
    /// Natively in the driver or not at all.
    Driver,
    /// In the generic receive path.
    Generic,
    /// On the device.
    Offload,
}

impl XdpMode {
    /// All modes, in the order they are listed in messages.
    pub const ALL: [Self; 4] = [Self::Xdp, Self::Driver, Self::Generic, Self::Offload];

    /// Its name in scripts: `xdp`, `xdpdrv`, `xdpgeneric`, `xdpoffload`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Xdp => "xdp",
            Self::Driver => "xdpdrv",
            Self::Generic => "xdpgeneric",
            Self::Offload => "xdpoffload",
        }
    }

    /// The mode with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}
