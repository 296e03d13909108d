//! What is known of values: who defines them, and how large they can be.

use crate::ir::shape::Shape;
use crate::ir::{BinaryOp, BlockId, Callee, Function, Op, Operand, UnaryOp, ValueId};
use hike_abi::Helper;

/// A computation whose result depends on nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Computation {
    /// Arithmetic on one value.
    Unary(UnaryOp, Operand),
    /// Arithmetic on two values.
    Binary(BinaryOp, Operand, Operand),
}

impl Computation {
    /// What an instruction computes; nothing when it is a constant or a call.
    pub fn of(op: &Op) -> Option<Self> {
        match *op {
            Op::Unary(op, value) => Some(Self::Unary(op, value)),
            Op::Binary(op, left, right) => Some(Self::Binary(op, left, right)),
            Op::Const(_) | Op::Call(..) => None,
        }
    }
}

/// Facts about the values of a function, collected in the order of its blocks.
#[derive(Default)]
pub struct Known {
    ops: Vec<Option<Computation>>,
    limits: Vec<u64>,
}

impl Known {
    /// Makes it one that knows nothing.
    pub fn reset(&mut self, function: &Function) {
        self.ops.clear();
        self.ops.resize(function.values as usize, None);
        self.limits.clear();
        self.limits.resize(function.values as usize, u64::MAX);
    }

    /// Learns the limits of a block's parameters from the arguments they get.
    pub fn enter(&mut self, function: &Function, shape: &Shape, id: BlockId) {
        let params = &function.block(id).params;
        if params.is_empty() {
            return;
        }
        for (index, &param) in params.iter().enumerate() {
            let mut limit = None;
            for &pred in shape.predecessors(id) {
                for target in function.block(pred).end.targets() {
                    if target.block == id {
                        limit = limit.max(Some(self.limit(target.args[index])));
                    }
                }
            }
            self.limits[param.index()] = limit.unwrap_or(u64::MAX);
        }
    }

    /// Learns what an instruction computes.
    pub fn define(&mut self, value: ValueId, op: &Op) {
        self.limits[value.index()] = self.limit_of(op);
        self.ops[value.index()] = Computation::of(op);
    }

    /// The computation that defines an operand, if it was seen.
    pub fn op(&self, operand: Operand) -> Option<Computation> {
        self.ops[operand.value()?.index()]
    }

    /// No value of the operand is larger than this, unsigned.
    pub fn limit(&self, operand: Operand) -> u64 {
        match operand {
            Operand::Const(constant) => constant,
            Operand::Value(value) => self.limits[value.index()],
        }
    }

    fn limit_of(&self, op: &Op) -> u64 {
        match op {
            Op::Const(constant) => *constant,
            Op::Unary(op, value) => self.limit_of_unary(*op, *value),
            Op::Binary(op, left, right) => self.limit_of_binary(*op, *left, *right),
            Op::Call(Callee::Helper(helper), _) => helper_limit(*helper),
            Op::Call(..) => u64::MAX,
        }
    }

    fn limit_of_unary(&self, op: UnaryOp, value: Operand) -> u64 {
        match op.kept_bits() {
            Some(bits) if !op.is_signed() => self.limit(value).min(mask(bits)),
            _ => u64::MAX,
        }
    }

    fn limit_of_binary(&self, op: BinaryOp, left: Operand, right: Operand) -> u64 {
        let (low, high) = (self.limit(left), self.limit(right));
        match op {
            BinaryOp::And => low.min(high),
            BinaryOp::Or | BinaryOp::Xor => mask(64 - (low | high).leading_zeros()),
            BinaryOp::Add => low.saturating_add(high),
            BinaryOp::Mul => low.saturating_mul(high),
            BinaryOp::Udiv | BinaryOp::Umod => low,
            BinaryOp::Lshr => right.constant().map_or(low, |by| low >> (by & 63)),
            BinaryOp::Shl => right
                .constant()
                .filter(|by| low.leading_zeros() as u64 >= *by && *by < 64)
                .map_or(u64::MAX, |by| low << by),
            _ => u64::MAX,
        }
    }
}

/// So many low bits.
pub fn mask(bits: u32) -> u64 {
    match bits {
        0..64 => (1 << bits) - 1,
        _ => u64::MAX,
    }
}

fn helper_limit(helper: Helper) -> u64 {
    match helper {
        Helper::PacketReadU8 => mask(8),
        Helper::PacketReadU16 => mask(16),
        Helper::PacketReadU32 | Helper::RandomU32 => mask(32),
        _ => u64::MAX,
    }
}
