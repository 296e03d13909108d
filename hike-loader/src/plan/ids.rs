//! Runtime IDs: the lowest ones that no installed bundle has.

use std::collections::{BTreeMap, BTreeSet};

use hike_abi::limits::{CHAINS, PROGRAMS};
use hike_format::{Manifest, Symbol};
use hike_vm::Target;

use super::PlanError;
use crate::registry::{ChainId, ProgramId, Registry};

/// The IDs of one bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ids {
    /// Of its programs.
    pub programs: BTreeMap<Symbol, ProgramId>,
    /// Of its chains.
    pub chains: BTreeMap<Symbol, ChainId>,
}

impl Ids {
    /// What a call of a symbol calls at run time.
    pub fn target(&self, symbol: &Symbol) -> Option<Target> {
        let program = self.programs.get(symbol);
        program
            .map(|id| Target::Program(id.0))
            .or_else(|| Some(Target::Chain(self.chains.get(symbol)?.0)))
    }
}

/// Gives every program and chain of a bundle an ID.
pub(super) fn assign(manifest: &Manifest, registry: &Registry) -> Result<Ids, PlanError> {
    let records = || registry.bundles.iter();
    let programs = records().flat_map(|record| record.programs.iter().map(|it| it.id.0));
    let chains = records().flat_map(|record| record.chains.iter().map(|it| it.id.0));
    let wanted_programs = manifest.programs.iter().map(|program| &program.symbol);
    let wanted_chains = manifest.chains.iter().map(|chain| &chain.symbol);
    let programs = give(
        "program",
        wanted_programs.collect(),
        programs.collect(),
        0..PROGRAMS,
    )?;
    let chains = give(
        "chain",
        wanted_chains.collect(),
        chains.collect(),
        1..CHAINS,
    )?;
    Ok(Ids {
        programs: programs
            .map(|(symbol, id)| (symbol, ProgramId(id)))
            .collect(),
        chains: chains.map(|(symbol, id)| (symbol, ChainId(id))).collect(),
    })
}

fn give(
    what: &'static str,
    wanted: BTreeSet<&Symbol>,
    used: BTreeSet<u32>,
    all: std::ops::Range<u32>,
) -> Result<impl Iterator<Item = (Symbol, u32)>, PlanError> {
    let limit = all.end;
    let free: Vec<u32> = all.filter(|id| !used.contains(id)).collect();
    if free.len() < wanted.len() {
        return Err(PlanError::Ids {
            what,
            needed: wanted.len(),
            free: free.len(),
            limit,
        });
    }
    Ok(wanted.into_iter().cloned().zip(free))
}
