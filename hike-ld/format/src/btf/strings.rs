//! The string section: zero-ended texts, found by their offset.

use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;

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
    /// Offsets of texts by their hash; of several with one hash, those that came later are
    /// under the numbers behind it.
    offsets: HashMap<u64, u32, FixedState>,
}

impl StringTable {
    /// Only the empty string, at offset 0.
    pub fn new() -> Self {
        Self {
            bytes: vec![0],
            offsets: HashMap::default(),
        }
    }

    /// The offset of a text, which is added when new; a zero byte ends it.
    pub fn intern(&mut self, text: &str) -> u32 {
        let text = text.as_bytes();
        let text = match text.contains(&0) {
            true => text.split(|byte| *byte == 0).next().unwrap_or_default(),
            false => text,
        };
        if text.is_empty() {
            return 0;
        }
        let mut hash = FixedState::default().hash_one(text);
        loop {
            match self.offsets.get(&hash) {
                Some(offset) if self.holds(*offset, text) => return *offset,
                Some(_) => hash = hash.wrapping_add(1),
                None => break,
            }
        }
        let offset = self.bytes.len() as u32;
        self.bytes.extend_from_slice(text);
        self.bytes.push(0);
        self.offsets.insert(hash, offset);
        offset
    }

    /// Whether this text is at an offset.
    fn holds(&self, offset: u32, text: &[u8]) -> bool {
        let found = &self.bytes[offset as usize..];
        found.starts_with(text) && found.get(text.len()) == Some(&0)
    }

    /// The section.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}
