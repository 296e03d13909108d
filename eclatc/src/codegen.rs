//! Code generation: IR to bytecode, and bytecode to objects and listings.
//!
//! | step | module |
//! |---|---|
//! | instructions over any number of registers | `select` |
//! | registers for values, memory for what does not fit | `allocate` |
//! | sides exchanged where that saves a move, on the way | `commute` |
//! | empty blocks, branches around constants | `tidy` |
//! | an order of blocks with few jumps | `layout` |
//! | encoded instructions | `emit` |
//! | the ELF object | [`object()`] |
//! | text | [`listing()`] |
//!
//! It does not know the syntax of eCLAT.

use crate::ir::{BlockId, Function, Module, Symbol};
use crate::source::Span;
use allocate::Allocator;
use emit::Emitter;
use hike_abi::limits::{CHAIN_INSNS, FRAME_STACK};
use hike_isa::Insn;
use layout::Layout;
use std::fmt;
use tidy::Tidying;

mod allocate;
mod btf;
mod color;
mod commute;
mod constants;
mod copies;
mod elf;
mod emit;
mod interference;
mod layout;
mod listing;
mod liveness;
mod machine;
mod object;
mod script;
mod select;
mod slots;
mod spill;
mod tidy;

pub use listing::listing;
pub use object::{ObjectError, object, object_of};

/// The bytecode of one chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainCode {
    /// Its symbol.
    pub symbol: Symbol,
    /// The name in its definition.
    pub span: Span,
    /// Its instructions in order.
    pub insns: Vec<PlacedInsn>,
    /// The blocks of the IR that are left, in order, each with its first slot.
    pub blocks: Vec<(BlockId, u32)>,
}

/// An instruction with its place in the code and in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedInsn {
    /// Its first slot, from the start of the chain.
    pub slot: u32,
    /// The instruction.
    pub insn: Insn,
    /// What a call of a symbol calls.
    pub callee: Option<Symbol>,
    /// Where it comes from.
    pub span: Span,
}

impl ChainCode {
    /// Slots of bytecode.
    pub fn slots(&self) -> usize {
        let end = |last: &PlacedInsn| last.slot as usize + last.insn.slots();
        self.insns.last().map_or(0, end)
    }
}

/// A chain that is right but exceeds a limit of the VM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodegenError {
    /// The chain.
    pub chain: Symbol,
    /// The name in its definition.
    pub span: Span,
    /// The limit.
    pub limit: Limit,
}

/// A limit of the VM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// More values are needed at one time than registers and the frame's stack hold.
    LiveValues,
    /// The chain has at least so many slots of quick code.
    Slots(usize),
}

impl fmt::Display for CodegenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chain = &self.chain;
        match self.limit {
            Limit::LiveValues => write!(
                f,
                "`{chain}` needs too many values at one time: they fit neither into the registers nor into {FRAME_STACK} bytes of stack"
            ),
            Limit::Slots(slots) => write!(
                f,
                "`{chain}` is too long: at least {slots} instructions, expected at most {CHAIN_INSNS}"
            ),
        }
    }
}

impl std::error::Error for CodegenError {}

/// Generates the bytecode of every chain.
///
/// # Errors
/// One for each chain that exceeds a limit of the VM.
pub fn generate(module: &Module) -> Result<Vec<ChainCode>, Vec<CodegenError>> {
    let mut generator = Generator::default();
    let mut codes = Vec::with_capacity(module.functions.len());
    let mut errors = Vec::new();
    for function in &module.functions {
        match generator.chain(function) {
            Ok(code) => codes.push(code),
            Err(error) => errors.push(error),
        }
    }
    match errors.is_empty() {
        true => Ok(codes),
        false => Err(errors),
    }
}

/// Generates the bytecode of one chain after the other. Its tables are used again for the
/// next chain, which is why there is one generator for many chains.
#[derive(Default)]
pub struct Generator {
    allocator: Allocator,
    tidying: Tidying,
    layout: Layout,
    emitter: Emitter,
}

impl Generator {
    /// Generates the bytecode of a chain.
    ///
    /// # Errors
    /// When it exceeds a limit of the VM.
    pub fn chain(&mut self, function: &Function) -> Result<ChainCode, CodegenError> {
        self.generate(function).map_err(|limit| CodegenError {
            chain: function.symbol.clone(),
            span: function.span,
            limit,
        })
    }

    fn generate(&mut self, function: &Function) -> Result<ChainCode, Limit> {
        check_length(function)?;
        let mut code = select::select(function);
        self.allocator.allocate(&mut code)?;
        self.tidying.tidy(&mut code);
        let order = self.layout.compute(&code);
        self.emitter.emit(function, &code, order)
    }
}

/// Refuses chains that are certainly too long before time is spent on them: whatever is left
/// after the passes takes a slot, though the VM may fuse two of them.
fn check_length(function: &Function) -> Result<(), Limit> {
    let slots: usize = function.blocks.iter().map(|block| block.insts.len()).sum();
    match slots > CHAIN_INSNS * 2 || function.blocks.len() > CHAIN_INSNS * 2 {
        true => Err(Limit::Slots(slots.max(CHAIN_INSNS + 1))),
        false => Ok(()),
    }
}
