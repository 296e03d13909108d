//! Chain objects.

use std::collections::BTreeMap;

use hike_format::btf::{
    Btf, BtfExt, FuncInfo, IntEncoding, LineInfo, Linkage, NamedParam, Type, TypeId, encode,
};
use hike_format::script::{Script, SourceFile};
use hike_isa::{AluOp, Insn, Operand, Reg, Width};
use object::write::{Relocation, SymbolId};
use object::{RelocationFlags, SectionKind, SymbolKind};

/// A step of a chain, with the line it comes from.
#[derive(Clone, Copy)]
pub enum Step<'a> {
    /// An instruction.
    Do(Insn),
    /// A call of a symbol.
    Call(&'a str),
}

/// `dst = value`
pub fn mov(dst: Reg, value: i32) -> Step<'static> {
    Step::Do(Insn::Alu {
        width: Width::W64,
        op: AluOp::Mov,
        dst,
        src: Operand::Imm(value),
    })
}

/// `exit`
pub const EXIT: Step<'static> = Step::Do(Insn::Exit);

/// An object with chains, being made.
#[derive(Default)]
pub struct ChainBuilder {
    code: Vec<u8>,
    functions: Vec<(String, u64, u64)>,
    calls: Vec<(u64, String)>,
    btf: Btf,
    ext: BtfExt,
    number: Option<TypeId>,
    /// What the script asks for.
    pub script: Option<Script>,
    /// The scripts.
    pub sources: Vec<SourceFile>,
}

impl ChainBuilder {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a chain whose steps come from the lines of `file`, from `line` on.
    pub fn chain(
        mut self,
        symbol: &str,
        params: &[&str],
        file: &str,
        line: u32,
        steps: &[Step<'_>],
    ) -> Self {
        let start = self.code.len() as u64;
        for (number, step) in (line..).zip(steps) {
            self.ext.lines.push(LineInfo {
                section: ".text".into(),
                offset: self.code.len() as u32,
                file: file.into(),
                text: format!("    line {number}"),
                line: number,
                column: 5,
            });
            self.step(step);
        }
        let ty = self.function(symbol, params, Linkage::Global);
        self.ext.functions.push(FuncInfo {
            section: ".text".into(),
            offset: start as u32,
            ty,
        });
        let size = self.code.len() as u64 - start;
        self.functions.push((symbol.into(), start, size));
        self
    }

    /// Adds the prototype of something in another object.
    pub fn declare(mut self, symbol: &str, params: &[&str]) -> Self {
        self.function(symbol, params, Linkage::Extern);
        self
    }

    pub fn script(mut self, script: Script) -> Self {
        self.script = Some(script);
        self
    }

    pub fn source(mut self, path: &str, text: &str) -> Self {
        let (path, text) = (path.into(), text.into());
        self.sources.push(SourceFile { path, text });
        self
    }

    fn step(&mut self, step: &Step<'_>) {
        let insn = match step {
            Step::Do(insn) => *insn,
            Step::Call(symbol) => {
                let place = self.code.len() as u64;
                self.calls.push((place, (*symbol).into()));
                Insn::CallSymbol { imm: -1 }
            }
        };
        for slot in insn.encode().slots() {
            self.code.extend(slot.to_bytes());
        }
    }

    fn function(&mut self, name: &str, params: &[&str], linkage: Linkage) -> TypeId {
        let btf = &mut self.btf;
        let number = self
            .number
            .get_or_insert_with(|| btf.add_int("u64", 8, IntEncoding::Unsigned));
        let param = |name: &&str| NamedParam {
            name: (*name).into(),
            ty: *number,
        };
        let proto = Type::FuncProto {
            result: *number,
            params: params.iter().map(param).collect(),
        };
        let proto = btf.add(proto);
        let name = name.into();
        btf.add(Type::Func {
            name,
            proto,
            linkage,
        })
    }

    /// The object.
    pub fn build(&self) -> Vec<u8> {
        let mut object = super::object();
        let text = super::section(&mut object, ".text", SectionKind::Text, &self.code);
        let mut symbols: BTreeMap<&str, SymbolId> = BTreeMap::new();
        for (name, offset, size) in &self.functions {
            let place = Some((text, *offset, *size));
            let symbol = super::symbol(&mut object, name, SymbolKind::Text, place);
            symbols.insert(name, symbol);
        }
        for (offset, name) in &self.calls {
            let symbol = *symbols
                .entry(name)
                .or_insert_with(|| super::symbol(&mut object, name, SymbolKind::Text, None));
            let relocation = Relocation {
                offset: *offset,
                symbol,
                addend: 0,
                flags: RelocationFlags::Elf {
                    r_type: object::elf::R_BPF_64_32,
                },
            };
            object.add_relocation(text, relocation).unwrap();
        }
        let (btf, ext) = encode(&self.btf, &self.ext);
        super::section(&mut object, ".BTF", SectionKind::Metadata, &btf);
        super::section(&mut object, ".BTF.ext", SectionKind::Metadata, &ext);
        if let Some(script) = &self.script {
            let json = serde_json::to_vec(script).unwrap();
            super::section(&mut object, ".hike.script", SectionKind::Metadata, &json);
        }
        if !self.sources.is_empty() {
            let json = serde_json::to_vec(&self.sources).unwrap();
            super::section(&mut object, ".hike.source", SectionKind::Metadata, &json);
        }
        object.write().unwrap()
    }
}
