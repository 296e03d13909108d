//! What a script asks for besides code: loader and map configuration, attachments, sources.

mod number;

pub use number::Number;

use serde::{Deserialize, Serialize};

use crate::Symbol;
use crate::digest::Digest;
use crate::json;
use crate::signature::Param;

/// Content of section `.hike.script` of a chain object, as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The script's package: second part of its chains' symbols.
    pub package: String,
    /// Its version, when it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Documentation of the whole script, Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// Its chains, in source order.
    #[serde(default)]
    pub chains: Vec<ScriptChain>,
    /// Map assignments, in source order.
    #[serde(default)]
    pub maps: Vec<MapAssignment>,
    /// Configuration settings, in source order.
    #[serde(default)]
    pub config: Vec<ConfigSetting>,
    /// Attachments, in source order.
    #[serde(default)]
    pub attach: Vec<Attachment>,
    /// Digests of the source files, in the order they were read.
    #[serde(default)]
    pub sources: Vec<SourceDigest>,
}

/// A chain as its script declares it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptChain {
    /// Its symbol.
    pub symbol: Symbol,
    /// Its parameters, at most five.
    #[serde(default)]
    pub params: Vec<Param>,
    /// Documentation, Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
}

/// Entries to write to a map of a loader or program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapAssignment {
    /// The loader or program that declares the map.
    pub owner: Symbol,
    /// The map's name.
    pub map: String,
    /// What to write, in order.
    pub entries: Vec<MapEntry>,
    /// Where the script says so; not kept in manifests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// One key and its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapEntry {
    /// The key.
    pub key: Value,
    /// The value.
    pub value: Value,
}

/// A key, a value, or a field of one, not yet turned into bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Value {
    /// A number.
    Number(Number),
    /// A text, which the map's type gives a meaning: an address, a prefix, an interface.
    Text(String),
    /// A chain, which becomes its runtime ID.
    Chain(Symbol),
    /// Fields of a struct or elements of an array, in order.
    List(Vec<Value>),
}

/// A configuration variable and what to set it to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigSetting {
    /// The program or loader that declares the variable.
    pub owner: Symbol,
    /// The variable's name.
    pub name: String,
    /// Its value.
    pub value: Number,
    /// Where the script says so; not kept in manifests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A loader and the device whose packets it gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// The loader.
    pub loader: Symbol,
    /// The device.
    pub device: Device,
    /// How to attach.
    pub mode: AttachMode,
    /// Where the script says so; not kept in manifests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A device, known or left open by the build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// An interface by name.
    Name(String),
    /// A variable that `-D VARIABLE=DEVICE` gives when the bundle is installed.
    Variable(String),
}

/// XDP attachment modes of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttachMode {
    /// The driver's when it has one, else generic.
    Xdp,
    /// In the driver.
    XdpDrv,
    /// In the network stack, any driver.
    XdpGeneric,
    /// On the card.
    XdpOffload,
}

impl AttachMode {
    /// Every mode.
    pub const ALL: [Self; 4] = [Self::Xdp, Self::XdpDrv, Self::XdpGeneric, Self::XdpOffload];

    /// Its name in scripts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Xdp => "xdp",
            Self::XdpDrv => "xdpdrv",
            Self::XdpGeneric => "xdpgeneric",
            Self::XdpOffload => "xdpoffload",
        }
    }

    /// The mode with this name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

/// A place in a script; lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The file, as given on the command line.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column, in characters; 0 when unknown.
    pub column: u32,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.column {
            0 => write!(f, "{}:{}", self.file, self.line),
            column => write!(f, "{}:{}:{column}", self.file, self.line),
        }
    }
}

/// A source file and the digest of its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceDigest {
    /// The file, as given on the command line.
    pub path: String,
    /// Its SHA-256.
    pub sha256: Digest,
}

/// A source file, element of section `.hike.source`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceFile {
    /// The file, as given on the command line.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Writes the content of section `.hike.source`: each file with its path and text, as JSON
/// that [`SourceFile`]s are read from. Nobody has to own the texts, which may be long.
pub fn write_sources<'a>(
    files: impl Iterator<Item = (&'a str, &'a str)>,
    sink: &mut dyn FnMut(&[u8]),
) {
    sink(b"[");
    for (index, (path, text)) in files.enumerate() {
        sink(if index == 0 { b"{" } else { b",{" });
        sink(b"\"path\":");
        json::write_string(path, sink);
        sink(b",\"text\":");
        json::write_string(text, sink);
        sink(b"}");
    }
    sink(b"]");
}

/// How many bytes [`write_sources`] hands out.
pub fn sources_len<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> usize {
    let lengths = files.map(|(path, text)| {
        let frame = "{\"path\":,\"text\":},".len();
        frame + json::string_len(path) + json::string_len(text)
    });
    // Brackets around all; the last comma is not there.
    1 + lengths.sum::<usize>().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_what_serde_writes() {
        let texts = [("a.eclat", "x = \"1\"\n"), ("b\\c", ""), ("ä", "\t\u{1}é")];
        for count in 0..=texts.len() {
            let files = texts[..count].iter().map(|(path, text)| SourceFile {
                path: (*path).to_owned(),
                text: (*text).to_owned(),
            });
            let expected = serde_json::to_vec(&files.collect::<Vec<_>>()).unwrap();
            let mut found = Vec::new();
            write_sources(texts[..count].iter().copied(), &mut |bytes| {
                found.extend_from_slice(bytes);
            });
            assert_eq!(found, expected);
            assert_eq!(sources_len(texts[..count].iter().copied()), expected.len());
        }
    }
}
