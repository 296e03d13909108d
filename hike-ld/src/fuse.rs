//! The native tier: a chain loader, its chains and the logic of the programs they call,
//! fused into one XDP program ahead of time.
//!
//! [`fuse()`] is a list of steps:
//!
//! | step | module |
//! |---|---|
//! | instructions, liveness and loops of the chains | `flow` |
//! | logic out of the objects of programs and loader | `logic` |
//! | the loader's decision, then the chain it chose | `entry` |
//! | chains to eBPF, calls of logic inlined where the stack has room | `chain`, `call`, `access` |
//! | what happens at a fault | `fault` |
//! | what is superfluous once all stands together goes | `optimise` |
//! | loops that older verifiers take | `back_edges` |
//! | the object | `object` |
//!
//! Registers of a chain are the registers of the fused program. Its memory is the VM's: the
//! state's stacks and shared memory area, and the packet; addresses stay the VM's virtual
//! ones. So both tiers give the same answers, faults and their places included. What the
//! fused program refers to stays a name: maps `maps.PACKAGE.NAME`, data sections
//! `OWNER:SECTION`, and chain IDs, which only a host gives.

mod access;
mod alu;
mod asm;
mod back_edges;
mod call;
mod chain;
pub(crate) mod entry;
mod error;
mod fault;
mod flow;
mod license;
pub(crate) mod logic;
mod object;
mod optimise;
mod program;
mod regs;
mod stack;

use std::collections::{BTreeMap, BTreeSet};

use hike_format::chain::Chain;
use hike_format::native::Guard;
use hike_format::{Symbol, SymbolKind};

pub use error::FuseError;

/// What a fused program is made of.
#[derive(Clone, Debug, Default)]
pub struct Parts<'a> {
    /// Every chain of the bundle.
    pub chains: BTreeMap<&'a Symbol, &'a Chain>,
    /// Its programs, and perhaps loaders.
    pub programs: BTreeMap<&'a Symbol, Part<'a>>,
    /// Chains that the loader may start, the likely ones first.
    pub starts: Vec<&'a Symbol>,
    /// Start chains with the packet's address in `r1` and its length in `r2`, as raw
    /// bytecode is started, instead of zeros.
    pub packet_arguments: bool,
    /// Leave the packet cursor, and the result of a chain that ended, in the VM's state, for
    /// who looks at it afterwards: tests do.
    pub observed: bool,
}

/// A program or loader.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// Its object.
    pub bytes: &'a [u8],
    /// How many arguments it takes.
    pub params: usize,
    /// The licence the kernel is told.
    pub license: &'a str,
}

impl<'a> Parts<'a> {
    fn params(&self, symbol: &Symbol) -> Option<usize> {
        self.programs.get(symbol).map(|part| part.params)
    }

    fn part(&self, symbol: &Symbol) -> Result<Part<'a>, FuseError> {
        let part = self.programs.get(symbol).copied();
        part.ok_or_else(|| FuseError::Missing(symbol.clone()))
    }
}

/// Fuses a loader with chains and programs; gives the object.
///
/// # Errors
/// When something cannot be fused; the VM runs the bundle then.
pub fn fuse(parts: &Parts<'_>, loader: &Symbol) -> Result<Vec<u8>, FuseError> {
    // Only what the loader can start matters.
    let parts = reached(parts)?;
    let flows = flow::analyse(&parts)?;
    // The whole program, its functions and its faults.
    let guards = match flows.values().any(flow::Flow::has_loop) {
        true => &Guard::ALL[..],
        // Without loops both would be the same.
        false => &Guard::ALL[..1],
    };
    let forms = guards.iter().map(|guard| {
        let program = program::Program::new(&parts, &flows, loader, *guard)?;
        Ok((guard.section(), program.assemble()?))
    });
    let forms = forms.collect::<Result<Vec<_>, FuseError>>()?;
    let license = license::common(&parts, loader)?;
    object::write(loader, &forms, license)
}

/// The parts with those chains only that can be started, directly or by a call.
fn reached<'a>(parts: &Parts<'a>) -> Result<Parts<'a>, FuseError> {
    let mut found = BTreeSet::new();
    let mut waiting: Vec<&'a Symbol> = parts.starts.clone();
    while let Some(symbol) = waiting.pop() {
        let chain = parts.chains.get(symbol);
        let chain = chain.ok_or_else(|| FuseError::Missing(symbol.clone()))?;
        if found.insert(symbol) {
            let calls = chain.calls.values();
            waiting.extend(calls.filter(|target| target.kind() == SymbolKind::Chain));
        }
    }
    let chains = parts.chains.iter();
    let chains = chains.filter(|(symbol, _)| found.contains(*symbol));
    Ok(Parts {
        chains: chains.map(|(symbol, chain)| (*symbol, *chain)).collect(),
        ..parts.clone()
    })
}
