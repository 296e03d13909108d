//! Passes over the IR, and the order they run in.
//!
//! | pass | does |
//! |---|---|
//! | `simplify` | folds constants, uses cheaper operations, decides branches |
//! | `params` | removes block parameters that always get the same argument |
//! | `cse` | computes what was computed before only once |
//! | `dce` | removes what nobody reads |
//! | `cfg` | removes unreachable and empty blocks, threads jumps, joins blocks |
//! | `tails` | shares equal ends of blocks |
//!
//! Each takes a function and says whether it changed it; [`verify`](super::verify) holds
//! before and after each.

use super::{Function, Module, rewrite};

mod cfg;
mod cse;
mod dce;
mod known;
mod params;
mod simplify;
mod tails;

/// A pass.
pub type Pass = fn(&mut Function) -> bool;

/// All passes by name, in the order they run in.
pub const PASSES: [(&str, Pass); 6] = [
    ("simplify", simplify::run),
    ("params", params::run),
    ("cse", cse::run),
    ("dce", dce::run),
    ("cfg", cfg::run),
    ("tails", tails::run),
];

/// Rounds after which a function is left as it is; few need more than three.
const MAX_ROUNDS: u32 = 16;

/// Makes every chain of a module as short as the passes can.
pub fn optimize(module: &mut Module) {
    module.functions.iter_mut().for_each(optimize_function);
}

/// Makes one chain as short as the passes can, and numbers its values anew.
pub fn optimize_function(function: &mut Function) {
    rewrite::drop_unreachable(function);
    for _ in 0..MAX_ROUNDS {
        let mut changed = false;
        for (name, pass) in PASSES {
            changed |= run(name, pass, function);
        }
        if !changed {
            break;
        }
    }
    rewrite::renumber_values(function);
}

/// Runs one pass; in debug builds its result is verified.
pub fn run(name: &str, pass: Pass, function: &mut Function) -> bool {
    let changed = pass(function);
    if cfg!(debug_assertions)
        && let Err(error) = super::verify::function(function)
    {
        panic!("after pass `{name}`: {error}\n{function}");
    }
    changed
}
