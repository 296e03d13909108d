//! The fused program under construction: what every step of the translation needs.

use std::collections::BTreeMap;

use hike_abi::limits::FRAMES;
use hike_format::native::Guard;
use hike_format::{Symbol, SymbolKind};
use hike_isa::{Insn, Operand, Reg, Size, Slot as Code64, ops};

use super::asm::{Assembler, Code, Item, Label};
use super::fault::Faults;
use super::flow::Flows;
use super::logic::{Function, Reference, function, logic_name};
use super::optimise::{Cells, optimise};
use super::regs::Regs;
use super::stack::{Slot, Stack};
use super::{FuseError, Parts, back_edges};

/// The functions that fused programs call.
const NATIVE: &[u8] = include_bytes!("../../../hike-ebpf/objects/native.o");
/// What messages call that object.
const NATIVE_NAME: &str = "native";
/// How many slots the inlined logic of all programs, and of one, may have: what is used more
/// often becomes a function. A call costs a few nanoseconds, code that does not fit into the
/// processor's caches more.
const INLINE_ALL: usize = 16_000;
const INLINE_ONE: usize = 2_000;

/// A function to append: its owner, package and name.
type FunctionKey = (String, String);

/// The program under construction.
pub struct Program<'a> {
    /// Its code.
    pub asm: Assembler,
    /// What it is made of.
    pub parts: &'a Parts<'a>,
    /// What is known of the chains.
    pub flows: &'a Flows<'a>,
    /// The loader.
    pub loader: &'a Symbol,
    /// Its stack.
    pub stack: Stack,
    /// Its faults.
    pub faults: Faults,
    /// Ends the program with the action in `r0`.
    pub verdict: Label,
    /// Ends the outermost chain with its result in `r0`.
    pub returned: Label,
    /// Whether instructions are counted: some chain has a loop.
    pub counted: bool,
    /// What ends loops.
    pub guard: Guard,
    /// The logic of programs and of the loader.
    logic: BTreeMap<&'a Symbol, Function>,
    /// Slots of inlined logic so far, of each program.
    inlined: BTreeMap<Symbol, usize>,
    /// Functions that are called, and whether they are there.
    functions: BTreeMap<FunctionKey, (Label, bool)>,
}

impl<'a> Program<'a> {
    /// Takes the logic out of the objects and lays out the stack.
    ///
    /// # Errors
    /// When a part is missing or cannot be moved.
    pub fn new(
        parts: &'a Parts<'a>,
        flows: &'a Flows<'a>,
        loader: &'a Symbol,
        guard: Guard,
    ) -> Result<Self, FuseError> {
        let logic = logic(parts, loader)?;
        let stack = stack(&logic, depth(parts))?;
        let mut asm = Assembler::default();
        Ok(Self {
            parts,
            flows,
            loader,
            stack,
            faults: Faults::default(),
            verdict: asm.label(),
            returned: asm.label(),
            counted: flows.values().any(super::flow::Flow::has_loop),
            guard,
            asm,
            logic,
            inlined: BTreeMap::new(),
            functions: BTreeMap::new(),
        })
    }

    /// The whole code.
    ///
    /// # Errors
    /// When a part cannot be translated, or all of it is too large.
    pub fn assemble(mut self) -> Result<Code, FuseError> {
        let logic = self.logic.get(self.loader);
        let origin = logic.and_then(|logic| logic.origins.values().next().cloned());
        self.asm.comes_from(origin.clone());
        self.entry()?;
        self.asm.comes_from(origin);
        self.endings();
        self.fault_code();
        let cells = Cells {
            stack: self.stack,
            known_state: !self.counted,
            looked_up: true,
            observed: self.parts.observed,
        };
        optimise(&mut self.asm, cells);
        let name = super::object::entry_name(self.loader);
        self.asm.function(name, 0);
        self.append_functions()?;
        back_edges::close(&mut self.asm);
        self.asm.finish()
    }

    /// `dst = slot`
    pub fn load_slot(&mut self, dst: Reg, slot: Slot) {
        let off = self.stack.offset(slot);
        self.asm.load(Size::U64, dst, Reg::FP, off);
    }

