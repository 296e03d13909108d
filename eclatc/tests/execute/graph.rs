//! Execution of IR.

use crate::world::{CHAINS, Ending, PROGRAMS, Run, Stop, World};
use eclatc::ir::*;

/// Runs the first chain of a module.
pub fn run(module: &Module, args: &[u64]) -> Run {
    let mut world = World::new();
    let ending = match function(module, &mut world, 0, args) {
        Ok(value) => Ending::Returned(value),
        Err(stop) => stop,
    };
    world.end(ending)
}

fn function(module: &Module, world: &mut World, index: usize, args: &[u64]) -> Result<u64, Stop> {
    let function = &module.functions[index];
    let mut frame = Frame {
        module,
        world,
        values: vec![None; function.values as usize],
    };
    let mut block = function.block(BlockId::ENTRY);
    let mut given = args.to_vec();
    loop {
        for (param, value) in block.params.iter().zip(given) {
            frame.values[param.index()] = Some(value);
        }
        for inst in &block.insts {
            let value = frame.inst(&inst.op)?;
            if let Some(result) = inst.result {
                frame.values[result.index()] = Some(value);
            }
        }
        let target = match &block.end {
            Terminator::Return(value) => return Ok(frame.read(*value)),
            Terminator::Finish(callee, args) => {
                frame.call(callee, args)?;
                return Err(Ending::Finished);
            }
            Terminator::Jump(target) => target,
            Terminator::Branch {
                condition,
                left,
                right,
                then,
                otherwise,
            } => match condition.holds(frame.read(*left), frame.read(*right)) {
                true => then,
                false => otherwise,
            },
        };
        given = target.args.iter().map(|arg| frame.read(*arg)).collect();
        block = function.block(target.block);
        frame.world.step()?;
    }
}

struct Frame<'a> {
    module: &'a Module,
    world: &'a mut World,
    values: Vec<Option<u64>>,
}

impl Frame<'_> {
    fn read(&self, operand: Operand) -> u64 {
        match operand {
            Operand::Const(constant) => constant,
            Operand::Value(value) => self.values[value.index()].expect("a value that is defined"),
        }
    }

    fn inst(&mut self, op: &Op) -> Result<u64, Stop> {
        Ok(match op {
            Op::Const(constant) => *constant,
            Op::Unary(op, value) => op.compute(self.read(*value)),
            Op::Binary(op, left, right) => op.compute(self.read(*left), self.read(*right)),
            Op::Call(callee, args) => self.call(callee, args)?,
        })
    }

    fn call(&mut self, callee: &Callee, args: &[Operand]) -> Result<u64, Stop> {
        let args: Vec<_> = args.iter().map(|arg| self.read(*arg)).collect();
        match callee {
            Callee::Helper(helper) => self.world.helper(*helper as u32, &args),
            Callee::Chain(symbol) => {
                let index = CHAINS.iter().position(|name| **name == *symbol.0);
                function(self.module, self.world, index.expect("a chain"), &args)
            }
            Callee::Program(symbol) => {
                let index = PROGRAMS.iter().position(|(name, ..)| **name == *symbol.0);
                Ok(self.world.answer(index.expect("a program"), &args))
            }
        }
    }
}
