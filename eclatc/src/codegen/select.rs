//! Instruction selection: IR to machine code over virtual registers.
//!
//! A value lives in the virtual register of its number. Arguments, results and block
//! parameters become moves; allocation makes most of them come to nothing.

use super::copies::{Copied, in_sequence};
use super::machine::{Block, Code, End, Inst, Label, Reg, Source};
use crate::ir::analysis::{Dominators, is_forward, predecessors};
use crate::ir::{self, BinaryOp, BlockId, Callee, Function, Op, Operand, Target, Terminator};
use crate::ir::{UnaryOp, ValueId};
use crate::source::Span;
use hike_isa::{AluOp, Size, Width};

/// Selects the instructions of a function.
pub fn select(function: &Function) -> Code<'_> {
    let mut selection = Selection {
        function,
        code: empty_code(function),
        current: Label(0),
    };
    selection.arguments();
    for id in function.block_ids() {
        selection.block(id);
    }
    selection.code
}

fn empty_code(function: &Function) -> Code<'_> {
    let is_forward = is_forward(function);
    let insts: usize = function.blocks.iter().map(|block| block.insts.len()).sum();
    let count = function.blocks.len();
    let mut code = Code {
        insts: Vec::with_capacity(2 * insts + 4 * count),
        // Some branches have a block on the way to a target.
        blocks: Vec::with_capacity(count + count / 2 + 1),
        of_ir: count,
        is_forward,
        regs: Reg::PHYSICAL + function.values,
        slots: 0,
    };
    code.blocks
        .extend(function.blocks.iter().map(|block| Block {
            range: 0..0,
            end: End::Never,
            end_span: block.end_span,
            depth: 0,
        }));
    if !is_forward {
        find_loop_depths(function, &mut code.blocks);
    }
    code
}

/// Says of each block how many loops are around it.
fn find_loop_depths(function: &Function, blocks: &mut [Block]) {
    let dominators = Dominators::new(function);
    let preds = predecessors(function);
    for head in function.block_ids() {
        let is_back = |pred: &&BlockId| dominators.dominates(head, **pred);
        let mut work: Vec<_> = preds[head.index()]
            .iter()
            .filter(is_back)
            .copied()
            .collect();
        if work.is_empty() {
            continue;
        }
        let mut inside = vec![false; function.blocks.len()];
        inside[head.index()] = true;
        while let Some(id) = work.pop() {
            if !std::mem::replace(&mut inside[id.index()], true) {
                work.extend(&preds[id.index()]);
            }
        }
        let members = blocks.iter_mut().zip(inside);
        members.for_each(|(block, inside)| block.depth += u32::from(inside));
    }
}

struct Selection<'a> {
    function: &'a Function,
    code: Code<'a>,
    current: Label,
}

fn virtual_reg(value: ValueId) -> Reg {
    Reg(Reg::PHYSICAL + value.0)
}

fn as_imm(constant: u64) -> Option<i32> {
    i32::try_from(constant as i64).ok()
}

impl<'a> Selection<'a> {
    /// Adds an instruction to the current block, which is the last that was started.
    fn push(&mut self, inst: Inst<'a>, span: Span) {
        self.code.insts.push((inst, span));
    }

    /// Takes the chain's arguments from their registers; this is a part of the first block.
    fn arguments(&mut self) {
        let function = self.function;
        let params = &function.block(BlockId::ENTRY).params;
        for (index, &param) in params.iter().enumerate() {
            let (dst, src) = (virtual_reg(param), Reg::argument(index));
            self.push(Inst::Move { dst, src }, function.span);
        }
    }

    fn block(&mut self, id: BlockId) {
        self.current = Label(id.0);
        let start = match id {
            BlockId::ENTRY => 0,
            _ => self.code.insts.len(),
        };
        self.code.block_mut(self.current).range = start..start;
        let block = self.function.block(id);
        for inst in &block.insts {
            self.inst(inst);
        }
        self.terminator(&block.end, block.end_span);
    }

    /// Ends the current block here.
    fn end_block(&mut self) {
        let end = self.code.insts.len();
        self.code.block_mut(self.current).range.end = end;
    }

