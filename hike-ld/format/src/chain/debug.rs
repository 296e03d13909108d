//! What BTF knows of chains: prototypes and lines.

use std::collections::{BTreeMap, BTreeSet};

use super::code::Placed;
use super::{CODE_SECTION, ChainError, Line, SlotIndex};
use crate::Symbol;
use crate::btf::{Btf, BtfExt, LineInfo, Linkage, NamedParam, Type, TypeId, layout};
use crate::elf::Elf;
use crate::script::Place;
use crate::signature::{IntType, Param, TypeInfo};

/// The type information of an object.
pub(super) struct Debug {
    btf: Btf,
    ext: BtfExt,
}

/// Reads the type information; none when the object has none.
pub(super) fn read(elf: &Elf<'_>) -> Result<Option<Debug>, ChainError> {
    let Some(section) = elf.section(".BTF") else {
        return Ok(None);
    };
    let btf = Btf::parse(section.data)?;
    let ext = match elf.section(".BTF.ext") {
        Some(ext) => BtfExt::parse(ext.data, section.data)?,
        None => BtfExt::default(),
    };
    Ok(Some(Debug { btf, ext }))
}

impl Debug {
    /// Gives every chain its parameters and lines; what is left are the prototypes of others.
    pub fn attach(mut self, chains: &mut [Placed]) -> BTreeMap<Symbol, Vec<IntType>> {
        self.ext.lines.retain(|line| line.section == CODE_SECTION);
        self.ext.lines.sort_by_key(|line| line.offset);
        self.ext
            .functions
            .retain(|function| function.section == CODE_SECTION);
        self.ext.functions.sort_by_key(|function| function.offset);
        for placed in chains.iter_mut() {
            placed.chain.params = self.params(placed.offset);
            placed.chain.lines = self.lines(placed);
        }
        let calls = chains.iter().flat_map(|placed| placed.chain.calls.values());
        self.externs(&calls.collect())
    }

    fn params(&self, offset: u64) -> Option<Vec<Param>> {
        let functions = &self.ext.functions;
        let place = functions.binary_search_by_key(&offset, |function| function.offset.into());
        let function = functions.get(place.ok()?)?;
        let Type::Func { proto, .. } = self.btf.get(function.ty)? else {
            return None;
        };
        let params = self
            .prototype(*proto)?
            .iter()
            .map(|param| self.param(param));
        params.collect()
    }

    fn prototype(&self, proto: TypeId) -> Option<&[NamedParam]> {
        match self.btf.get(proto)? {
            Type::FuncProto { params, .. } => Some(params),
            _ => None,
        }
    }

    fn param(&self, param: &NamedParam) -> Option<Param> {
        match layout(&self.btf, param.ty) {
            Ok(TypeInfo::Int(ty)) => Some(Param {
                name: param.name.clone(),
                ty,
            }),
            _ => None,
        }
    }

    fn lines(&self, placed: &Placed) -> Vec<Line> {
        let lines = &self.ext.lines;
        let first = lines.partition_point(|line| u64::from(line.offset) < placed.offset);
        let end = lines.partition_point(|line| u64::from(line.offset) < placed.end());
        let within = lines[first..end].iter();
        within.map(|info| line(placed.offset, info)).collect()
    }

    fn externs(&self, calls: &BTreeSet<&Symbol>) -> BTreeMap<Symbol, Vec<IntType>> {
        let functions = self.btf.iter().filter_map(|(_, ty)| match ty {
            Type::Func {
                name,
                proto,
                linkage: Linkage::Extern,
            } => Some((called(name, calls)?, self.types(*proto)?)),
            _ => None,
        });
        functions.collect()
    }

    fn types(&self, proto: TypeId) -> Option<Vec<IntType>> {
        let params = self.prototype(proto)?.iter();
        params.map(|param| Some(self.param(param)?.ty)).collect()
    }
}

/// What a prototype is of: its name is a symbol, or, in C, the last part of the only one that
/// is called and ends so. (The symbol is in `__asm__` there, and types have the name in C.)
fn called(name: &str, calls: &BTreeSet<&Symbol>) -> Option<Symbol> {
    if let Ok(symbol) = name.parse() {
        return Some(symbol);
    }
    let mut named = calls.iter().filter(|symbol| symbol.name() == name);
    match (named.next(), named.next()) {
        (Some(only), None) => Some((*only).clone()),
        _ => None,
    }
}

fn line(start: u64, info: &LineInfo) -> Line {
    Line {
        slot: SlotIndex(((u64::from(info.offset) - start) / 8) as u32),
        place: Place {
            file: info.file.clone(),
            line: info.line,
            column: info.column,
        },
        text: info.text.clone(),
    }
}
