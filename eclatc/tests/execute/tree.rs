//! Execution of typed trees, straight from what the tree's documentation says.

use crate::world::{CHAINS, Ending, PROGRAMS, Run, Stop, World};
use eclatc::hir::*;
use hike_format::signature::IntType;

/// Runs the first chain of a script.
pub fn run(script: &Script, args: &[u64]) -> Run {
    let mut world = World::new();
    let ending = match chain(script, &mut world, 0, args) {
        Ok(value) => Ending::Returned(value),
        Err(stop) => stop,
    };
    world.end(ending)
}

fn chain(script: &Script, world: &mut World, index: usize, args: &[u64]) -> Result<u64, Stop> {
    let chain = &script.chains[index];
    let mut locals = vec![0; chain.locals.len()];
    for (index, arg) in args.iter().enumerate() {
        locals[index] = convert(*arg, chain.locals[index].ty);
    }
    let mut frame = Frame {
        script,
        world,
        locals,
    };
    match frame.block(&chain.body)? {
        Flow::Return(value) => Ok(value),
        _ => Ok(0),
    }
}

fn convert(value: u64, ty: IntType) -> u64 {
    let unused = 64 - u32::from(ty.bits);
    match ty.signed {
        true => ((value << unused) as i64 >> unused) as u64,
        false => value << unused >> unused,
    }
}

enum Flow {
    Next,
    Break,
    Continue,
    Return(u64),
}

struct Frame<'a> {
    script: &'a Script,
    world: &'a mut World,
    locals: Vec<u64>,
}

impl Frame<'_> {
    fn block(&mut self, block: &Block) -> Result<Flow, Stop> {
        for stmt in block {
            match self.stmt(stmt)? {
                Flow::Next => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    fn stmt(&mut self, stmt: &Stmt) -> Result<Flow, Stop> {
        self.world.step()?;
        match &stmt.kind {
            StmtKind::Assign { local, value } => self.locals[local.index()] = self.expr(value)?,
            StmtKind::Expr(value) => drop(self.expr(value)?),
            StmtKind::If {
                cond,
                then,
                otherwise,
            } => {
                let chosen = if self.expr(cond)? != 0 {
                    then
                } else {
                    otherwise
                };
                return self.block(chosen);
            }
            StmtKind::Loop { cond, body, step } => return self.repeat(cond, body, step),
            StmtKind::Break => return Ok(Flow::Break),
            StmtKind::Continue => return Ok(Flow::Continue),
            StmtKind::Return(None) => return Ok(Flow::Return(0)),
            StmtKind::Return(Some(value)) => return Ok(Flow::Return(self.expr(value)?)),
        }
        Ok(Flow::Next)
    }

    fn repeat(&mut self, cond: &Expr, body: &Block, step: &Block) -> Result<Flow, Stop> {
        while self.expr(cond)? != 0 {
            self.world.step()?;
            match self.block(body)? {
                Flow::Break => break,
                Flow::Return(value) => return Ok(Flow::Return(value)),
                Flow::Next | Flow::Continue => {}
            }
            self.block(step)?;
        }
        Ok(Flow::Next)
    }

    fn expr(&mut self, expr: &Expr) -> Result<u64, Stop> {
        Ok(match &expr.kind {
            ExprKind::Const(value) => *value,
            ExprKind::Local(local) => self.locals[local.index()],
            ExprKind::Unary(UnaryOp::Neg, value) => self.expr(value)?.wrapping_neg(),
            ExprKind::Unary(UnaryOp::Invert, value) => !self.expr(value)?,
            ExprKind::Not(value) => u64::from(self.expr(value)? == 0),
            ExprKind::Binary(op, left, right) => {
                let left = self.expr(left)?;
                binary(*op, left, self.expr(right)?)
            }
            ExprKind::Compare(op, left, right) => {
                let left = self.expr(left)?;
                u64::from(compare(*op, left, self.expr(right)?))
            }
            ExprKind::And(left, right) => {
                u64::from(self.expr(left)? != 0 && self.expr(right)? != 0)
            }
            ExprKind::Or(left, right) => u64::from(self.expr(left)? != 0 || self.expr(right)? != 0),
            ExprKind::Convert(value) => convert(self.expr(value)?, expr.ty),
            ExprKind::Select {
                cond,
                then,
                otherwise,
            } => match self.expr(cond)? {
                0 => self.expr(otherwise)?,
                _ => self.expr(then)?,
            },
            ExprKind::Let { local, value, body } => {
                self.locals[local.index()] = self.expr(value)?;
                self.expr(body)?
            }
            ExprKind::Call(call) => self.call(call)?,
        })
    }

    fn call(&mut self, call: &Call) -> Result<u64, Stop> {
        self.world.step()?;
        let args = call.args.iter().map(|arg| self.expr(arg));
        let args = args.collect::<Result<Vec<_>, _>>()?;
        match &call.callee {
            Callee::Helper(helper) => self.world.helper(*helper as u32, &args),
            Callee::Chain(symbol) => {
                let index = CHAINS.iter().position(|name| **name == *symbol.0);
                chain(self.script, self.world, index.expect("a chain"), &args)
            }
            Callee::Program(symbol) => {
                let index = PROGRAMS.iter().position(|(name, ..)| **name == *symbol.0);
                let answer = self.world.answer(index.expect("a program"), &args);
                match call.ends_chain {
                    true => Err(Ending::Finished),
                    false => Ok(answer),
                }
            }
        }
    }
}

fn binary(op: BinaryOp, left: u64, right: u64) -> u64 {
    let (signed, by) = (left as i64, right as i64);
    match op {
        BinaryOp::Add => left.wrapping_add(right),
        BinaryOp::Sub => left.wrapping_sub(right),
        BinaryOp::Mul => left.wrapping_mul(right),
        BinaryOp::DivU if right == 0 => 0,
        BinaryOp::DivS if right == 0 => 0,
        BinaryOp::ModU | BinaryOp::ModS if right == 0 => left,
        BinaryOp::DivU => left / right,
        BinaryOp::ModU => left % right,
        BinaryOp::DivS => signed.wrapping_div(by) as u64,
        BinaryOp::ModS => signed.wrapping_rem(by) as u64,
        BinaryOp::And => left & right,
        BinaryOp::Or => left | right,
        BinaryOp::Xor => left ^ right,
        BinaryOp::Shl => left.wrapping_shl(right as u32),
        BinaryOp::ShrU => left.wrapping_shr(right as u32),
        BinaryOp::ShrS => signed.wrapping_shr(right as u32) as u64,
    }
}

fn compare(op: CompareOp, left: u64, right: u64) -> bool {
    let (signed, with) = (left as i64, right as i64);
    match op {
        CompareOp::Eq => left == right,
        CompareOp::Ne => left != right,
        CompareOp::LtU => left < right,
        CompareOp::LeU => left <= right,
        CompareOp::GtU => left > right,
        CompareOp::GeU => left >= right,
        CompareOp::LtS => signed < with,
        CompareOp::LeS => signed <= with,
        CompareOp::GtS => signed > with,
        CompareOp::GeS => signed >= with,
    }
}