    fn inst(&mut self, inst: &'a ir::Inst) {
        let span = inst.span;
        match (&inst.op, inst.result.map(virtual_reg)) {
            (Op::Call(callee, args), result) => {
                self.call(callee, args, span);
                if let Some(dst) = result {
                    self.push(Inst::Move { dst, src: Reg::R0 }, span);
                }
            }
            (_, None) => {}
            (Op::Const(value), Some(dst)) => self.push(Inst::Const { dst, value: *value }, span),
            (Op::Unary(op, value), Some(dst)) => self.unary(*op, *value, dst, span),
            (Op::Binary(op, left, right), Some(dst)) => {
                self.binary(*op, (*left, *right), dst, span);
            }
        }
    }

    /// Copies an operand into a register.
    fn load(&mut self, dst: Reg, operand: Operand, span: Span) {
        let inst = match operand {
            Operand::Value(value) => Inst::Move {
                dst,
                src: virtual_reg(value),
            },
            Operand::Const(value) => Inst::Const { dst, value },
        };
        self.push(inst, span);
    }

    /// The register that holds an operand.
    fn reg(&mut self, operand: Operand, span: Span) -> Reg {
        if let Operand::Value(value) = operand {
            return virtual_reg(value);
        }
        let fresh = self.code.new_reg();
        self.load(fresh, operand, span);
        fresh
    }

    /// The operand as a constant of 32 bits if it is one, else in a register.
    fn source(&mut self, operand: Operand, span: Span) -> Source {
        match operand.constant().and_then(as_imm) {
            Some(imm) => Source::Imm(imm),
            None => Source::Reg(self.reg(operand, span)),
        }
    }

    fn unary(&mut self, op: UnaryOp, value: Operand, dst: Reg, span: Span) {
        match op {
            UnaryOp::Neg => {
                self.load(dst, value, span);
                self.push(Inst::Neg { dst }, span);
            }
            UnaryOp::Not => self.alu(AluOp::Xor, (value, Source::Imm(-1)), dst, span),
            UnaryOp::Zext8 => self.alu(AluOp::And, (value, Source::Imm(0xff)), dst, span),
            UnaryOp::Zext16 => self.alu(AluOp::And, (value, Source::Imm(0xffff)), dst, span),
            UnaryOp::Zext32 => {
                let src = self.reg(value, span);
                self.push(Inst::ZeroExtend { dst, src }, span);
            }
            UnaryOp::Sext8 => self.sign_extend(Size::U8, value, dst, span),
            UnaryOp::Sext16 => self.sign_extend(Size::U16, value, dst, span),
            UnaryOp::Sext32 => self.sign_extend(Size::U32, value, dst, span),
        }
    }

    fn sign_extend(&mut self, from: Size, value: Operand, dst: Reg, span: Span) {
        let src = self.reg(value, span);
        self.push(Inst::SignExtend { from, dst, src }, span);
    }

    fn alu(&mut self, op: AluOp, (left, src): (Operand, Source), dst: Reg, span: Span) {
        self.load(dst, left, span);
        let width = Width::W64;
        self.push(
            Inst::Alu {
                width,
                op,
                dst,
                src,
            },
            span,
        );
    }

    fn binary(&mut self, op: BinaryOp, sides: (Operand, Operand), dst: Reg, span: Span) {
        let (left, right) = match sides {
            (Operand::Const(_), Operand::Value(_)) if op.is_commutative() => (sides.1, sides.0),
            sides => sides,
        };
        match (op, right.constant()) {
            // A constant whose negative fits 32 bits while it does not itself.
            (BinaryOp::Add, Some(constant)) if constant.wrapping_neg() == 1 << 31 => {
                self.alu(AluOp::Add, (left, Source::Imm(i32::MIN)), dst, span);
            }
            (BinaryOp::Add, Some(constant)) if constant == 1 << 31 => {
                self.alu(AluOp::Sub, (left, Source::Imm(i32::MIN)), dst, span);
            }
            // In 32 bits the upper half of the result is 0, as the mask says.
            (BinaryOp::And, Some(mask)) if as_imm(mask).is_none() && mask >> 32 == 0 => {
                self.load(dst, left, span);
                let inst = Inst::Alu {
                    width: Width::W32,
                    op: AluOp::And,
                    dst,
                    src: Source::Imm(mask as u32 as i32),
                };
                self.push(inst, span);
            }
            _ => {
                let src = self.source(right, span);
                self.alu(alu_op(op), (left, src), dst, span);
            }
        }
    }

