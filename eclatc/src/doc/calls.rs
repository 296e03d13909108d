//! Who calls whom in a script: loaders, chains, programs.

use super::Script;
use super::graph::{Edge, Graph, Line, Look, Node, When};
use super::links::Links;
use crate::hir::{Block, Callee, Chain, Datum, Expr, ExprKind, StmtKind};

/// The call graph of a script; of one chain what leads to it and what it calls, however
/// far.
pub fn calls(script: &Script, only: Option<&Chain>, links: &Links<'_>) -> Graph {
    let graph = all(script, links);
    match only.and_then(|chain| graph.symbols.iter().position(|it| *it == *chain.symbol.0)) {
        Some(chain) => around(&graph.graph, chain),
        None => graph.graph,
    }
}

fn all<'a>(script: &Script, links: &'a Links<'a>) -> Builder<'a> {
    let mut builder = Builder {
        links,
        graph: Graph::default(),
        symbols: Vec::new(),
    };
    for map in &script.tree.config.maps {
        let values = map.entries.iter().flat_map(|entry| &entry.value);
        let chains = values.filter_map(|datum| match datum {
            Datum::Chain(symbol) => Some(&*symbol.0),
            _ => None,
        });
        for chain in chains {
            builder.edge(&map.owner.0, chain);
        }
    }
    for chain in &script.tree.chains {
        builder.node(&chain.symbol.0);
        for callee in callees(chain) {
            builder.edge(&chain.symbol.0, &callee);
        }
    }
    builder
}

/// The part of a graph from which a node is reached, or that is reached from it.
fn around(graph: &Graph, node: usize) -> Graph {
    let mut kept = reached(graph, node, |edge| (edge.from, edge.to));
    let callers = reached(graph, node, |edge| (edge.to, edge.from));
    kept.iter_mut()
        .zip(&callers)
        .for_each(|(kept, calls)| *kept |= calls);
    let mut part = Graph::default();
    let mut places = Vec::new();
    for (node, kept) in graph.nodes.iter().zip(&kept) {
        places.push(part.nodes.len());
        part.nodes.extend(kept.then(|| node.clone()));
    }
    let edges = graph
        .edges
        .iter()
        .filter(|edge| kept[edge.from] && kept[edge.to]);
    part.edges.extend(edges.map(|edge| Edge {
        from: places[edge.from],
        to: places[edge.to],
        ..*edge
    }));
    part
}

/// The nodes reached over edges that lead from and to where `ends` says.
fn reached(graph: &Graph, start: usize, ends: impl Fn(&Edge) -> (usize, usize)) -> Vec<bool> {
    let mut reached = vec![false; graph.nodes.len()];
    let mut waiting = vec![start];
    while let Some(node) = waiting.pop() {
        if std::mem::replace(&mut reached[node], true) {
            continue;
        }
        let next = graph
            .edges
            .iter()
            .map(&ends)
            .filter(|(from, _)| *from == node);
        waiting.extend(next.map(|(_, to)| to));
    }
    reached
}

/// The programs and chains that a chain calls, each once, in the order of the source.
pub fn callees(chain: &Chain) -> Vec<String> {
    let mut found = Vec::new();
    in_block(&chain.body, &mut found);
    found
}

struct Builder<'a> {
    links: &'a Links<'a>,
    graph: Graph,
    symbols: Vec<String>,
}

impl Builder<'_> {
    fn node(&mut self, symbol: &str) -> usize {
        if let Some(place) = self.symbols.iter().position(|known| known == symbol) {
            return place;
        }
        let (folder, _) = symbol.split_once('.').unwrap_or_default();
        let (_, name) = symbol.rsplit_once('.').unwrap_or(("", symbol));
        self.graph.nodes.push(Node {
            look: match folder {
                "loaders" => Look::Loader,
                "chains" => Look::Chain,
                _ => Look::Program,
            },
            lines: vec![Line {
                number: None,
                text: name.to_owned(),
                link: self.links.symbol(symbol),
            }],
        });
        self.symbols.push(symbol.to_owned());
        self.symbols.len() - 1
    }

    fn edge(&mut self, from: &str, to: &str) {
        let edge = Edge {
            from: self.node(from),
            to: self.node(to),
            when: When::Always,
        };
        if !self.graph.edges.contains(&edge) {
            self.graph.edges.push(edge);
        }
    }
}

fn in_block(block: &Block, found: &mut Vec<String>) {
    for stmt in block {
        match &stmt.kind {
            StmtKind::Assign { value, .. } | StmtKind::Expr(value) => in_expr(value, found),
            StmtKind::Return(value) => value.iter().for_each(|value| in_expr(value, found)),
            StmtKind::If {
                cond,
                then,
                otherwise,
            } => {
                in_expr(cond, found);
                in_block(then, found);
                in_block(otherwise, found);
            }
            StmtKind::Loop { cond, body, step } => {
                in_expr(cond, found);
                in_block(body, found);
                in_block(step, found);
            }
            StmtKind::Break | StmtKind::Continue => {}
        }
    }
}

fn in_expr(expr: &Expr, found: &mut Vec<String>) {
    match &expr.kind {
        ExprKind::Const(_) | ExprKind::Local(_) => {}
        ExprKind::Unary(_, value) | ExprKind::Not(value) | ExprKind::Convert(value) => {
            in_expr(value, found);
        }
        ExprKind::Binary(_, left, right)
        | ExprKind::Compare(_, left, right)
        | ExprKind::And(left, right)
        | ExprKind::Or(left, right) => {
            in_expr(left, found);
            in_expr(right, found);
        }
        ExprKind::Select {
            cond,
            then,
            otherwise,
        } => {
            for part in [cond, then, otherwise] {
                in_expr(part, found);
            }
        }
        ExprKind::Let { value, body, .. } => {
            in_expr(value, found);
            in_expr(body, found);
        }
        ExprKind::Call(call) => {
            call.args.iter().for_each(|arg| in_expr(arg, found));
            if let Callee::Program(symbol) | Callee::Chain(symbol) = &call.callee
                && !found.iter().any(|known| **known == *symbol.0)
            {
                found.push(symbol.0.to_string());
            }
        }
    }
}
