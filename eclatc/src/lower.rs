//! The typed tree to IR: structured control flow becomes blocks, variables become values.
//!
//! Scripts have no `goto`, so the places where a variable can have more than one value are
//! known from the tree: after an `if`, at the head of a loop, and after it. There, and only
//! there, blocks get parameters. Superfluous ones, and blocks nobody needs, are left to
//! [`crate::ir::passes`].

use crate::hir;
use crate::ir::shape::Shape;
use crate::ir::{BinaryOp, Condition, Function, Module, UnaryOp, rewrite};

mod assigned;
mod builder;
mod condition;
mod env;
mod expr;
mod stmt;

/// Lowers every chain of a script.
pub fn lower(script: &hir::Script) -> Module {
    let mut lowering = Lowering::default();
    let chains = script.chains.iter();
    Module {
        functions: chains.map(|chain| lowering.chain(chain)).collect(),
    }
}

/// Lowers one chain after the other. Its tables are used again for the next chain.
#[derive(Default)]
pub struct Lowering {
    env: env::Env,
    shape: Shape,
    numbers: rewrite::Numbers,
}

impl Lowering {
    /// Lowers a chain.
    pub fn chain(&mut self, chain: &hir::Chain) -> Function {
        let mut builder = builder::Builder::new(chain, std::mem::take(&mut self.env));
        builder.params();
        builder.block(&chain.body);
        let (mut function, env) = builder.finish();
        self.env = env;
        self.shape.doubt();
        rewrite::sort_blocks(&mut function, &mut self.shape);
        rewrite::renumber_values(&mut function, &mut self.numbers);
        function
    }
}

fn binary_op(op: hir::BinaryOp) -> BinaryOp {
    match op {
        hir::BinaryOp::Add => BinaryOp::Add,
        hir::BinaryOp::Sub => BinaryOp::Sub,
        hir::BinaryOp::Mul => BinaryOp::Mul,
        hir::BinaryOp::DivU => BinaryOp::Udiv,
        hir::BinaryOp::DivS => BinaryOp::Sdiv,
        hir::BinaryOp::ModU => BinaryOp::Umod,
        hir::BinaryOp::ModS => BinaryOp::Smod,
        hir::BinaryOp::And => BinaryOp::And,
        hir::BinaryOp::Or => BinaryOp::Or,
        hir::BinaryOp::Xor => BinaryOp::Xor,
        hir::BinaryOp::Shl => BinaryOp::Shl,
        hir::BinaryOp::ShrU => BinaryOp::Lshr,
        hir::BinaryOp::ShrS => BinaryOp::Ashr,
    }
}

fn unary_op(op: hir::UnaryOp) -> UnaryOp {
    match op {
        hir::UnaryOp::Neg => UnaryOp::Neg,
        hir::UnaryOp::Invert => UnaryOp::Not,
    }
}

fn comparison(op: hir::CompareOp) -> Condition {
    match op {
        hir::CompareOp::Eq => Condition::Eq,
        hir::CompareOp::Ne => Condition::Ne,
        hir::CompareOp::LtU => Condition::Ult,
        hir::CompareOp::LeU => Condition::Ule,
        hir::CompareOp::GtU => Condition::Ugt,
        hir::CompareOp::GeU => Condition::Uge,
        hir::CompareOp::LtS => Condition::Slt,
        hir::CompareOp::LeS => Condition::Sle,
        hir::CompareOp::GtS => Condition::Sgt,
        hir::CompareOp::GeS => Condition::Sge,
    }
}
