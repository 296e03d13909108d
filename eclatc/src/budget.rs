//! Budgets: how much of the VM's limits the chains of a script use, at least and at most.
//!
//! | step | module |
//! |---|---|
//! | how often loops run, from the IR | `bounds` |
//! | bytecode as a graph of blocks with loops | `graph` |
//! | the shortest and the longest way through it | `walk` |
//! | messages and the table | [`report`] |
//!
//! Instructions are counted as the VM counts them: one for each slot of quick code that is
//! executed. What is called in other scripts is not known here and counts as nothing.

use crate::codegen::ChainCode;
use crate::ir::{Module, Symbol, Terminator};
use crate::source::Span;
use graph::Graph;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

mod bounds;
mod graph;
pub mod report;
mod walk;

/// A number of instructions, calls or frames; some have no bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(u64);

impl Count {
    /// No bound is known, or there is none.
    pub const UNBOUNDED: Self = Self(u64::MAX);

    /// So many.
    pub fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number, if there is a bound.
    pub fn known(self) -> Option<u64> {
        (self != Self::UNBOUNDED).then_some(self.0)
    }

    fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    fn times(self, other: Self) -> Self {
        Self(self.0.saturating_mul(other.0))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.known() {
            Some(number) => number.fmt(f),
            None => f.pad("no bound"),
        }
    }
}

/// From the shortest to the longest way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// No way takes less.
    pub least: Count,
    /// No way takes more.
    pub most: Count,
}

/// What one chain uses, the chains it calls included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainBudget {
    /// Its symbol.
    pub symbol: Symbol,
    /// The name in its definition.
    pub span: Span,
    /// Executed instructions.
    pub instructions: Extent,
    /// Calls of programs.
    pub calls: Extent,
    /// Nested chains, itself included.
    pub frames: Extent,
    /// Its loops and how often each starts a turn at most.
    pub loops: Vec<(Span, Count)>,
    /// Its calls of chains of the same script.
    pub callees: Vec<Callee>,
}

/// A call of a chain of the same script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callee {
    /// The chain.
    pub symbol: Symbol,
    /// The call.
    pub span: Span,
}

/// Computes the budgets of all chains, in source order.
pub fn budgets(module: &Module, codes: &[ChainCode]) -> Vec<ChainBudget> {
    let finals = finals(module);
    let pairs = module.functions.iter().zip(codes);
    let mut graphs: BTreeMap<&Symbol, Graph> = pairs
        .map(|(function, code)| {
            let bounds = bounds::bounds(function);
            (&code.symbol, Graph::new(code, &bounds, &finals))
        })
        .collect();
    mark_ends(&mut graphs);
    let measures = measure_all(&graphs);
    let known = |symbol: &Symbol| graphs.contains_key(symbol);
    codes
        .iter()
        .map(|code| {
            let graph = &graphs[&code.symbol];
            let [instructions, calls, frames] = measures[&code.symbol];
            let sites = graph.chain_calls().filter(|call| known(&call.symbol));
            ChainBudget {
                symbol: code.symbol.clone(),
                span: code.span,
                instructions,
                calls,
                frames,
                loops: graph.loops.iter().map(|it| (it.span, it.turns)).collect(),
                callees: sites.cloned().collect(),
            }
        })
        .collect()
}

/// Programs that always end the chain.
fn finals(module: &Module) -> BTreeSet<Symbol> {
    let blocks = module.functions.iter().flat_map(|it| &it.blocks);
    let ends = blocks.filter_map(|block| match &block.end {
        Terminator::Finish(crate::ir::Callee::Program(symbol), _) => Some(symbol.clone()),
        _ => None,
    });
    ends.collect()
}

/// Where a chain is called that may end the packet's way, it may end as well.
fn mark_ends(graphs: &mut BTreeMap<&Symbol, Graph>) {
    let mut ending: BTreeSet<Symbol> = BTreeSet::new();
    let names: BTreeSet<Symbol> = graphs.keys().map(|name| (*name).clone()).collect();
    loop {
        let before = ending.len();
        for (name, graph) in graphs.iter_mut() {
            let ends = |symbol: &Symbol| ending.contains(symbol) || !names.contains(symbol);
            if graph.mark_ends(ends) {
                ending.insert((*name).clone());
            }
        }
        if ending.len() == before {
            return;
        }
    }
}

type Measures<'m> = BTreeMap<&'m Symbol, [Extent; 3]>;

/// Grows the most from nothing and shrinks the least from everything, until chains that call
/// one another agree; what still grows then is recursion.
fn measure_all<'m>(graphs: &BTreeMap<&'m Symbol, Graph>) -> Measures<'m> {
    let start = Extent {
        least: Count::UNBOUNDED,
        most: Count::new(0),
    };
    let mut measures: Measures<'m> = graphs.keys().map(|name| (*name, [start; 3])).collect();
    for round in 0..=2 * graphs.len() {
        let mut changed = false;
        // What calls no chain is known after the first round.
        let calls = |graph: &Graph| round == 0 || graph.chain_calls().next().is_some();
        for (name, graph) in graphs.iter().filter(|(_, graph)| calls(graph)) {
            let found = walk::measure(graph, &measures);
            let before = measures.insert(name, found);
            changed |= before != Some(found);
        }
        if !changed {
            break;
        }
        if round >= graphs.len() {
            unbound_growing(graphs, &mut measures);
        }
    }
    measures
}

/// After a round for each chain only recursion makes numbers grow.
fn unbound_growing<'m>(graphs: &BTreeMap<&'m Symbol, Graph>, measures: &mut Measures<'m>) {
    let growing: Vec<_> = graphs
        .iter()
        .map(|(name, graph)| (*name, walk::measure(graph, measures)))
        .filter(|(name, found)| measures[name] != *found)
        .collect();
    for (name, mut found) in growing {
        for (extent, before) in found.iter_mut().zip(measures[name]) {
            if extent.most > before.most {
                extent.most = Count::UNBOUNDED;
            }
        }
        measures.insert(name, found);
    }
}
