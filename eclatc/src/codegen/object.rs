//! Chain objects: bytecode, symbols, relocations, type and line information, and the script.

use super::elf::{Call, Content, Image, Section, Sink, Symbol};
use super::{ChainCode, CodegenError, btf, generate, script};
use crate::hir::Script;
use crate::ir::Module;
use crate::source::Sources;
use foldhash::fast::FixedState;
use hike_format::chain::{CODE_SECTION, SCRIPT_SECTION, SOURCE_SECTION};
use hike_format::script::{sources_len, write_sources};
use std::collections::HashMap;
use std::fmt;

/// Why there is no object.
#[derive(Debug)]
pub enum ObjectError {
    /// Chains exceed limits of the VM.
    Limits(Vec<CodegenError>),
    /// What the earlier stages gave cannot be written: a defect of the compiler.
    Defect(String),
}

impl fmt::Display for ObjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limits(errors) => {
                let lines: Vec<_> = errors.iter().map(CodegenError::to_string).collect();
                f.write_str(&lines.join("\n"))
            }
            Self::Defect(what) => write!(f, "the object cannot be written: {what}"),
        }
    }
}

impl std::error::Error for ObjectError {}

fn defect(error: impl fmt::Display) -> ObjectError {
    ObjectError::Defect(error.to_string())
}

/// The object of a script: an ELF file, the same bytes for the same input.
///
/// # Errors
/// When chains exceed limits of the VM.
pub fn object(module: &Module, script: &Script, sources: &Sources) -> Result<Vec<u8>, ObjectError> {
    let codes = generate(module).map_err(ObjectError::Limits)?;
    object_of(&codes, script, sources)
}

/// The object of a script whose bytecode is there already.
///
/// # Errors
/// When it cannot be written, a defect of the compiler.
pub fn object_of(
    codes: &[ChainCode],
    script: &Script,
    sources: &Sources,
) -> Result<Vec<u8>, ObjectError> {
    let names = Names::of(codes);
    let (types, ext) = btf::sections(CODE_SECTION, codes, script, sources);
    let content = script::script(script, sources).map_err(defect)?;
    let content = serde_json::to_vec(&content).map_err(defect)?;
    let image = Image {
        code: Section {
            name: CODE_SECTION,
            content: Content::pieces(code_len(codes), |sink| write_code(codes, sink)),
        },
        calls: &names.calls,
        symbols: &names.symbols,
        sections: &[
            Section::of(".BTF", &types),
            Section::of(".BTF.ext", &ext),
            Section::of(SCRIPT_SECTION, &content),
            Section {
                name: SOURCE_SECTION,
                content: Content::pieces(sources_len(script::texts(sources)), |sink| {
                    write_sources(script::texts(sources), sink);
                }),
            },
        ],
    };
    image.write().map_err(defect)
}

/// Bytes of a slot of bytecode.
const SLOT: usize = 8;

fn code_len(codes: &[ChainCode]) -> usize {
    codes.iter().map(ChainCode::slots).sum::<usize>() * SLOT
}

fn write_code(codes: &[ChainCode], sink: Sink<'_>) {
    let mut bytes = Vec::new();
    for code in codes {
        bytes.clear();
        for placed in &code.insns {
            for slot in placed.insn.encode().slots() {
                bytes.extend_from_slice(&slot.to_bytes());
            }
        }
        sink(&bytes);
    }
}

/// The symbols of an object, and where they are called.
#[derive(Default)]
struct Names<'c> {
    symbols: Vec<Symbol<'c>>,
    calls: Vec<Call>,
    /// Where each name is among the symbols.
    index: HashMap<&'c str, u32, FixedState>,
}

impl<'c> Names<'c> {
    /// Chains first, so that a call of one before its definition finds its symbol.
    fn of(codes: &'c [ChainCode]) -> Self {
        let mut names = Self::default();
        names.symbols.reserve(codes.len());
        names.index.reserve(codes.len());
        let mut start = 0;
        for code in codes {
            let size = (code.slots() * SLOT) as u64;
            let symbol = names.symbol(&code.symbol.0);
            names.symbols[symbol as usize].code = Some((start, size));
            start += size;
        }
        let mut start = 0;
        for code in codes {
            names.add_calls(code, start);
            start += (code.slots() * SLOT) as u32;
        }
        names
    }

    fn add_calls(&mut self, code: &'c ChainCode, start: u32) {
        for placed in &code.insns {
            if let Some(callee) = &placed.callee {
                let symbol = self.symbol(&callee.0);
                let offset = start + placed.slot * SLOT as u32;
                self.calls.push(Call { offset, symbol });
            }
        }
    }

    /// The symbol of this name, of another object as long as no chain has it.
    fn symbol(&mut self, name: &'c str) -> u32 {
        let next = self.symbols.len() as u32;
        let symbol = *self.index.entry(name).or_insert(next);
        if symbol == next {
            self.symbols.push(Symbol { name, code: None });
        }
        symbol
    }
}
