//! The back half: every chain by itself through all stages from the typed tree to bytecode and
//! budget, so that the intermediate code of a script never exists as a whole.
//!
//! Only inlining looks at several chains. What calls no chain of its script has nothing to be
//! put into it, and is done at once. The others wait until all have been seen: only then is
//! known how often each is called. What they call and may be put in is lowered a second time
//! then, which gives the same code again. Of the other chains the typed tree ends as soon as
//! their bytecode is there: of a long script not all of both has room at one time.

use crate::budget::{ChainBudget, Meter};
use crate::codegen::{ChainCode, CodegenError, Generator};
use crate::hir;
use crate::ir::passes::{self, Workspace, inline};
use crate::ir::{Function, Module, Symbol};
use crate::lower::Lowering;
use std::collections::BTreeSet;

/// What the back half makes of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// The bytecode of its chains, in source order.
    pub codes: Vec<ChainCode>,
    /// What they use of the VM, in the same order.
    pub budgets: Vec<ChainBudget>,
}

/// Makes bytecode of every chain of a script, and measures it. The bodies of chains are used up.
///
/// # Errors
/// One for each chain that exceeds a limit of the VM.
pub fn generate(script: &mut hir::Script) -> Result<Generated, Vec<CodegenError>> {
    let chains = script.chains.len();
    let mut backend = Backend::new(script);
    let mut waiting = Vec::new();
    for place in 0..chains {
        let function = backend.optimized(place);
        match backend.calls_own(&function) {
            true => waiting.push((place, function)),
            false => {
                backend.sizes[place] = inline::size(&function);
                backend.generate(place, &function);
                backend.drop_body(place);
            }
        }
    }
    if !waiting.is_empty() {
        for (place, function) in backend.put_in(waiting) {
            backend.generate(place, &function);
        }
    }
    backend.finish()
}

struct Backend<'s> {
    script: &'s mut hir::Script,
    lowering: Lowering,
    workspace: Workspace,
    generator: Generator,
    meter: Meter,
    /// The bytecode of each chain that is done.
    codes: Vec<Option<ChainCode>>,
    errors: Vec<(usize, CodegenError)>,
    /// For each chain that is done, about how many slots it takes.
    sizes: Vec<usize>,
}

impl<'s> Backend<'s> {
    fn new(script: &'s mut hir::Script) -> Self {
        let chains = script.chains.len();
        Self {
            script,
            lowering: Lowering::default(),
            workspace: Workspace::default(),
            generator: Generator::default(),
            meter: Meter::default(),
            codes: vec![None; chains],
            errors: Vec::new(),
            sizes: vec![0; chains],
        }
    }

    /// A chain as the passes leave it that look at nothing else.
    fn optimized(&mut self, place: usize) -> Function {
        let mut function = self.lowering.chain(&self.script.chains[place]);
        passes::optimize_function(&mut function, &mut self.workspace);
        function
    }

    /// Ends the typed tree of a chain that is done, unless others may take it in.
    fn drop_body(&mut self, place: usize) {
        let chain = &mut self.script.chains[place];
        if !self.script.called.contains(&chain.symbol) {
            chain.body = hir::Block::new();
        }
    }

    /// Whether a chain calls one of the same script: all of them have the same package.
    fn calls_own(&self, function: &Function) -> bool {
        let package = package(&function.symbol);
        inline::calls(function).any(|callee| self::package(callee) == package)
    }

    /// Puts small chains in place of their calls in those that wait.
    fn put_in(&mut self, waiting: Vec<(usize, Function)>) -> Vec<(usize, Function)> {
        let (places, functions): (Vec<usize>, Vec<Function>) = waiting.into_iter().unzip();
        let called: BTreeSet<Symbol> = functions.iter().flat_map(inline::calls).cloned().collect();
        let mut module = Module { functions };
        for place in 0..self.script.chains.len() {
            let is_small = self.sizes[place] <= inline::ONCE;
            let is_called = || called.contains(&self.script.chains[place].symbol);
            if is_small && places.binary_search(&place).is_err() && is_called() {
                let function = self.optimized(place);
                module.functions.push(function);
            }
        }
        inline::run(&mut module);
        places.into_iter().zip(module.functions).collect()
    }

    fn generate(&mut self, place: usize, function: &Function) {
        match self.generator.chain(function) {
            Ok(code) => {
                self.meter.add(place, function, &code);
                self.codes[place] = Some(code);
            }
            Err(error) => self.errors.push((place, error)),
        }
    }

    fn finish(mut self) -> Result<Generated, Vec<CodegenError>> {
        if self.errors.is_empty() {
            return Ok(Generated {
                codes: self.codes.into_iter().flatten().collect(),
                budgets: self.meter.finish(),
            });
        }
        self.errors.sort_by_key(|(place, _)| *place);
        Err(self.errors.into_iter().map(|(_, error)| error).collect())
    }
}

/// The part of a symbol before the chain's own name.
fn package(symbol: &Symbol) -> &str {
    let end = symbol.0.rfind('.').unwrap_or(0);
    &symbol.0[..end]
}
