//! Emission: machine code in its final order to instructions of the VM.

use super::machine::{Code, End, Inst, Label, Reg, Source, StackSlot};
use super::{ChainCode, Limit, PlacedInsn};
use crate::ir::{BlockId, Callee, Condition, Function, Symbol};
use crate::source::Span;
use hike_abi::limits::CHAIN_INSNS;
use hike_isa::{self as isa, AluOp, Insn, JumpOp, Operand, Size, Width};

/// Emits chain after chain.
#[derive(Default)]
pub struct Emitter {
    insns: Vec<PlacedInsn>,
    /// Instructions that jump, by index, and where to.
    jumps: Vec<(usize, Label)>,
    /// For each block, its first slot.
    starts: Vec<u32>,
}

impl Emitter {
    /// Emits the blocks of `order`.
    ///
    /// # Errors
    /// When the chain has more slots of quick code than the VM has room for.
    pub fn emit(
        &mut self,
        function: &Function,
        code: &Code<'_>,
        order: &[Label],
    ) -> Result<ChainCode, Limit> {
        self.insns.clear();
        self.jumps.clear();
        self.starts.clear();
        self.starts.resize(code.blocks.len(), 0);
        let mut emission = Emission {
            code,
            out: self,
            next: 0,
        };
        for (index, &label) in order.iter().enumerate() {
            emission.block(label, order.get(index + 1).copied());
        }
        emission.end_safely();
        // Quick code has no more slots.
        if emission.next as usize > CHAIN_INSNS {
            let slots = emission.quick_slots();
            if slots > CHAIN_INSNS {
                return Err(Limit::Slots(slots));
            }
        }
        Ok(self.finish(function, order))
    }

    fn finish(&mut self, function: &Function, order: &[Label]) -> ChainCode {
        for (index, target) in &self.jumps {
            let placed = &mut self.insns[*index];
            let distance = self.starts[target.index()] as i32 - placed.slot as i32 - 1;
            set_distance(&mut placed.insn, distance);
        }
        let mut blocks = Vec::with_capacity(order.len().min(function.blocks.len()));
        let is_of_ir = |label: &&Label| label.index() < function.blocks.len();
        for label in order.iter().filter(is_of_ir) {
            blocks.push((BlockId(label.0), self.starts[label.index()]));
        }
        // As many as there are, no room for more.
        let mut insns = Vec::with_capacity(self.insns.len());
        insns.append(&mut self.insns);
        ChainCode {
            symbol: function.symbol.clone(),
            span: function.span,
            blocks,
            insns,
        }
    }
}

struct Emission<'a> {
    code: &'a Code<'a>,
    out: &'a mut Emitter,
    /// The next slot.
    next: u32,
}

impl Emission<'_> {
    fn push(&mut self, insn: Insn, span: Span) {
        self.push_call(insn, span, None);
    }

    fn push_call(&mut self, insn: Insn, span: Span, callee: Option<Symbol>) {
        let placed = PlacedInsn {
            slot: self.next,
            insn,
            callee,
            span,
        };
        self.next += insn.slots() as u32;
        self.out.insns.push(placed);
    }

    fn push_jump(&mut self, insn: Insn, span: Span, target: Label) {
        self.out.jumps.push((self.out.insns.len(), target));
        self.push(insn, span);
    }

    fn block(&mut self, label: Label, next: Option<Label>) {
        self.out.starts[label.index()] = self.next;
        let block = self.code.block(label);
        for (inst, span) in self.code.insts(label) {
            match inst {
                Inst::Call { callee, .. } => self.call(callee, *span),
                inst => self.push(encode(inst), *span),
            }
        }
        self.end(block.end, block.end_span, next);
    }

    fn call(&mut self, callee: &Callee, span: Span) {
        match callee {
            Callee::Helper(helper) => {
                let number = *helper as u32;
                self.push(Insn::CallHelper { number }, span);
            }
            Callee::Program(symbol) | Callee::Chain(symbol) => {
                let insn = Insn::CallSymbol { imm: -1 };
                self.push_call(insn, span, Some(symbol.clone()));
            }
        }
    }

    fn end(&mut self, end: End, span: Span, next: Option<Label>) {
        match end {
            End::Never => {}
            End::Exit => self.push(Insn::Exit, span),
            End::Goto(to) => self.goto(to, span, next),
            End::Branch {
                condition,
                left,
                right,
                then,
                otherwise,
            } => {
                let test = (condition, left, right);
                match condition.negated() {
                    Some(negated) if next == Some(then) => {
                        self.jump_if((negated, left, right), otherwise, span);
                    }
                    _ => {
                        self.jump_if(test, then, span);
                        self.goto(otherwise, span, next);
                    }
                }
            }
        }
    }

    /// Nothing where `to` follows anyway, and `exit` instead of a jump to it.
    fn goto(&mut self, to: Label, span: Span, next: Option<Label>) {
        if next == Some(to) {
            return;
        }
        let block = self.code.block(to);
        if block.range.is_empty() && block.end == End::Exit {
            self.push(Insn::Exit, span);
            return;
        }
        let insn = Insn::Goto {
            off: 0,
            long: false,
        };
        self.push_jump(insn, span, to);
    }

    fn jump_if(&mut self, test: (Condition, Reg, Source), to: Label, span: Span) {
        let insn = Insn::JumpIf {
            width: Width::W64,
            op: jump_op(test.0),
            dst: register(test.1),
            src: operand(test.2),
            off: 0,
        };
        self.push_jump(insn, span, to);
    }

    /// Adds an `exit` where a call that ends the chain would be the last instruction: the VM
    /// takes no chain whose end could be run over.
    fn end_safely(&mut self) {
        let last = self.out.insns.last();
        if let Some((true, span)) = last.map(|last| (last.insn.falls_through(), last.span)) {
            self.push(Insn::Exit, span);
        }
    }

    /// Slots of quick code: `r1 = constant` and the program call after it are one.
    fn quick_slots(&self) -> usize {
        let Emitter {
            insns,
            jumps,
            starts,
        } = &*self.out;
        let is_target = |slot: u32| {
            let mut targets = jumps.iter().map(|(_, label)| starts[label.index()]);
            targets.any(|start| start == slot)
        };
        let fused = insns.windows(2).filter(|pair| {
            let [first, second] = pair else {
                return false;
            };
            is_first_argument(&first.insn)
                && is_program(second.callee.as_ref())
                && !is_target(second.slot)
        });
        self.next as usize - fused.count()
    }
}

