//! `.BTF.ext`: which function is where, and which line an instruction comes from.

use super::encode::{put, put_preamble};
use super::lines::{Line, put_line_of};
use super::reader::{Cursor, strings};
use super::strings::{StringTable, Strings};
use super::{BtfError, Problem, TypeId};

/// Length of the header this crate writes. It has the fields of CO-RE relocations, empty:
/// LLVM's tools read them whatever length a header gives itself.
pub(super) const HEADER_LEN: usize = 32;
pub(super) const FUNC_RECORD: usize = 8;
pub(super) const LINE_RECORD: usize = 16;
/// Bits of the column in `line_col`; the line has the others.
pub(super) const COLUMN_BITS: u32 = 10;

/// Content of `.BTF.ext`, without CO-RE relocations. Records of one section stand together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BtfExt {
    /// Functions.
    pub functions: Vec<FuncInfo>,
    /// Lines.
    pub lines: Vec<LineInfo>,
}

/// Where a function starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FuncInfo {
    /// The ELF section with its code.
    pub section: String,
    /// Offset in the section, in bytes.
    pub offset: u32,
    /// Its type, a [`Type::Func`](super::Type::Func).
    pub ty: TypeId,
}

/// From this instruction on, code comes from one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineInfo {
    /// The ELF section with the code.
    pub section: String,
    /// Offset in the section, in bytes.
    pub offset: u32,
    /// The source file.
    pub file: String,
    /// The text of the line; empty when unknown.
    pub text: String,
    /// The line, from 1, at most 2²²-1.
    pub line: u32,
    /// The column, from 1, at most 1023; 0 when unknown.
    pub column: u32,
}

impl BtfExt {
    /// Reads a `.BTF.ext` section, whose strings are in the `.BTF` section.
    ///
    /// # Errors
    /// When either section is malformed, or a string is not there.
    pub fn parse(ext: &[u8], btf: &[u8]) -> Result<Self, BtfError> {
        let strings = strings(btf)?;
        let mut header = Cursor::new(".BTF.ext", ext);
        let base = header.preamble()?;
        let functions = header.part(base, "function information")?;
        let lines = header.part(base, "line information")?;
        Ok(Self {
            functions: records(functions, strings, FUNC_RECORD, func_info)?,
            lines: records(lines, strings, LINE_RECORD, line_info)?,
        })
    }
}

/// Records of one section as the kernel takes them with a program: places are counted in
/// instructions instead of bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KernelRecords {
    /// Functions, [`FUNCTION_SIZE`](Self::FUNCTION_SIZE) bytes each.
    pub functions: Vec<u8>,
    /// Lines, [`LINE_SIZE`](Self::LINE_SIZE) bytes each.
    pub lines: Vec<u8>,
}

impl KernelRecords {
    /// Bytes of a function's record.
    pub const FUNCTION_SIZE: u32 = FUNC_RECORD as u32;
    /// Bytes of a line's record.
    pub const LINE_SIZE: u32 = LINE_RECORD as u32;

    /// Takes the records of a section out of `.BTF.ext`, whose strings are in `.BTF`.
    ///
    /// # Errors
    /// When either section is malformed.
    pub fn parse(ext: &[u8], btf: &[u8], section: &str) -> Result<Self, BtfError> {
        let strings = strings(btf)?;
        let mut header = Cursor::new(".BTF.ext", ext);
        let base = header.preamble()?;
        let functions = header.part(base, "function information")?;
        let lines = header.part(base, "line information")?;
        let functions = records(functions, strings, FUNC_RECORD, raw::<FUNC_RECORD>)?;
        let lines = records(lines, strings, LINE_RECORD, raw::<LINE_RECORD>)?;
        Ok(Self {
            functions: of_section(functions, section),
            lines: of_section(lines, section),
        })
    }
}

/// The line that an instruction comes from, by line records of `size` bytes as the kernel
/// takes them; none where they do not say.
pub fn line_of(records: &[u8], size: u32, btf: &[u8], instruction: u32) -> Option<LineInfo> {
    let strings = strings(btf).ok()?;
    let size = usize::try_from(size)
        .ok()
        .filter(|size| *size >= LINE_RECORD)?;
    let mut found = None;
    for record in records.chunks_exact(size) {
        let mut record = Cursor::new(".BTF.ext", record);
        let info = line_info(&mut record, strings, "").ok()?;
        if info.offset > instruction {
            break;
        }
        found = Some(info);
    }
    found.filter(|info| info.line > 0)
}

/// A record with the section it belongs to.
fn raw<const SIZE: usize>(
    at: &mut Cursor<'_>,
    _: Strings<'_>,
    section: &str,
) -> Result<(String, Vec<u8>), BtfError> {
    let instruction = at.u32()? / 8;
    let rest = at.take(SIZE - 4)?;
    let mut bytes = instruction.to_le_bytes().to_vec();
    bytes.extend_from_slice(rest);
    Ok((section.to_owned(), bytes))
}

