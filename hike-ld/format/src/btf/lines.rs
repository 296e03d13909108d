//! `.BTF.ext` of an object with one section of code, written line by line.

use super::TypeId;
use super::encode::put;
use super::ext::{COLUMN_BITS, FUNC_RECORD, HEADER_LEN, LINE_RECORD, put_header};
use super::strings::StringTable;

/// Bytes of a part in front of its records: their size, the section, their number.
const PART_HEAD: usize = 12;

/// A [`LineInfo`](super::LineInfo) that borrows its texts, in a section that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Offset in the section, in bytes.
    pub offset: u32,
    /// The source file.
    pub file: &'a str,
    /// The text of the line; empty when unknown.
    pub text: &'a str,
    /// The line, from 1, at most 2²²-1.
    pub line: u32,
    /// The column, from 1, at most 1023; 0 when unknown.
    pub column: u32,
}

/// Writes the section for one section of code, about `most_lines` of which `lines` adds.
pub(super) fn encode_ext_of<'a>(
    section: &str,
    functions: &[(u32, TypeId)],
    most_lines: usize,
    lines: impl FnOnce(&mut LineWriter<'_, 'a>),
    strings: &mut StringTable,
) -> Vec<u8> {
    let words = functions.len() * FUNC_RECORD + most_lines * LINE_RECORD;
    let mut out = Vec::with_capacity(HEADER_LEN + 2 * PART_HEAD + words);
    put_header(&mut out, 0, 0);
    put(&mut out, FUNC_RECORD as u32);
    if !functions.is_empty() {
        put(&mut out, strings.intern(section));
        put(&mut out, functions.len() as u32);
    }
    for (offset, ty) in functions {
        put(&mut out, *offset);
        put(&mut out, ty.0);
    }
    let functions = out.len() - HEADER_LEN;
    put(&mut out, LINE_RECORD as u32);
    let mut writer = LineWriter::new(out, section, strings);
    lines(&mut writer);
    let mut out = writer.finish();
    let lines = out.len() - HEADER_LEN - functions;
    let mut header = Vec::with_capacity(HEADER_LEN);
    put_header(&mut header, functions, lines);
    out[..HEADER_LEN].copy_from_slice(&header);
    out
}

/// Takes the lines of a section of code one after the other.
pub struct LineWriter<'w, 'a> {
    out: Vec<u8>,
    section: &'w str,
    strings: &'w mut StringTable,
    /// Where the number of records is, once there is one.
    count_at: Option<usize>,
    count: u32,
    texts: LineTexts<'a>,
}

impl<'w, 'a> LineWriter<'w, 'a> {
    fn new(out: Vec<u8>, section: &'w str, strings: &'w mut StringTable) -> Self {
        Self {
            out,
            section,
            strings,
            count_at: None,
            count: 0,
            texts: LineTexts::default(),
        }
    }

    /// Writes a line's record.
    pub fn add(&mut self, line: Line<'a>) {
        if self.count_at.is_none() {
            put(&mut self.out, self.strings.intern(self.section));
            self.count_at = Some(self.out.len());
            put(&mut self.out, 0);
        }
        self.count += 1;
        let texts = self.texts.offsets(line, self.strings);
        put_line_of(&mut self.out, line, texts);
    }

    fn finish(mut self) -> Vec<u8> {
        if let Some(at) = self.count_at {
            self.out[at..at + 4].copy_from_slice(&self.count.to_le_bytes());
        }
        self.out
    }
}

/// Writes the record of a line whose file and text are at these offsets.
pub(super) fn put_line_of(out: &mut Vec<u8>, line: Line<'_>, (file, text): (u32, u32)) {
    let most = (1 << COLUMN_BITS) - 1;
    let place = line.line.min(u32::MAX >> COLUMN_BITS) << COLUMN_BITS | line.column.min(most);
    let mut record = [0; LINE_RECORD];
    let words = record.as_chunks_mut::<4>().0.iter_mut();
    for (bytes, word) in words.zip([line.offset, file, text, place]) {
        *bytes = word.to_le_bytes();
    }
    out.extend_from_slice(&record);
}

/// Offsets of the texts that were written last: often the next ones are the same.
#[derive(Default)]
struct LineTexts<'a> {
    file: Option<(&'a str, u32)>,
    text: Option<(&'a str, u32)>,
}

impl<'a> LineTexts<'a> {
    fn offsets(&mut self, line: Line<'a>, strings: &mut StringTable) -> (u32, u32) {
        let mut of = |last: &mut Option<(&'a str, u32)>, text: &'a str| match *last {
            Some((known, offset)) if std::ptr::eq(known, text) => offset,
            _ => {
                let offset = strings.intern(text);
                *last = Some((text, offset));
                offset
            }
        };
        (of(&mut self.file, line.file), of(&mut self.text, line.text))
    }
}
