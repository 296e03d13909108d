//! Budgets as messages and as a table.

use super::{ChainBudget, Count, Extent};
use crate::diagnostic::Diagnostic;
use crate::diagnostics::limits::{self, Excess};
use crate::ir::Symbol;
use crate::source::Span;
use hike_abi::limits::{EXECUTED_INSNS, FRAMES, PROGRAM_CALLS};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Places on the way that a message shows.
const MAX_PLACES: usize = 4;

/// A limit of the VM and what it counts.
struct Limit {
    what: &'static str,
    number: u64,
    of: fn(&ChainBudget) -> Extent,
}

const LIMITS: [Limit; 3] = [
    Limit {
        what: "instructions",
        number: EXECUTED_INSNS as u64,
        of: |chain| chain.instructions,
    },
    Limit {
        what: "program calls",
        number: PROGRAM_CALLS as u64,
        of: |chain| chain.calls,
    },
    Limit {
        what: "nested chains",
        number: FRAMES as u64,
        of: |chain| chain.frames,
    },
];

/// What each chain takes, one JSON object a line; a number that has no bound is null.
pub fn json_lines(budgets: &[ChainBudget]) -> String {
    let object = |chain: &ChainBudget| {
        let mut object = json!({ "chain": chain.symbol.to_string() });
        for limit in &LIMITS {
            let Extent { least, most } = (limit.of)(chain);
            object[limit.what.replace(' ', "_")] =
                json!({ "least": least.known(), "most": most.known(), "limit": limit.number });
        }
        format!("{object}\n")
    };
    budgets.iter().map(object).collect()
}

/// What exceeds a limit for certain, and what may. One message for each chain that is the
/// cause; those that only call it get none.
pub fn problems(budgets: &[ChainBudget]) -> Vec<Diagnostic> {
    let mut reported: BTreeSet<&Symbol> = BTreeSet::new();
    let mut problems = Vec::new();
    for chain in callees_first(budgets) {
        problems.extend(problem(chain, budgets, &reported));
        if exceeds(chain) {
            reported.insert(&chain.symbol);
        }
    }
    problems
}

/// Every chain after those it calls, as far as they do not call one another; else in order.
fn callees_first(budgets: &[ChainBudget]) -> Vec<&ChainBudget> {
    if budgets.iter().all(|chain| chain.callees.is_empty()) {
        return budgets.iter().collect();
    }
    let places = budgets.iter().enumerate();
    let places: BTreeMap<&Symbol, usize> = places
        .map(|(place, chain)| (&chain.symbol, place))
        .collect();
    let mut is_waiting = vec![true; budgets.len()];
    let mut order = Vec::with_capacity(budgets.len());
    let mut first = 0;
    while order.len() < budgets.len() {
        while !is_waiting[first] {
            first += 1;
        }
        let is_ready = |place: &usize| {
            is_waiting[*place]
                && budgets[*place].callees.iter().all(|call| {
                    let called = places.get(&call.symbol);
                    called.is_none_or(|called| called == place || !is_waiting[*called])
                })
        };
        let next = (first..budgets.len()).find(is_ready).unwrap_or(first);
        is_waiting[next] = false;
        order.push(&budgets[next]);
    }
    order
}

fn exceeds(chain: &ChainBudget) -> bool {
    LIMITS
        .iter()
        .any(|limit| (limit.of)(chain).most > Count::new(limit.number))
}

fn problem(
    chain: &ChainBudget,
    all: &[ChainBudget],
    reported: &BTreeSet<&Symbol>,
) -> Option<Diagnostic> {
    let mut callees = chain.callees.iter();
    if callees.any(|call| reported.contains(&call.symbol)) {
        return None;
    }
    let over = |count: fn(Extent) -> Count| {
        // Calls and frames first: a loop around a call exceeds all limits. A chain without
        // an end never comes to its least, so the most must exceed the limit as well.
        let exceeded = move |extent: Extent, limit| count(extent).min(extent.most) > limit;
        let mut limits = LIMITS.iter().rev();
        limits.find(move |limit| exceeded((limit.of)(chain), Count::new(limit.number)))
    };
    let (limit, certain) = match over(|extent| extent.least) {
        Some(limit) => (limit, true),
        None => (over(|extent| extent.most)?, false),
    };
    let extent = (limit.of)(chain);
    let excess = Excess {
        chain: chain.symbol.0.rsplit('.').next().unwrap_or_default(),
        what: limit.what,
        limit: limit.number,
        count: if certain { extent.least } else { extent.most },
    };
    let places = places(chain, limit, all, certain);
    Some(limits::exceeded(chain.span, excess, certain, &places))
}

/// Loops and calls that make the number what it is.
fn places(
    chain: &ChainBudget,
    limit: &Limit,
    all: &[ChainBudget],
    certain: bool,
) -> Vec<(Span, String)> {
    let loops = chain.loops.iter().filter(|_| limit.what != "nested chains");
    let loops = loops.map(|(span, turns)| {
        let text = match turns.known() {
            None if certain => "nothing ends this loop".to_owned(),
            None => "no bound is known for this loop".to_owned(),
            // The last time only the test is made.
            Some(turns) if turns > EXECUTED_INSNS.into() => {
                format!("this loop runs more than {} times", EXECUTED_INSNS)
            }
            Some(turns) => format!("this loop runs at most {turns} times"),
        };
        (*span, text)
    });
    let calls = chain.callees.iter().filter_map(|call| {
        let called = all.iter().find(|it| it.symbol == call.symbol)?;
        let text = match (limit.of)(called).most.known() {
            Some(number) => format!("this call takes up to {number} {}", limit.what),
            None => "this call may come back here".to_owned(),
        };
        Some((call.span, text))
    });
    loops.chain(calls).take(MAX_PLACES).collect()
}

/// The budgets as a table.
pub fn table(budgets: &[ChainBudget]) -> String {
    let mut text = String::new();
    let width = budgets.iter().map(|chain| chain.symbol.0.len()).max();
    let width = width.unwrap_or(0).max("limit".len());
    let titles = LIMITS.map(|limit| format!("{:>16}", limit.what)).concat();
    let _ = writeln!(text, "{:width$}{titles}", "chain");
    for chain in budgets {
        let cells = LIMITS.map(|limit| format!("{:>16}", cell((limit.of)(chain))));
        let _ = writeln!(text, "{:width$}{}", chain.symbol.0, cells.concat());
    }
    let cells = LIMITS.map(|limit| format!("{:>16}", limit.number)).concat();
    let _ = writeln!(text, "{:width$}{cells}", "limit");
    text
}

fn cell(extent: Extent) -> String {
    match (extent.least >= extent.most, extent.least.known()) {
        (true, _) | (_, None) => extent.most.to_string(),
        (false, Some(least)) => match extent.most.known() {
            Some(most) => format!("{least} to {most}"),
            None => format!("{least}, no bound"),
        },
    }
}
