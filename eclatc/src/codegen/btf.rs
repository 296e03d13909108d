//! Type and line information of a chain object.

use super::{ChainCode, PlacedInsn};
use crate::hir::{Chain, Extern, Script};
use crate::source::{FileId, SourceFile, Sources, Span};
use hike_format::btf::{Btf, IntEncoding, Line, Linkage, NamedParam, Type, TypeId, encode_section};
use hike_format::signature::{IntType, Param, ResultKind};
use smallvec::SmallVec;
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
    let mut lines = Lines::new(sources);
    let starts = functions.iter().map(|(offset, _)| *offset);
    let lines = codes.iter().zip(starts).flat_map(|(code, start)| {
        lines.start();
        let insns = code.insns.iter();
        let found = insns.filter_map(|placed| lines.next(placed, start));
        found.collect::<SmallVec<[_; 32]>>()
    });
    encode_section(&types.btf, section, &functions, lines)
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
        let params = chain.map(super::script::params).unwrap_or_default();
        let result = ResultKind::Value(crate::hir::U64);
        self.function(&code.symbol.0, &params, result, Linkage::Global)
    }

    fn external(&mut self, external: &Extern) {
        let Extern {
            symbol,
            params,
            result,
        } = external;
        self.function(&symbol.0, params, *result, Linkage::Extern);
    }

    fn function(
        &mut self,
        name: &str,
        params: &[Param],
        result: ResultKind,
        linkage: Linkage,
    ) -> TypeId {
        let params = params.iter().map(|param| NamedParam {
            name: param.name.clone(),
            ty: self.int(param.ty),
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
    /// The line that was looked up last, with its bytes: the next one is mostly near.
    known: Option<(FileId, u32, Range<u32>)>,
    /// The file that was named last.
    path: Option<(FileId, &'s str)>,
}

impl<'s> Lines<'s> {
    fn new(sources: &'s Sources) -> Self {
        Self {
            sources,
            last_span: None,
            last_place: None,
            known: None,
            path: None,
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
        let file = self.sources.file(span.file);
        let (line, column) = self.find(file, span);
        let place = Some((span.file, line, column));
        if std::mem::replace(&mut self.last_place, place) == place {
            return None;
        }
        let path = match self.path {
            Some((known, path)) if known == span.file => path,
            _ => file.recorded_path(),
        };
        self.path = Some((span.file, path));
        Some(Line {
            offset: start + placed.slot * 8,
            file: path,
            text: file.line_text(line),
            line: line.min(MAX_LINE),
            column: column.min(MAX_COLUMN),
        })
    }

    fn find(&mut self, file: &SourceFile, span: Span) -> (u32, u32) {
        if let Some((known, line, bytes)) = &mut self.known
            && *known == span.file
        {
            for _ in 0..NEAR {
                if bytes.contains(&span.start) {
                    return (*line, file.column(*line, span.start));
                }
                *line += 1;
                *bytes = file.line_bytes(*line);
            }
        }
        let place = file.line_column(span.start);
        self.known = Some((span.file, place.line, file.line_bytes(place.line)));
        (place.line, place.column)
    }
}
