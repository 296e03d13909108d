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
//! Each takes a function and says whether it changed it. [`inline`], which needs to see other
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

/// A pass; it says whether it changed the function.
pub type Pass = fn(&mut Function, &mut Workspace) -> bool;

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
    local: cfg::LocalParams,
    tails: tails::Tails,
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
    rewrite::drop_unreachable(function, &mut workspace.shape);
    let rounds = PASSES.iter().cycle().take(MAX_ROUNDS * PASSES.len());
    let mut in_vain = 0;
    for (name, pass) in rounds {
        let changed = pass(function, workspace);
        check(name, function);
        in_vain = if changed { 0 } else { in_vain + 1 };
        if in_vain == PASSES.len() {
            break;
        }
    }
    rewrite::renumber_values(function);
}

/// Runs one pass; in debug builds its result is verified.
pub fn run(name: &str, pass: Pass, function: &mut Function) -> bool {
    let changed = pass(function, &mut Workspace::default());
    check(name, function);
    changed
}

/// In debug builds, verifies what a pass has made of a function.
fn check(name: &str, function: &Function) {
    if cfg!(debug_assertions)
        && let Err(error) = super::verify::function(function)
    {
        panic!("after pass `{name}`: {error}\n{function}");
    }
}
