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
use crate::ir::{Function, Module, Symbol, Terminator};
use crate::source::Span;
use graph::Graph;
use smallvec::SmallVec;
use std::collections::BTreeMap;
use std::fmt;
use walk::Walk;

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

impl Extent {
    /// No way takes anything.
    const NOTHING: Self = Self {
        least: Count(0),
        most: Count(0),
    };

    /// No way is known: every one makes the least smaller and the most larger.
    const UNKNOWN: Self = Self {
        least: Count::UNBOUNDED,
        most: Count(0),
    };
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
    let mut meter = Meter::default();
    for (index, (function, code)) in module.functions.iter().zip(codes).enumerate() {
        meter.add(index, function, code);
    }
    meter.finish()
}

/// Takes one chain after the other and gives the budgets of all in the end. Of a chain that
/// calls no other nothing but its budget is kept.
#[derive(Default)]
pub struct Meter {
    found: Vec<Found>,
    builder: graph::Builder,
    graph: Graph,
    walk: Walk,
}

/// What is known of one chain.
struct Found {
    /// Its place among all chains.
    place: usize,
    budget: ChainBudget,
    /// Something in it may end the way of the packet.
    may_end: bool,
    /// Its graph, when it calls chains.
    open: Option<Box<Graph>>,
}

impl Meter {
    /// Measures a chain: its intermediate code, and the bytecode that was made of it. `place`
    /// is where its budget shall stand among those of all chains.
    pub fn add(&mut self, place: usize, function: &Function, code: &ChainCode) {
        let finals: Finals<'_> = finals(function).collect();
        let bounds = bounds::bounds(function);
        self.builder.build(&mut self.graph, code, &bounds, &finals);
        let graph = &mut self.graph;
        let is_open = graph.chain_calls().next().is_some();
        let [instructions, calls, frames] = match is_open {
            true => [Extent::NOTHING; 3],
            false => self.walk.measure(graph, |_| None),
        };
        let loops = graph.loops.iter().map(|it| (it.span, it.turns));
        let budget = ChainBudget {
            symbol: code.symbol.clone(),
            span: code.span,
            instructions,
            calls,
            frames,
            loops: loops.collect(),
            callees: Vec::new(),
        };
        self.found.push(Found {
            place,
            budget,
            may_end: graph.may_end(),
            open: is_open.then(|| Box::new(std::mem::take(graph))),
        });
    }

    /// The budgets of all chains, in the order of their places.
    pub fn finish(self) -> Vec<ChainBudget> {
        let (mut found, mut walk) = (self.found, self.walk);
        found.sort_by_key(|it| it.place);
        let mut open: Vec<Open> = Vec::new();
        for (index, it) in found.iter_mut().enumerate() {
            let graph = it.open.take();
            open.extend(graph.map(|graph| Open { index, graph }));
        }
        if !open.is_empty() {
            let names = found.iter().enumerate();
            let names = names.map(|(index, it)| (it.budget.symbol.clone(), index));
            let names: Names = names.collect();
            open.sort_by(|a, b| {
                let name = |it: &Open| &found[it.index].budget.symbol;
                name(a).cmp(name(b))
            });
            mark_ends(&mut open, &names, &mut found);
            measure_all(&open, &names, &mut found, &mut walk);
            for it in &open {
                let sites = it.graph.chain_calls();
                let known = sites.filter(|call| names.contains_key(&call.symbol));
                found[it.index].budget.callees = known.cloned().collect();
            }
        }
        found.into_iter().map(|it| it.budget).collect()
    }
}

/// A chain that calls chains.
struct Open {
    /// Its place in the order of all chains.
    index: usize,
    graph: Box<Graph>,
}

/// The place of each chain in the order of all.
type Names = BTreeMap<Symbol, usize>;

/// Programs that always end the chain, as far as a chain calls them.
type Finals<'f> = SmallVec<[&'f Symbol; 8]>;

fn finals(function: &Function) -> impl Iterator<Item = &Symbol> {
    function.blocks.iter().filter_map(|block| match &block.end {
        Terminator::Finish(crate::ir::Callee::Program(symbol), _) => Some(symbol),
        _ => None,
    })
}

/// Where a chain is called that may end the packet's way, it may end as well.
fn mark_ends(open: &mut [Open], names: &Names, found: &mut [Found]) {
    let mut changed = true;
    while changed {
        changed = false;
        for it in open.iter_mut() {
            let ends = |symbol: &Symbol| {
                let called = names.get(symbol);
                called.is_none_or(|index| found[*index].may_end)
            };
            let may_end = it.graph.mark_ends(ends);
            changed |= may_end != found[it.index].may_end;
            found[it.index].may_end = may_end;
        }
    }
}

/// Grows the most from nothing and shrinks the least from everything, until chains that call
/// one another agree; what still grows then is recursion.
fn measure_all(open: &[Open], names: &Names, found: &mut [Found], walk: &mut Walk) {
    for it in open {
        found[it.index].set([Extent::UNKNOWN; 3]);
    }
    for round in 0..=2 * open.len() {
        let mut changed = false;
        for it in open {
            let measured = measure(it, names, found, walk);
            changed |= found[it.index].get() != measured;
            found[it.index].set(measured);
        }
        if !changed {
            break;
        }
        if round >= open.len() {
            unbound_growing(open, names, found, walk);
        }
    }
}

fn measure(it: &Open, names: &Names, found: &[Found], walk: &mut Walk) -> [Extent; 3] {
    walk.measure(&it.graph, |symbol| Some(found[*names.get(symbol)?].get()))
}

/// After a round for each chain only recursion makes numbers grow.
fn unbound_growing(open: &[Open], names: &Names, found: &mut [Found], walk: &mut Walk) {
    let measures = open.iter().map(|it| measure(it, names, found, walk));
    let measures: Vec<_> = measures.collect();
    for (it, mut measured) in open.iter().zip(measures) {
        let before = found[it.index].get();
        for (extent, before) in measured.iter_mut().zip(before) {
            if extent.most > before.most {
                extent.most = Count::UNBOUNDED;
            }
        }
        found[it.index].set(measured);
    }
}

impl Found {
    fn get(&self) -> [Extent; 3] {
        let budget = &self.budget;
        [budget.instructions, budget.calls, budget.frames]
    }

    fn set(&mut self, measures: [Extent; 3]) {
        let budget = &mut self.budget;
        [budget.instructions, budget.calls, budget.frames] = measures;
    }
}