fn is_first_argument(insn: &Insn) -> bool {
    matches!(
        insn,
        Insn::Alu {
            width: Width::W64,
            op: AluOp::Mov,
            dst: isa::Reg::R1,
            src: Operand::Imm(_),
        }
    )
}

fn is_program(callee: Option<&Symbol>) -> bool {
    callee.is_some_and(|symbol| symbol.0.starts_with("programs."))
}

/// Sets the distance of a jump; a chain that fits the VM has no longer ones than 16 bits.
fn set_distance(insn: &mut Insn, distance: i32) {
    match insn {
        Insn::Goto { off, .. } => *off = distance,
        Insn::JumpIf { off, .. } => *off = distance as i16,
        _ => {}
    }
}

fn encode(inst: &Inst<'_>) -> Insn {
    match *inst {
        Inst::Const { dst, value } => constant(register(dst), value),
        Inst::Move { dst, src } => alu(Width::W64, AluOp::Mov, dst, Source::Reg(src)),
        Inst::ZeroExtend { dst, src } => alu(Width::W32, AluOp::Mov, dst, Source::Reg(src)),
        Inst::Alu {
            width,
            op,
            dst,
            src,
        } => alu(width, op, dst, src),
        Inst::Neg { dst } => Insn::Neg {
            width: Width::W64,
            dst: register(dst),
        },
        Inst::SignExtend { from, dst, src } => Insn::MovSigned {
            width: Width::W64,
            from,
            dst: register(dst),
            src: register(src),
        },
        Inst::Load { dst, slot } => Insn::Load {
            size: Size::U64,
            signed: false,
            dst: register(dst),
            base: isa::Reg::FP,
            off: stack_offset(slot),
        },
        Inst::Store { slot, src } => Insn::Store {
            size: Size::U64,
            base: isa::Reg::FP,
            off: stack_offset(slot),
            src: operand(src),
        },
        // Emitted apart: its symbol is not part of the instruction.
        Inst::Call { .. } => Insn::CallSymbol { imm: -1 },
    }
}

/// The shortest instruction that loads a constant.
fn constant(dst: isa::Reg, value: u64) -> Insn {
    let (width, imm) = match (i32::try_from(value as i64), u32::try_from(value)) {
        (Ok(imm), _) => (Width::W64, imm),
        (_, Ok(imm)) => (Width::W32, imm as i32),
        _ => return Insn::LoadImm64 { dst, imm: value },
    };
    Insn::Alu {
        width,
        op: AluOp::Mov,
        dst,
        src: Operand::Imm(imm),
    }
}

fn alu(width: Width, op: AluOp, dst: Reg, src: Source) -> Insn {
    Insn::Alu {
        width,
        op,
        dst: register(dst),
        src: operand(src),
    }
}

/// The register of the machine; after allocation there are no others.
fn register(reg: Reg) -> isa::Reg {
    isa::Reg::new(reg.0 as u8).unwrap_or(isa::Reg::R0)
}

fn operand(source: Source) -> Operand {
    match source {
        Source::Reg(reg) => Operand::Reg(register(reg)),
        Source::Imm(imm) => Operand::Imm(imm),
    }
}

/// Offset from the frame pointer, in bytes.
fn stack_offset(slot: StackSlot) -> i16 {
    -8 * (slot.0 as i16 + 1)
}

fn jump_op(condition: Condition) -> JumpOp {
    match condition {
        Condition::Eq => JumpOp::Eq,
        Condition::Ne => JumpOp::Ne,
        Condition::Ult => JumpOp::Lt,
        Condition::Ule => JumpOp::Le,
        Condition::Ugt => JumpOp::Gt,
        Condition::Uge => JumpOp::Ge,
        Condition::Slt => JumpOp::SignedLt,
        Condition::Sle => JumpOp::SignedLe,
        Condition::Sgt => JumpOp::SignedGt,
        Condition::Sge => JumpOp::SignedGe,
        Condition::Set => JumpOp::Set,
    }
}