    /// Puts the arguments into their registers, a constant first one last: the VM makes one
    /// instruction of it and the call.
    fn call(&mut self, callee: &'a Callee, args: &[Operand], span: Span) {
        let is_const = |operand: &Operand| operand.constant().is_some();
        for constants in [false, true] {
            for (index, arg) in args.iter().enumerate().rev() {
                if is_const(arg) == constants {
                    self.load(Reg::argument(index), *arg, span);
                }
            }
        }
        let call = Inst::Call {
            callee,
            args: args.len(),
        };
        self.push(call, span);
    }

    fn terminator(&mut self, end: &'a Terminator, span: Span) {
        let end = match end {
            Terminator::Jump(target) => {
                self.copy_arguments(target, span);
                self.end_block();
                End::Goto(Label(target.block.0))
            }
            Terminator::Branch {
                condition,
                left,
                right,
                then,
                otherwise,
            } => {
                let left = self.reg(*left, span);
                let right = self.source(*right, span);
                self.end_block();
                End::Branch {
                    condition: *condition,
                    left,
                    right,
                    then: self.edge(then, span),
                    otherwise: self.edge(otherwise, span),
                }
            }
            Terminator::Return(value) => {
                self.load(Reg::R0, *value, span);
                self.end_block();
                End::Exit
            }
            Terminator::Finish(callee, args) => {
                self.call(callee, args, span);
                self.end_block();
                End::Never
            }
        };
        self.code.block_mut(self.current).end = end;
    }

    /// Where a branch jumps to: the target, or a block that copies its arguments first.
    fn edge(&mut self, target: &Target, span: Span) -> Label {
        if target.args.is_empty() {
            return Label(target.block.0);
        }
        let label = Label(self.code.blocks.len() as u32);
        let depth = self.code.block(Label(target.block.0)).depth;
        let start = self.code.insts.len();
        self.copy_arguments(target, span);
        self.code.blocks.push(Block {
            range: start..self.code.insts.len(),
            end: End::Goto(Label(target.block.0)),
            end_span: span,
            depth: depth.min(self.code.block(self.current).depth),
        });
        label
    }

    fn copy_arguments(&mut self, target: &Target, span: Span) {
        let params = &self.function.block(target.block).params;
        if let ([param], [arg]) = (&params[..], &target.args[..]) {
            let dst = virtual_reg(*param);
            if *arg != Operand::Value(*param) {
                self.load(dst, *arg, span);
            }
            return;
        }
        let copies = params.iter().zip(&target.args).map(|(param, arg)| {
            let from = match arg {
                Operand::Value(value) => Copied::Reg(virtual_reg(*value)),
                Operand::Const(constant) => Copied::Const(*constant),
            };
            (virtual_reg(*param), from)
        });
        let moves = in_sequence(copies, || self.code.new_reg());
        moves.into_iter().for_each(|inst| self.push(inst, span));
    }
}

fn alu_op(op: BinaryOp) -> AluOp {
    match op {
        BinaryOp::Add => AluOp::Add,
        BinaryOp::Sub => AluOp::Sub,
        BinaryOp::Mul => AluOp::Mul,
        BinaryOp::Udiv => AluOp::Div,
        BinaryOp::Sdiv => AluOp::SignedDiv,
        BinaryOp::Umod => AluOp::Mod,
        BinaryOp::Smod => AluOp::SignedMod,
        BinaryOp::And => AluOp::And,
        BinaryOp::Or => AluOp::Or,
        BinaryOp::Xor => AluOp::Xor,
        BinaryOp::Shl => AluOp::ShiftLeft,
        BinaryOp::Lshr => AluOp::ShiftRight,
        BinaryOp::Ashr => AluOp::SignedShiftRight,
    }
}
