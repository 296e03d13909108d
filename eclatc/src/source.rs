//! Source texts, byte spans into them, and the way from an offset to a line and column.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// One file of a compilation, in the order the files were added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "file{}", self.0)
    }
}

/// A half-open range of bytes of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `file`.
    pub fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end }
    }

    /// From the start of this span to the end of `other`, which lies in the same file.
    pub fn to(self, other: Self) -> Self {
        Self {
            end: self.end.max(other.end),
            start: self.start.min(other.start),
            ..self
        }
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }

    /// Whether it holds no byte.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// A place as people count: both numbers start at 1, columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// One source text with its path and the offsets of its lines.
#[derive(Clone, Debug)]
pub struct SourceFile {
    path: String,
    text: Arc<str>,
    line_starts: Vec<u32>,
}

impl SourceFile {
    /// A file of this text; `path` is shown in messages.
    pub fn new(path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        Self {
            path: path.into(),
            line_starts: line_starts(&text),
            text,
        }
    }

    /// The path as it was given.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The path that objects record: as it was given, but of an absolute path, and of one
    /// that leaves the folder, only the file's name. What is built must not depend on the
    /// folder it is built in.
    pub fn recorded_path(&self) -> &str {
        let leaves = |part: &str| part.is_empty() || part == "..";
        if !self.path.split('/').any(leaves) {
            return self.path.trim_start_matches("./");
        }
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column of a byte offset; an offset past the end is the end.
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let line = self.line_index(offset) as u32 + 1;
        LineColumn {
            line,
            column: self.column(line, offset),
        }
    }

    /// The column of a byte offset in a line that is known.
    pub fn column(&self, line: u32, offset: u32) -> u32 {
        let start = self.line_bytes(line).start as usize;
        let end = (offset as usize).min(self.text.len());
        let before = self.text.as_bytes().get(start..end).unwrap_or_default();
        characters(before) as u32 + 1
    }

    /// The bytes of a line counted from 1, with its line end; none when there is no such line.
    /// The last line has no end: whatever comes behind it belongs to it.
    pub fn line_bytes(&self, line: u32) -> Range<u32> {
        let index = (line as usize).saturating_sub(1);
        let Some(&start) = self.line_starts.get(index) else {
            return 0..0;
        };
        let end = self.line_starts.get(index + 1);
        start..end.copied().unwrap_or(u32::MAX)
    }

    /// The byte offset of a line and column, both counted from 1; nothing when the text has
    /// no such place.
    pub fn offset(&self, line: u32, column: u32) -> Option<u32> {
        let index = (line as usize).checked_sub(1)?;
        let start = *self.line_starts.get(index)?;
        let mut characters = self.line_text(line).char_indices();
        let (at, _) = characters.nth((column as usize).checked_sub(1)?)?;
        Some(start + at as u32)
    }

    /// The text of a line counted from 1, without its line end; empty when there is none.
    pub fn line_text(&self, line: u32) -> &str {
        let index = (line as usize).saturating_sub(1);
        let Some(&start) = self.line_starts.get(index) else {
            return "";
        };
        let end = self.line_starts.get(index + 1).copied();
        let end = end.map_or(self.text.len(), |end| end as usize);
        self.text[start as usize..end].trim_end_matches(['\n', '\r'])
    }

    fn line_index(&self, offset: u32) -> usize {
        self.line_starts
            .partition_point(|&start| start <= offset)
            .saturating_sub(1)
    }
}

/// Characters that start in `bytes` (UTF-8 continuation bytes do not count).
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
}

/// Where lines start; eight bytes are looked at in one go.
fn line_starts(text: &str) -> Vec<u32> {
    const ONES: u64 = u64::MAX / 255;
    const LOW: u64 = ONES * 0x7f;
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let mut starts = vec![0];
    for (index, word) in words.iter().enumerate() {
        let differences = u64::from_le_bytes(*word) ^ (ONES * u64::from(b'\n'));
        // The high bit of each byte without a difference.
        let mut newlines = !(((differences & LOW) + LOW) | differences | LOW);
        while newlines != 0 {
            starts.push(index as u32 * 8 + newlines.trailing_zeros() / 8 + 1);
            newlines &= newlines - 1;
        }
    }
    let newlines = rest.iter().zip(words.len() as u32 * 8 + 1..);
    starts.extend(newlines.filter_map(|(byte, next)| (*byte == b'\n').then_some(next)));
    starts
}

/// All source files of a compilation.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Adds a file and gives its number.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        self.files.push(file);
        FileId(self.files.len() as u32 - 1)
    }

    /// The file with this number; every [`FileId`] comes from [`Sources::add`].
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// All files in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files
            .iter()
            .enumerate()
            .map(|(index, file)| (FileId(index as u32), file))
    }

    /// Line and column where a span starts.
    pub fn line_column(&self, span: Span) -> LineColumn {
        self.file(span.file).line_column(span.start)
    }

    /// The text a span covers; empty when the span is not of this text.
    pub fn text(&self, span: Span) -> &str {
        let range = span.start as usize..span.end as usize;
        self.file(span.file).text().get(range).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lines_start_behind_newlines(text in "[a\n\u{b}é]{0,60}") {
            let newlines = text.bytes().zip(1..).filter(|(byte, _)| *byte == b'\n');
            let starts = std::iter::once(0).chain(newlines.map(|(_, next)| next));
            prop_assert_eq!(line_starts(&text), starts.collect::<Vec<u32>>());
        }
    }
}
