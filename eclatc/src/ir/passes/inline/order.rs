//! Who calls whom.

use super::calls;
use crate::ir::{Module, Symbol};
use std::collections::BTreeMap;

/// How often each chain is called within the module.
pub fn call_counts(module: &Module) -> BTreeMap<Symbol, usize> {
    let mut counts = BTreeMap::new();
    for symbol in module.functions.iter().flat_map(calls) {
        *counts.entry(symbol.clone()).or_default() += 1;
    }
    counts
}

/// Indices of functions, each behind those it calls, and whether it can come back to itself.
pub fn callees_first(module: &Module) -> Vec<(usize, bool)> {
    let names = module.functions.iter().enumerate();
    let names: BTreeMap<&Symbol, usize> = names
        .map(|(index, function)| (&function.symbol, index))
        .collect();
    let edges: Vec<Vec<usize>> = module
        .functions
        .iter()
        .map(|function| {
            let known = calls(function).filter_map(|symbol| names.get(symbol));
            known.copied().collect()
        })
        .collect();
    let mut walk = Walk::new(&edges);
    (0..edges.len()).for_each(|root| walk.visit(root));
    walk.order
}

/// Finds groups of functions that call one another (Tarjan, "Depth-First Search and Linear
/// Graph Algorithms"), without recursion of its own.
struct Walk<'a> {
    edges: &'a [Vec<usize>],
    /// When a function was met, from 1 on; 0 before that.
    met: Vec<usize>,
    /// The earliest function of its group that it can come to.
    earliest: Vec<usize>,
    /// Functions whose group is not complete.
    open: Vec<usize>,
    is_open: Vec<bool>,
    clock: usize,
    order: Vec<(usize, bool)>,
}

impl<'a> Walk<'a> {
    fn new(edges: &'a [Vec<usize>]) -> Self {
        Self {
            edges,
            met: vec![0; edges.len()],
            earliest: vec![0; edges.len()],
            open: Vec::new(),
            is_open: vec![false; edges.len()],
            clock: 0,
            order: Vec::with_capacity(edges.len()),
        }
    }

    fn visit(&mut self, root: usize) {
        if self.met[root] > 0 {
            return;
        }
        let mut path = vec![(root, 0)];
        self.meet(root);
        while let Some((node, done)) = path.last_mut() {
            let node = *node;
            let next = self.edges[node].get(*done).copied();
            *done += 1;
            match next {
                Some(next) if self.met[next] == 0 => {
                    self.meet(next);
                    path.push((next, 0));
                }
                Some(next) if self.is_open[next] => {
                    self.earliest[node] = self.earliest[node].min(self.met[next]);
                }
                Some(_) => {}
                None => {
                    path.pop();
                    self.leave(node);
                    if let Some((caller, _)) = path.last() {
                        self.earliest[*caller] = self.earliest[*caller].min(self.earliest[node]);
                    }
                }
            }
        }
    }

    fn meet(&mut self, node: usize) {
        self.clock += 1;
        self.met[node] = self.clock;
        self.earliest[node] = self.clock;
        self.open.push(node);
        self.is_open[node] = true;
    }

    /// Everything below a function has been met: its group is complete if it was its first.
    fn leave(&mut self, node: usize) {
        if self.earliest[node] < self.met[node] {
            return;
        }
        let start = self.open.iter().rposition(|open| *open == node);
        let group = self.open.split_off(start.unwrap_or_default());
        let recursive = group.len() > 1 || self.edges[node].contains(&node);
        for member in group {
            self.is_open[member] = false;
            self.order.push((member, recursive));
        }
    }
}
