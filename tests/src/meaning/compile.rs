//! The whole compiler over a text, without files.

use eclatc::analyse::{self, Options};
use eclatc::codegen::{self, ChainCode, CodegenError};
use eclatc::diagnostic::{self, Diagnostic};
use eclatc::packages::memory::InMemory;
use eclatc::source::FileId;
use eclatc::syntax::Arena;
use eclatc::{hir, ir, lex, lower, parse};
use hike_vm::{Quick, Target};
use std::collections::BTreeMap;

use super::world::PROGRAMS;
use crate::bytecode::Bytecode;

/// The package of all scripts here.
const PACKAGE: &str = "t";

/// The linker symbol of a chain.
pub fn symbol(chain: &str) -> String {
    format!("chains.{PACKAGE}.{chain}")
}

/// A script that has been compiled.
#[derive(Debug)]
pub struct Compiled {
    /// Its typed tree.
    pub script: hir::Script,
    /// Its intermediate code, optimised.
    pub module: ir::Module,
    /// The bytecode of its chains.
    pub codes: Vec<ChainCode>,
}

/// Why a script has no bytecode.
#[derive(Debug)]
pub enum Refused {
    /// It is wrong.
    Wrong(Vec<String>),
    /// A chain exceeds a limit of the VM.
    TooBig(Vec<CodegenError>),
}

/// Compiles a text.
///
/// # Errors
/// When it is wrong or too big.
pub fn compile(text: &str) -> Result<Compiled, Refused> {
    let file = FileId(0);
    let (tokens, mut problems) = lex::lex(text, file);
    let arena = Arena::new();
    let (tree, more) = parse::parse(&tokens, &arena);
    problems.extend(more);
    let mut packages = InMemory::default();
    for program in &PROGRAMS {
        packages.add(PACKAGE, program.signature());
    }
    let options = Options {
        package: PACKAGE,
        defines: &BTreeMap::new(),
        packages: &packages,
    };
    let (script, more) = analyse::analyse(&tree, file, options);
    problems.extend(more);
    diagnostic::settle(&mut problems);
    let errors: Vec<String> = problems
        .iter()
        .filter(|it| it.is_error())
        .map(|problem| shown(problem, text))
        .collect();
    if !errors.is_empty() {
        return Err(Refused::Wrong(errors));
    }
    let mut module = lower::lower(&script);
    ir::passes::optimize(&mut module);
    let codes = codegen::generate(&module).map_err(Refused::TooBig)?;
    Ok(Compiled {
        script,
        module,
        codes,
    })
}

fn shown(problem: &Diagnostic, text: &str) -> String {
    let span = problem.span();
    let found = text.get(span.start as usize..span.end as usize);
    let (code, message) = (problem.code, &problem.message);
    format!("{code}: {message}: `{}`", found.unwrap_or_default())
}

impl Compiled {
    /// Chains in quick code, with the IDs of [`bytecode`](Self::bytecode).
    ///
    /// # Panics
    /// When there is no such chain, or the VM does not take what the compiler made.
    pub fn quick(&self, chain: &str) -> BTreeMap<u32, Quick> {
        let chains = self.bytecode(chain).into_iter();
        let quick = |(id, code): (u32, Bytecode)| {
            let quick = code.quicken();
            (id, quick.expect("what the compiler made is a chain"))
        };
        chains.map(quick).collect()
    }

    /// Chains in bytecode: this one as 1, and those it can come to from 2 on.
    ///
    /// # Panics
    /// When there is no such chain.
    pub fn bytecode(&self, chain: &str) -> BTreeMap<u32, Bytecode> {
        let ids = self.reachable(&symbol(chain));
        let numbered = ids.iter().zip(1..);
        numbered
            .map(|(code, id)| (id, bytecode(code, &ids)))
            .collect()
    }

    fn reachable(&self, first: &str) -> Vec<&ChainCode> {
        let find = |name: &str| self.codes.iter().find(|code| *code.symbol.0 == *name);
        let mut found: Vec<&ChainCode> = vec![find(first).expect("the chain")];
        let mut next = 0;
        while let Some(code) = found.get(next) {
            let callees = code
                .insns
                .iter()
                .filter_map(|placed| placed.callee.as_ref());
            for called in callees.filter_map(|callee| find(&callee.0)) {
                if !found.iter().any(|known| known.symbol == called.symbol) {
                    found.push(called);
                }
            }
            next += 1;
        }
        found
    }
}

fn bytecode(code: &ChainCode, ids: &[&ChainCode]) -> Bytecode {
    let slots = code.insns.iter();
    let calls = code.insns.iter().filter_map(|placed| {
        let target = target(placed.callee.as_ref()?, ids)?;
        Some((placed.slot as usize, target))
    });
    Bytecode {
        code: slots
            .flat_map(|placed| placed.insn.encode().slots().to_vec())
            .collect(),
        calls: calls.collect(),
    }
}

fn target(callee: &hir::Symbol, ids: &[&ChainCode]) -> Option<Target> {
    let name = callee.0.rsplit('.').next()?;
    match callee.0.starts_with("programs.") {
        true => {
            let index = PROGRAMS.iter().position(|program| program.name == name)?;
            Some(Target::Program(index as u32))
        }
        false => {
            let index = ids.iter().position(|code| code.symbol == *callee)?;
            Some(Target::Chain(index as u32 + 1))
        }
    }
}