    /// `slot = src`
    pub fn store_slot(&mut self, slot: Slot, src: impl Into<Operand>) {
        let off = self.stack.offset(slot);
        self.asm.store(Size::U64, Reg::FP, off, src);
    }

    /// Calls a function of [`NATIVE`].
    pub fn call_native(&mut self, name: &str) {
        let label = self.function(NATIVE_NAME, name);
        self.asm.call(label);
    }

    fn function(&mut self, owner: &str, name: &str) -> Label {
        let key = (owner.to_owned(), name.to_owned());
        let asm = &mut self.asm;
        let entry = self.functions.entry(key);
        entry.or_insert_with(|| (asm.label(), false)).0
    }

    /// The logic of a program or the loader with `r1` and `r2` set; the registers in `keep`
    /// have their values afterwards, and `r0` says how it ended.
    ///
    /// # Errors
    /// When it is not among the parts.
    pub fn run_logic(&mut self, symbol: &Symbol, depth: u32, keep: Regs) -> Result<(), FuseError> {
        let missing = || FuseError::Missing(symbol.clone());
        let logic = self.logic.get(symbol).ok_or_else(missing)?.clone();
        if self.is_better_called(symbol, &logic) {
            let label = self.function(&symbol.to_string(), logic_name(symbol));
            self.asm.call(label);
            return Ok(());
        }
        *self.inlined.entry(symbol.clone()).or_default() += logic.slots.len();
        let kept = keep.and(Regs::PRESERVED).and(logic.writes);
        self.preserve(depth, kept);
        let end = self.asm.label();
        self.emit(&logic, &symbol.to_string(), Some(end));
        self.asm.bind(end);
        self.restore(depth, kept);
        Ok(())
    }

    /// Whether so much of it is inlined already that another call of it is a call; where the
    /// stack has no room for that it is inlined all the same.
    fn is_better_called(&self, symbol: &Symbol, logic: &Function) -> bool {
        let own = self.inlined.get(symbol).copied().unwrap_or(0);
        let all: usize = self.inlined.values().sum();
        let size = logic.slots.len();
        let is_much = own > 0 && own + size > INLINE_ONE || all + size > INLINE_ALL;
        is_much && self.stack.has_room_below(logic.stack)
    }

    /// Keeps preserved registers of the chain at a depth.
    pub fn preserve(&mut self, depth: u32, regs: Regs) {
        for reg in regs.iter() {
            self.store_slot(Slot::Preserved(depth, reg), reg);
        }
    }

    /// Gives them their values again.
    pub fn restore(&mut self, depth: u32, regs: Regs) {
        for reg in regs.iter() {
            self.load_slot(reg, Slot::Preserved(depth, reg));
        }
    }

    /// Appends a function's code; where it is inlined, it goes to `end` instead of returning.
    fn emit(&mut self, function: &Function, owner: &str, end: Option<Label>) {
        let around = self.asm.origin();
        let labels = function.jump_targets();
        let labels: BTreeMap<usize, Label> = labels.map(|at| (at, self.asm.label())).collect();
        for (at, slot) in function.slots.iter().enumerate() {
            if let Some(label) = labels.get(&at) {
                self.asm.bind(*label);
            }
            if let Some(origin) = function.origins.get(&at) {
                self.asm.comes_from(Some(origin.clone()));
            }
            let target = function.jump_target(at).and_then(|at| labels.get(&at));
            match (function.references.get(&at), target, end) {
                (Some(Reference::Place(name, addend)), ..) => {
                    if let Some(dst) = Reg::new(slot.dst) {
                        self.asm.refer(dst, name.clone(), *addend);
                    }
                }
                (Some(Reference::Function(name)), ..) => {
                    let label = self.function(owner, name);
                    self.asm.call(label);
                }
                (None, Some(label), _) => self.asm.jump(short(*slot), *label),
                (None, None, Some(end)) if slot.opcode == ops::EXIT => self.asm.goto(end),
                _ if function.is_second_half(at) => {}
                _ => self.asm.push(Item {
                    second: function.second_half(at),
                    ..Item::plain(*slot)
                }),
            }
        }
        self.asm.comes_from(around);
    }

