//! The meaning of scripts: the same text carried out by five engines that must agree.
//!
//! | engine | what it is right about |
//! |---|---|
//! | [`source`] | the manual: it knows the syntax tree and nothing of the compiler behind it |
//! | [`eclatc::hir::meaning`] | the typed tree: types, signs and order as analysis has them |
//! | [`vm::on_host`] | the bytecode, in the host's VM |
//! | [`vm::in_kernel`] | the same in the kernel |
//! | [`vm::in_native`] | the same, fused to one program of the kernel |
//!
//! [`case`](mod@case) reads scripts whose comments say what comes of them, [`generate`] makes
//! others without end.

pub mod case;
pub mod compile;
pub mod generate;
pub mod source;
mod values;
pub mod vm;
pub mod world;

use compile::Compiled;
use eclatc::hir::{self, Callee, meaning};
use hike_abi::limits::FRAMES;
use world::{End, PROGRAMS, Run, World};

/// Runs a chain as typed tree.
///
/// # Panics
/// When the script has no such chain.
pub fn typed_tree(compiled: &Compiled, chain: &str, args: &[u64], packet: &[u8]) -> Run {
    let symbol = hir::Symbol::new(compile::symbol(chain));
    let mut world = World::new(packet);
    let ended = meaning::run(&compiled.script, &symbol, args, &mut world);
    world.finish(ended.unwrap_or_else(|| panic!("no chain {symbol}")))
}

impl meaning::World for World {
    type Stop = End;

    fn step(&mut self) -> Result<(), End> {
        Self::step(self)
    }

    fn enter(&mut self, depth: u32) -> Result<(), End> {
        match depth as usize > FRAMES {
            true => Err(End::Exhausted),
            false => Ok(()),
        }
    }

    fn call(&mut self, call: &hir::Call, args: &[u64]) -> Result<u64, End> {
        match &call.callee {
            Callee::Helper(helper) => self.helper(*helper, args),
            Callee::Program(symbol) => {
                let name = symbol.0.rsplit('.').next().unwrap_or_default();
                let index = PROGRAMS.iter().position(|program| program.name == name);
                self.program(index.expect("a program of this world"), args)
            }
            Callee::Chain(symbol) => panic!("no chain {symbol}"),
        }
    }
}
