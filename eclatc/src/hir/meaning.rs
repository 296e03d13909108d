//! What a typed tree means: it is carried out as it stands, by none of the steps that make
//! bytecode of it. Tests compare the VM with this.

use super::{
    BinaryOp, Block, Call, Callee, Chain, CompareOp, Expr, ExprKind, Script, Stmt, StmtKind,
    Symbol, UnaryOp,
};
use hike_format::signature::IntType;

/// What a chain acts on, and what keeps it from running for ever.
pub trait World {
    /// Why a run does not go on.
    type Stop;

    /// Comes before every statement and turn.
    ///
    /// # Errors
    /// To end the run.
    fn step(&mut self) -> Result<(), Self::Stop>;

    /// Comes before every chain; `depth` is 1 for the first one.
    ///
    /// # Errors
    /// To end the run.
    fn enter(&mut self, depth: u32) -> Result<(), Self::Stop>;

    /// Carries out what is not in the script: programs, helpers, chains of other scripts.
    ///
    /// # Errors
    /// To end the run, as a program does that ends the chain.
    fn call(&mut self, call: &Call, args: &[u64]) -> Result<u64, Self::Stop>;
}

/// Runs a chain of a script with these arguments; `None` when it has no such chain.
pub fn run<W: World>(
    script: &Script,
    symbol: &Symbol,
    args: &[u64],
    world: &mut W,
) -> Option<Result<u64, W::Stop>> {
    let chain = find(script, symbol)?;
    Some(run_chain(script, chain, args, world, 1))
}

fn find<'s>(script: &'s Script, symbol: &Symbol) -> Option<&'s Chain> {
    script.chains.iter().find(|chain| chain.symbol == *symbol)
}

fn run_chain<W: World>(
    script: &Script,
    chain: &Chain,
    args: &[u64],
    world: &mut W,
    depth: u32,
) -> Result<u64, W::Stop> {
    world.enter(depth)?;
    let mut locals = vec![0; chain.locals.len()];
    let params = chain.locals.iter().take(chain.params as usize);
    for (local, (param, arg)) in locals.iter_mut().zip(params.zip(args)) {
        *local = convert(*arg, param.ty);
    }
    let mut frame = Frame {
        script,
        world,
        locals,
        depth,
    };
    match frame.block(&chain.body)? {
        Flow::Return(value) => Ok(value),
        _ => Ok(0),
    }
}

/// The low bits of a value that a type has, extended to 64 as it says.
pub fn convert(value: u64, ty: IntType) -> u64 {
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

struct Frame<'a, W> {
    script: &'a Script,
    world: &'a mut W,
    locals: Vec<u64>,
    depth: u32,
}

impl<W: World> Frame<'_, W> {
    fn block(&mut self, block: &Block) -> Result<Flow, W::Stop> {
        for stmt in block {
            match self.stmt(stmt)? {
                Flow::Next => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    fn stmt(&mut self, stmt: &Stmt) -> Result<Flow, W::Stop> {
        self.world.step()?;
        match &stmt.kind {
            StmtKind::Assign { local, value } => self.locals[local.index()] = self.expr(value)?,
            StmtKind::Expr(value) => drop(self.expr(value)?),
            StmtKind::If {
                cond,
                then,
                otherwise,
            } => {
                return match self.expr(cond)? {
                    0 => self.block(otherwise),
                    _ => self.block(then),
                };
            }
            StmtKind::Loop { cond, body, step } => return self.repeat(cond, body, step),
            StmtKind::Break => return Ok(Flow::Break),
            StmtKind::Continue => return Ok(Flow::Continue),
            StmtKind::Return(None) => return Ok(Flow::Return(0)),
            StmtKind::Return(Some(value)) => return Ok(Flow::Return(self.expr(value)?)),
        }
        Ok(Flow::Next)
    }

    fn repeat(&mut self, cond: &Expr, body: &Block, step: &Block) -> Result<Flow, W::Stop> {
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

    fn expr(&mut self, expr: &Expr) -> Result<u64, W::Stop> {
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

    fn call(&mut self, call: &Call) -> Result<u64, W::Stop> {
        let args = call.args.iter().map(|arg| self.expr(arg));
        let args = args.collect::<Result<Vec<_>, _>>()?;
        match &call.callee {
            Callee::Chain(symbol) if let Some(chain) = find(self.script, symbol) => {
                run_chain(self.script, chain, &args, self.world, self.depth + 1)
            }
            _ => self.world.call(call, &args),
        }
    }
}

/// An operation on two values.
pub fn binary(op: BinaryOp, left: u64, right: u64) -> u64 {
    let (signed, by) = (left as i64, right as i64);
    match op {
        BinaryOp::Add => left.wrapping_add(right),
        BinaryOp::Sub => left.wrapping_sub(right),
        BinaryOp::Mul => left.wrapping_mul(right),
        BinaryOp::DivU | BinaryOp::DivS if right == 0 => 0,
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

/// A comparison of two values.
pub fn compare(op: CompareOp, left: u64, right: u64) -> bool {
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
