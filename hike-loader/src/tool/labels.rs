//! Names of this host's numbers, both ways.

use std::collections::BTreeMap;

use hike_format::Symbol;
use hike_format::encode::Names;
use hike_loader::inspect::Labels;
use hike_loader::kernel::{Kernel, Linux};
use hike_loader::registry::{ChainId, Record, Registry};
use hike_loader::sys::clock;

/// Chains and interfaces of this host.
#[derive(Clone, Debug, Default)]
pub struct HostLabels {
    chains: BTreeMap<Symbol, ChainId>,
    interfaces: BTreeMap<String, u32>,
    now: Option<u64>,
}

impl HostLabels {
    /// The names of these chains and of all interfaces.
    pub fn new(chains: impl IntoIterator<Item = (Symbol, ChainId)>) -> Self {
        // Without names, the numbers are shown.
        let interfaces = Linux.interfaces().unwrap_or_default().into_iter();
        Self {
            chains: chains.into_iter().collect(),
            interfaces: interfaces.map(|it| (it.name, it.index)).collect(),
            now: Some(clock::since_boot()),
        }
    }

    /// The names of every installed chain.
    pub fn of_host(registry: &Registry) -> Self {
        let chains = registry.bundles.iter().flat_map(|record| &record.chains);
        Self::new(chains.map(|chain| (chain.symbol.clone(), chain.id)))
    }

    /// The names of a bundle's chains alone: what its maps may refer to.
    pub fn of_bundle(record: &Record) -> Self {
        let chains = record.chains.iter();
        Self::new(chains.map(|chain| (chain.symbol.clone(), chain.id)))
    }

    /// Shows moments from now on, unless it is told not to.
    pub fn at(self, now: Option<u64>) -> Self {
        Self { now, ..self }
    }
}

impl Labels for HostLabels {
    fn chain(&self, id: u32) -> Option<String> {
        let mut chains = self.chains.iter();
        let (symbol, _) = chains.find(|(_, chain)| chain.0 == id)?;
        Some(symbol.to_string())
    }

    fn interface(&self, index: u32) -> Option<String> {
        let mut interfaces = self.interfaces.iter();
        let (name, _) = interfaces.find(|(_, other)| **other == index)?;
        Some(name.clone())
    }

    fn now(&self) -> Option<u64> {
        self.now
    }
}

impl Names for HostLabels {
    fn chain(&self, symbol: &Symbol) -> Option<u32> {
        self.chains.get(symbol).map(|id| id.0)
    }

    fn interface(&self, name: &str) -> Option<u32> {
        self.interfaces.get(name).copied()
    }
}
