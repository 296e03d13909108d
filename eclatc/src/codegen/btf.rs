//! Type and line information of a chain object.

use super::{ChainCode, PlacedInsn};
use crate::hir::{Chain, Extern, Script};
use crate::source::{FileId, SourceFile, Sources, Span};
use hike_format::btf::{Btf, IntEncoding, Line, Linkage, NamedParam, Type, TypeId, encode_section};
use hike_format::signature::{IntType, ResultKind};
use std::collections::BTreeMap;
use std::ops::Range;

/// The largest line and column BTF has room for.
const MAX_LINE: u32 = (1 << 22) - 1;
const MAX_COLUMN: u32 = (1 << 10) - 1;

/// The sections `.BTF` and `.BTF.ext` of an object whose `section` holds `codes`, one after
/// the other.
pub fn sections(
    section: &str,
    codes: &[ChainCode],
    script: &Script,
    sources: &Sources,
) -> (Vec<u8>, Vec<u8>) {
    let mut types = Types::default();
    let mut functions = Vec::with_capacity(codes.len());
    let mut offset = 0;
    for (index, code) in codes.iter().enumerate() {
        // Both are in source order.
        let here = script.chains.get(index);
        let chain = here
            .filter(|chain| chain.symbol == code.symbol)
            .or_else(|| script.chains.iter().find(|it| it.symbol == code.symbol));
        functions.push((offset, types.chain(code, chain)));
        offset += code.slots() as u32 * 8;
    }
    script
        .externs
        .iter()
        .for_each(|external| types.external(external));
    let most_lines = codes.iter().map(|code| code.insns.len()).sum();
    encode_section(&types.btf, section, &functions, most_lines, |out| {
        let mut lines = Lines::new(sources);
        for (code, (start, _)) in codes.iter().zip(&functions) {
            lines.start();
            for placed in &code.insns {
                if let Some(line) = lines.next(placed, *start) {
                    out.add(line);
                }
            }
        }
    })
}

/// Types under construction; each integer type is there once.
#[derive(Default)]
struct Types {
    btf: Btf,
    ints: BTreeMap<IntType, TypeId>,
}

impl Types {
    fn int(&mut self, ty: IntType) -> TypeId {
        if let Some(id) = self.ints.get(&ty) {
            return *id;
        }
        let encoding = match ty.signed {
            true => IntEncoding::Signed,
            false => IntEncoding::Unsigned,
        };
        let id = self.btf.add_int(&ty.to_string(), ty.bits / 8, encoding);
        self.ints.insert(ty, id);
        id
    }

    fn chain(&mut self, code: &ChainCode, chain: Option<&Chain>) -> TypeId {
        let locals = chain.map(|chain| &chain.locals[..chain.params as usize]);
        let locals = locals.unwrap_or_default().iter();
        let params = locals.map(|local| (local.name.as_str(), local.ty));
        let result = ResultKind::Value(crate::hir::U64);
        self.function(&code.symbol.0, params, result, Linkage::Global)
    }

    fn external(&mut self, external: &Extern) {
        let Extern {
            symbol,
            params,
            result,
        } = external;
        let params = params.iter().map(|param| (param.name.as_str(), param.ty));
        self.function(&symbol.0, params, *result, Linkage::Extern);
    }

    fn function<'p>(
        &mut self,
        name: &str,
        params: impl Iterator<Item = (&'p str, IntType)>,
        result: ResultKind,
        linkage: Linkage,
    ) -> TypeId {
        let params = params.map(|(name, ty)| NamedParam {
            name: name.to_owned(),
            ty: self.int(ty),
        });
        let params = params.collect();
        let result = match result {
            ResultKind::Value(ty) => self.int(ty),
            ResultKind::Final => TypeId::VOID,
        };
        let proto = self.btf.add(Type::FuncProto { result, params });
        self.btf.add(Type::Func {
            name: name.into(),
            proto,
            linkage,
        })
    }
}

/// Lines that are looked at before all are searched.
const NEAR: usize = 4;

/// One record where the place of the code changes.
struct Lines<'s> {
    sources: &'s Sources,
    /// Where the last instruction came from.
    last_span: Option<Span>,
    /// The same as file, line and column.
    last_place: Option<(FileId, u32, u32)>,
    /// The line that was looked up last: the next one is mostly near.
    known: Option<Known<'s>>,
}

/// A line of a file.
struct Known<'s> {
    id: FileId,
    file: &'s SourceFile,
    path: &'s str,
    line: u32,
    bytes: Range<u32>,
    text: &'s str,
    /// Whether its characters are bytes.
    is_ascii: bool,
}

impl<'s> Known<'s> {
    /// The line where a span starts.
    fn new(span: Span, file: &'s SourceFile) -> Self {
        let line = file.line_column(span.start).line;
        let text = file.line_text(line);
        Self {
            id: span.file,
            file,
            path: file.recorded_path(),
            line,
            bytes: file.line_bytes(line),
            text,
            is_ascii: text.is_ascii(),
        }
    }

    /// Goes to the line at an offset, mostly this one or one of the next.
    fn find(&mut self, offset: u32) {
        if self.bytes.contains(&offset) {
            return;
        }
        let mut near = (self.line + 1..).take(NEAR);
        let found = near.find(|line| self.file.line_bytes(*line).contains(&offset));
        let line = found.unwrap_or_else(|| self.file.line_column(offset).line);
        self.line = line;
        self.bytes = self.file.line_bytes(line);
        self.text = self.file.line_text(line);
        self.is_ascii = self.text.is_ascii();
    }

    fn column(&self, offset: u32) -> u32 {
        let bytes = offset - self.bytes.start;
        match self.is_ascii && bytes as usize <= self.text.len() {
            true => bytes + 1,
            false => self.file.column(self.line, offset),
        }
    }
}

impl<'s> Lines<'s> {
    fn new(sources: &'s Sources) -> Self {
        Self {
            sources,
            last_span: None,
            last_place: None,
            known: None,
        }
    }

    /// A chain starts: its first instruction gets a record whatever was before.
    fn start(&mut self) {
        self.last_span = None;
        self.last_place = None;
    }

    /// The record of an instruction of the chain that starts at `start`, if it needs one.
    fn next(&mut self, placed: &PlacedInsn, start: u32) -> Option<Line<'s>> {
        let span = placed.span;
        let is_same = |last: Span| (last.file, last.start) == (span.file, span.start);
        if self.last_span.replace(span).is_some_and(is_same) {
            return None;
        }
        let sources = self.sources;
        if self
            .known
            .as_ref()
            .is_none_or(|known| known.id != span.file)
        {
            self.known = Some(Known::new(span, sources.file(span.file)));
        }
        let known = self.known.as_mut()?;
        known.find(span.start);
        let (path, text, line) = (known.path, known.text, known.line);
        let column = known.column(span.start);
        let place = Some((span.file, line, column));
        if std::mem::replace(&mut self.last_place, place) == place {
            return None;
        }
        Some(Line {
            offset: start + placed.slot * 8,
            file: path,
            text,
            line: line.min(MAX_LINE),
            column: column.min(MAX_COLUMN),
        })
    }
}
