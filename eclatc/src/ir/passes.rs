//! Passes over the IR, and the order they run in.
//!
//! | pass | does |
//! |---|---|
//! | `simplify` | folds constants, uses cheaper operations, decides branches |
//! | `implied` | uses what branches on the way have shown |
//! | `params` | removes block parameters that always get the same argument |
//! | `cse` | computes what was computed before only once |
//! | `dce` | removes what nobody reads |
//! | `cfg` | removes unreachable and empty blocks, threads jumps, joins blocks |
//! | `tails` | shares equal ends of blocks |
//!
//! Each takes a function and says what it has changed; [`Change`] knows which passes can have
//! something to do then, and only they are run again. [`inline`], which needs to see other
//! functions, comes once, when each is short. [`verify`](super::verify) holds before and after
//! each.

use super::rewrite::{self, Substitution};
use super::shape::Shape;
use super::{Function, Module};

mod cfg;
mod cse;
mod dce;
mod implied;
pub mod inline;
mod known;
mod params;
mod simplify;
mod tails;
mod work;

pub use work::Change;
use work::Work;

/// A pass; it says what it has changed.
pub type Pass = fn(&mut Function, &mut Workspace) -> Change;

/// Tables of the passes. They are used again from pass to pass and from chain to chain, so
/// that a pass that finds nothing to do allocates nothing.
#[derive(Default)]
pub struct Workspace {
    shape: Shape,
    known_as: Substitution,
    known: known::Known,
    facts: implied::Facts,
    arguments: params::Arguments,
    dropped: params::Dropped,
    computed: cse::Computed,
    liveness: dce::Liveness,
    ways: cfg::Ways,
    tails: tails::Tails,
    numbers: rewrite::Numbers,
}

/// All passes by name, in the order they run in.
pub const PASSES: [(&str, Pass); 7] = [
    ("simplify", simplify::run),
    ("implied", implied::run),
    ("params", params::run),
    ("cse", cse::run),
    ("dce", dce::run),
    ("cfg", cfg::run),
    ("tails", tails::run),
];

/// Rounds after which a function is left as it is; few need more than three.
const MAX_ROUNDS: usize = 16;

/// Makes every chain of a module as short as the passes can.
pub fn optimize(module: &mut Module) {
    let mut workspace = Workspace::default();
    for function in &mut module.functions {
        optimize_function(function, &mut workspace);
    }
    inline::run(module);
}

/// Makes one chain as short as the passes can, and numbers its values anew.
pub fn optimize_function(function: &mut Function, workspace: &mut Workspace) {
    workspace.shape.doubt();
    rewrite::drop_unreachable(function, &mut workspace.shape);
    let rounds = PASSES.iter().enumerate().cycle();
    let mut work = Work::ALL;
    for (place, (name, pass)) in rounds.take(MAX_ROUNDS * PASSES.len()) {
        if work.is_done() {
            break;
        }
        if work.take(place) {
            let change = pass(function, workspace);
            check(name, function);
            work.add(change.work());
            if !change.keeps_edges() {
                workspace.shape.doubt();
            }
        } else {
            check_idle(name, *pass, function);
        }
    }
    rewrite::renumber_values(function, &mut workspace.numbers);
}

/// Runs one pass; in debug builds its result is verified.
pub fn run(name: &str, pass: Pass, function: &mut Function) -> bool {
    let change = pass(function, &mut Workspace::default());
    check(name, function);
    change.happened()
}

/// In debug builds, verifies what a pass has made of a function.
fn check(name: &str, function: &Function) {
    if cfg!(debug_assertions)
        && let Err(error) = super::verify::function(function)
    {
        panic!("after pass `{name}`: {error}\n{function}");
    }
}

/// In debug builds, makes sure that a pass which is left out would have had nothing to do.
fn check_idle(name: &str, pass: Pass, function: &Function) {
    if cfg!(debug_assertions) {
        let mut copy = function.clone();
        let change = pass(&mut copy, &mut Workspace::default());
        assert!(
            !change.happened(),
            "pass `{name}` is left out: {change:?}\n{function}\n{copy}"
        );
    }
}
