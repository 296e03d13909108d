//! Chain objects: bytecode, symbols, relocations, type and line information, and the script.

use super::{ChainCode, CodegenError, btf, generate, script};
use crate::hir::Script;
use crate::ir::{Module, Symbol};
use crate::source::Sources;
use foldhash::fast::FixedState;
use hike_format::chain::{CODE_SECTION, SCRIPT_SECTION, SOURCE_SECTION};
use object::elf::R_BPF_64_32;
use object::write::{Object, Relocation, RelocationFlags, SectionId, SymbolId, SymbolSection};
use object::{Architecture, BinaryFormat, Endianness, SectionKind, SymbolFlags, SymbolKind};
use object::{SymbolScope, write};
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
    let mut writer = Writer::new();
    writer.code(codes).map_err(defect)?;
    let (types, ext) = btf::sections(CODE_SECTION, codes, script, sources);
    writer.section(".BTF", types);
    writer.section(".BTF.ext", ext);
    let content = script::script(script, sources).map_err(defect)?;
    writer.json(SCRIPT_SECTION, &content).map_err(defect)?;
    let files = script::source_files(sources);
    writer.json(SOURCE_SECTION, &files).map_err(defect)?;
    writer.object.write().map_err(defect)
}

struct Writer {
    object: Object<'static>,
    text: SectionId,
    symbols: HashMap<Symbol, SymbolId, FixedState>,
    /// The code of one chain.
    bytes: Vec<u8>,
}

impl Writer {
    fn new() -> Self {
        let mut object = Object::new(BinaryFormat::Elf, Architecture::Bpf, Endianness::Little);
        let name = CODE_SECTION.as_bytes().to_vec();
        let text = object.add_section(Vec::new(), name, SectionKind::Text);
        Self {
            object,
            text,
            symbols: HashMap::default(),
            bytes: Vec::new(),
        }
    }

    /// Chains first, so that a call of one before its definition finds its symbol.
    fn code(&mut self, codes: &[ChainCode]) -> write::Result<()> {
        for code in codes {
            self.chain(code);
        }
        let mut start = 0;
        for code in codes {
            self.calls(code, start)?;
            start += code.slots() as u64 * 8;
        }
        Ok(())
    }

    fn chain(&mut self, code: &ChainCode) {
        let bytes = &mut self.bytes;
        bytes.clear();
        for placed in &code.insns {
            for slot in placed.insn.encode().slots() {
                bytes.extend_from_slice(&slot.to_bytes());
            }
        }
        let size = bytes.len() as u64;
        let offset = self.object.append_section_data(self.text, bytes, 8);
        let symbol = self.symbol(&code.symbol);
        let symbol = self.object.symbol_mut(symbol);
        symbol.value = offset;
        symbol.size = size;
        symbol.kind = SymbolKind::Text;
        symbol.scope = SymbolScope::Dynamic;
        symbol.section = SymbolSection::Section(self.text);
    }

    fn calls(&mut self, code: &ChainCode, start: u64) -> write::Result<()> {
        for placed in &code.insns {
            let Some(callee) = &placed.callee else {
                continue;
            };
            let symbol = self.symbol(callee);
            let relocation = Relocation {
                offset: start + u64::from(placed.slot) * 8,
                symbol,
                addend: 0,
                flags: RelocationFlags::Elf {
                    r_type: R_BPF_64_32,
                },
            };
            self.object.add_relocation(self.text, relocation)?;
        }
        Ok(())
    }

    /// The symbol of this name, undefined as long as no chain has it.
    fn symbol(&mut self, name: &Symbol) -> SymbolId {
        if let Some(id) = self.symbols.get(name) {
            return *id;
        }
        let id = self.object.add_symbol(write::Symbol {
            name: name.0.as_bytes().to_vec(),
            value: 0,
            size: 0,
            kind: SymbolKind::Unknown,
            scope: SymbolScope::Unknown,
            weak: false,
            section: SymbolSection::Undefined,
            flags: SymbolFlags::None,
        });
        self.symbols.insert(name.clone(), id);
        id
    }

    fn section(&mut self, name: &str, data: Vec<u8>) {
        let name = name.as_bytes().to_vec();
        let id = self
            .object
            .add_section(Vec::new(), name, SectionKind::Other);
        self.object.set_section_data(id, data, 4);
    }

    fn json(&mut self, name: &str, value: &impl serde::Serialize) -> serde_json::Result<()> {
        let data = serde_json::to_vec(value)?;
        self.section(name, data);
        Ok(())
    }
}
