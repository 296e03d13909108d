//! Execution of typed trees.

use crate::world::{Ending, PROGRAMS, Run, World};
use eclatc::hir::{Call, Callee, Script, meaning};

/// Runs the first chain of a script.
pub fn run(script: &Script, args: &[u64]) -> Run {
    let mut world = World::new();
    let first = &script.chains[0].symbol;
    let ending = match meaning::run(script, first, args, &mut world).expect("the first chain") {
        Ok(value) => Ending::Returned(value),
        Err(stop) => stop,
    };
    world.end(ending)
}

impl meaning::World for World {
    type Stop = Ending;

    fn step(&mut self) -> Result<(), Ending> {
        Self::step(self)
    }

    fn enter(&mut self, _depth: u32) -> Result<(), Ending> {
        Self::step(self)
    }

    fn call(&mut self, call: &Call, args: &[u64]) -> Result<u64, Ending> {
        Self::step(self)?;
        match &call.callee {
            Callee::Helper(helper) => self.helper(*helper as u32, args),
            Callee::Chain(symbol) => panic!("no chain {symbol}"),
            Callee::Program(symbol) => {
                let index = PROGRAMS.iter().position(|(name, ..)| **name == *symbol.0);
                let answer = self.answer(index.expect("a program"), args);
                match call.ends_chain {
                    true => Err(Ending::Finished),
                    false => Ok(answer),
                }
            }
        }
    }
}