    /// What the outermost chain's return and a verdict do.
    fn endings(&mut self) {
        if self.asm.is_used(self.returned) {
            self.asm.bind(self.returned);
            self.load_slot(Reg::R1, Slot::State);
            if self.parts.observed {
                self.asm.store_kept(Size::U64, Reg::R1, 0, Reg::R0);
            }
            let off = core::mem::offset_of!(hike_abi::VmState, default_action) as i16;
            self.asm.load(Size::U32, Reg::R0, Reg::R1, off);
            self.asm.insn(Insn::Exit);
        }
        // The kernel takes the lower half of `r0`.
        self.asm.bind(self.verdict);
        self.asm.insn(Insn::Exit);
    }

    /// Appends the functions that are called, and those that they call.
    fn append_functions(&mut self) -> Result<(), FuseError> {
        while let Some((key, label)) = self.next_function() {
            let (owner, name) = &key;
            let function = self.take(owner, name)?;
            let start = self.asm.here();
            self.asm.bind(label);
            self.emit(&function, owner, None);
            self.asm.function(name.clone(), start);
        }
        Ok(())
    }

    fn next_function(&mut self) -> Option<(FunctionKey, Label)> {
        let asm = &self.asm;
        let mut functions = self.functions.iter_mut();
        let next = functions.find(|(_, (label, done))| !*done && asm.is_used(*label));
        let (key, (label, done)) = next?;
        *done = true;
        Some((key.clone(), *label))
    }

    fn take(&self, owner: &str, name: &str) -> Result<Function, FuseError> {
        if owner == NATIVE_NAME {
            return function(owner, "", NATIVE, name);
        }
        let programs = self.parts.programs.iter();
        let part = programs.map(|(symbol, part)| (*symbol, part));
        let mut part = part.filter(|(symbol, _)| symbol.to_string() == owner);
        match part.next() {
            Some((symbol, part)) => function(owner, symbol.package(), part.bytes, name),
            None => Err(FuseError::Label),
        }
    }
}

/// A jump with its distance in `off`, which reaches over every fused program.
fn short(slot: Code64) -> Code64 {
    match slot.opcode {
        ops::GOTO_LONG => Item::GOTO,
        _ => Code64 { off: 0, ..slot },
    }
}

/// The logic of the loader and of every program that the chains call.
fn logic<'a>(
    parts: &Parts<'a>,
    loader: &'a Symbol,
) -> Result<BTreeMap<&'a Symbol, Function>, FuseError> {
    let calls = parts.chains.values().flat_map(|chain| chain.calls.values());
    let programs = calls.filter(|target| target.kind() == SymbolKind::Program);
    let symbols = programs.chain([loader]);
    symbols
        .map(|symbol| {
            let bytes = parts.part(symbol)?.bytes;
            let owner = symbol.to_string();
            let function = function(&owner, symbol.package(), bytes, logic_name(symbol))?;
            Ok((symbol, function))
        })
        .collect()
}

/// The layout of the stack: inlined logic, the most of any, then the fuser's own slots.
fn stack(logic: &BTreeMap<&Symbol, Function>, depth: u32) -> Result<Stack, FuseError> {
    for (symbol, function) in logic {
        let room = Stack::room(depth);
        if function.stack > room {
            let (program, bytes) = ((*symbol).clone(), function.stack);
            return Err(FuseError::Stack {
                program,
                bytes,
                room,
            });
        }
    }
    let deepest = logic.values().map(|function| function.stack).max();
    Ok(Stack::below(deepest.unwrap_or(0), depth))
}

/// How deep the chains can nest, at most as deep as the VM lets them.
fn depth(parts: &Parts<'_>) -> u32 {
    let mut level: Vec<&Symbol> = parts.starts.clone();
    let mut depth = 0;
    while !level.is_empty() && depth < FRAMES as u32 {
        let chains = level.iter().filter_map(|symbol| parts.chains.get(symbol));
        let calls = chains.flat_map(|chain| chain.calls.values());
        level = calls.filter(|it| it.kind() == SymbolKind::Chain).collect();
        level.sort();
        level.dedup();
        depth += 1;
    }
    depth
}