fn of_section(records: Vec<(String, Vec<u8>)>, section: &str) -> Vec<u8> {
    let own = records.into_iter().filter(|(of, _)| of == section);
    own.flat_map(|(_, bytes)| bytes).collect()
}

/// Whether a `.BTF.ext` section has CO-RE relocations, which [`BtfExt`] leaves out.
pub fn has_core_relocations(ext: &[u8]) -> bool {
    let word = |at: usize| {
        let bytes = ext.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_le_bytes(bytes))
    };
    let has_field = word(4).is_some_and(|length| length as usize >= HEADER_LEN);
    has_field && word(HEADER_LEN - 4).is_some_and(|length| length > 0)
}

type ReadRecord<T> = fn(&mut Cursor<'_>, Strings<'_>, &str) -> Result<T, BtfError>;

/// Reads a part: the record size, then for each section its name, a count and the records.
fn records<T>(
    mut at: Cursor<'_>,
    strings: Strings<'_>,
    least: usize,
    read: ReadRecord<T>,
) -> Result<Vec<T>, BtfError> {
    let mut found = Vec::new();
    if at.is_done() {
        return Ok(found);
    }
    let size = at.u32()?;
    if (size as usize) < least {
        let what = "size of a record";
        return Err(at.error(Problem::Value { what, found: size }));
    }
    while !at.is_done() {
        let section = string(&mut at, strings)?;
        for _ in 0..at.u32()? {
            let mut record = at;
            at.take(size as usize)?;
            found.push(read(&mut record, strings, &section)?);
        }
    }
    Ok(found)
}

fn string(at: &mut Cursor<'_>, strings: Strings<'_>) -> Result<String, BtfError> {
    let place = at.at;
    let text = strings.get(at.u32()?);
    let text = text.map_err(|problem| at.error_at(place, problem))?;
    Ok(text.to_owned())
}

fn func_info(at: &mut Cursor<'_>, _: Strings<'_>, section: &str) -> Result<FuncInfo, BtfError> {
    Ok(FuncInfo {
        section: section.to_owned(),
        offset: at.u32()?,
        ty: TypeId(at.u32()?),
    })
}

fn line_info(
    at: &mut Cursor<'_>,
    strings: Strings<'_>,
    section: &str,
) -> Result<LineInfo, BtfError> {
    let offset = at.u32()?;
    let file = string(at, strings)?;
    let text = string(at, strings)?;
    let line_col = at.u32()?;
    Ok(LineInfo {
        section: section.to_owned(),
        offset,
        file,
        text,
        line: line_col >> COLUMN_BITS,
        column: line_col & ((1 << COLUMN_BITS) - 1),
    })
}

/// Writes the section; its strings go to the table of `.BTF`.
pub(super) fn encode_ext(ext: &BtfExt, strings: &mut StringTable) -> Vec<u8> {
    let functions = part(&ext.functions, FUNC_RECORD, strings, put_function);
    let lines = part(&ext.lines, LINE_RECORD, strings, put_line);
    with_header(functions, lines)
}

fn with_header(functions: Vec<u8>, lines: Vec<u8>) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER_LEN + functions.len() + lines.len());
    put_header(&mut out, functions.len(), lines.len());
    out.extend(functions);
    out.extend(lines);
    out
}

/// The header in front of parts of these lengths.
pub(super) fn put_header(out: &mut Vec<u8>, functions: usize, lines: usize) {
    put_preamble(out, HEADER_LEN);
    for word in [0, functions, functions, lines, functions + lines, 0] {
        put(out, word as u32);
    }
}

/// What both kinds of records have.
trait Record {
    fn section(&self) -> &str;
}

impl Record for FuncInfo {
    fn section(&self) -> &str {
        &self.section
    }
}

impl Record for LineInfo {
    fn section(&self) -> &str {
        &self.section
    }
}

fn part<T: Record>(
    records: &[T],
    size: usize,
    strings: &mut StringTable,
    put_record: fn(&mut Vec<u8>, &T, &mut StringTable),
) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, size as u32);
    for section in records.chunk_by(|a, b| a.section() == b.section()) {
        put(&mut out, strings.intern(section[0].section()));
        put(&mut out, section.len() as u32);
        for record in section {
            put_record(&mut out, record, strings);
        }
    }
    out
}

fn put_function(out: &mut Vec<u8>, function: &FuncInfo, _: &mut StringTable) {
    put(out, function.offset);
    put(out, function.ty.0);
}

fn put_line(out: &mut Vec<u8>, line: &LineInfo, strings: &mut StringTable) {
    let borrowed = Line {
        offset: line.offset,
        file: &line.file,
        text: &line.text,
        line: line.line,
        column: line.column,
    };
    let texts = (strings.intern(&line.file), strings.intern(&line.text));
    put_line_of(out, borrowed, texts);
}
