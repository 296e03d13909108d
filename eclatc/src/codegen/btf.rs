//! Type and line information of a chain object.

use super::ChainCode;
use crate::hir::{Chain, Extern, Script, Symbol};
use crate::source::{Sources, Span};
use hike_format::btf::{
    Btf, BtfExt, FuncInfo, IntEncoding, LineInfo, Linkage, NamedParam, Type, TypeId, encode,
};
use hike_format::signature::{IntType, Param, ResultKind};
use std::collections::BTreeMap;

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
    let mut ext = BtfExt::default();
    let mut offset = 0;
    let chains = script.chains.iter();
    let chains: BTreeMap<&Symbol, &Chain> = chains.map(|chain| (&chain.symbol, chain)).collect();
    for code in codes {
        ext.functions.push(FuncInfo {
            section: section.into(),
            offset,
            ty: types.chain(code, chains.get(&code.symbol).copied()),
        });
        lines(section, offset, code, sources, &mut ext.lines);
        offset += code.slots() as u32 * 8;
    }
    script
        .externs
        .iter()
        .for_each(|external| types.external(external));
    encode(&types.btf, &ext)
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

/// One record where the place of the code changes.
fn lines(
    section: &str,
    start: u32,
    code: &ChainCode,
    sources: &Sources,
    found: &mut Vec<LineInfo>,
) {
    let mut last = None;
    for placed in &code.insns {
        let (file, line, column) = place(placed.span, sources);
        if last.replace((placed.span.file, line, column)) != Some((placed.span.file, line, column))
        {
            found.push(LineInfo {
                section: section.into(),
                offset: start + placed.slot * 8,
                file: file.recorded_path().into(),
                text: file.line_text(line).into(),
                line: line.min(MAX_LINE),
                column: column.min(MAX_COLUMN),
            });
        }
    }
}

fn place(span: Span, sources: &Sources) -> (&crate::source::SourceFile, u32, u32) {
    let file = sources.file(span.file);
    let place = file.line_column(span.start);
    (file, place.line, place.column)
}
