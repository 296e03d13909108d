//! The string section: zero-ended texts, found by their offset.

use std::collections::HashMap;

use super::Problem;

/// The strings of a section that is read.
#[derive(Clone, Copy)]
pub(super) struct Strings<'a>(pub &'a [u8]);

impl<'a> Strings<'a> {
    /// The string at an offset.
    pub fn get(self, at: u32) -> Result<&'a str, Problem> {
        let tail = self.0.get(at as usize..);
        let tail = tail.ok_or(Problem::StringOffset { at })?;
        let end = tail.iter().position(|byte| *byte == 0);
        let end = end.ok_or(Problem::StringOffset { at })?;
        std::str::from_utf8(&tail[..end]).map_err(|_| Problem::StringText { at })
    }
}

/// The strings of a section that is written, each once.
pub(super) struct StringTable {
    bytes: Vec<u8>,
    offsets: HashMap<String, u32>,
}

impl StringTable {
    /// Only the empty string, at offset 0.
    pub fn new() -> Self {
        Self {
            bytes: vec![0],
            offsets: HashMap::from([(String::new(), 0)]),
        }
    }

    /// The offset of a text, which is added when new; a zero byte ends it.
    pub fn intern(&mut self, text: &str) -> u32 {
        let text = text.split('\0').next().unwrap_or_default();
        if let Some(offset) = self.offsets.get(text) {
            return *offset;
        }
        let offset = self.bytes.len() as u32;
        self.bytes.extend_from_slice(text.as_bytes());
        self.bytes.push(0);
        self.offsets.insert(text.to_owned(), offset);
        offset
    }

    /// The section.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}
