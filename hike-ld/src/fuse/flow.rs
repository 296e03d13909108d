//! What is known of a chain before it is translated: its instructions, which of them can
//! be reached, which registers are live after each, and which jumps go back.

use std::collections::BTreeMap;
use std::rc::Rc;

use hike_abi::Helper;
use hike_abi::limits::ARGUMENTS;
use hike_format::chain::{Chain, Line, SlotIndex};
use hike_format::{Symbol, SymbolKind};
use hike_isa::{AluOp, Insn, Operand, Reg, decode_at};
use hike_vm::{QuickenError, Target, quicken};

use super::asm::Origin;
use super::regs::Regs;
use super::{FuseError, Parts};

/// A chain and what is known of it.
#[derive(Clone, Debug)]
pub struct Flow<'a> {
    /// Its instructions by slot, those that can be reached.
    pub insns: BTreeMap<usize, Insn>,
    /// What its calls call.
    pub calls: &'a BTreeMap<SlotIndex, Symbol>,
    /// Registers live before each instruction.
    live_before: BTreeMap<usize, Regs>,
    /// The first slot of each block (where jumps go to, and behind jumps), with the number
    /// of instructions up to the next.
    pub leaders: BTreeMap<usize, u32>,
    /// Registers it writes itself.
    pub writes: Regs,
    /// For each slot of quick code, the slot it was made from.
    origin: Vec<u32>,
    /// The lines it comes from, by the first slot of each.
    lines: BTreeMap<usize, Rc<Origin>>,
}

/// The chains of a bundle.
pub type Flows<'a> = BTreeMap<&'a Symbol, Flow<'a>>;

/// Analyses chains, liveness over calls included.
///
/// # Errors
/// When one is no chain.
pub fn analyse<'a>(parts: &Parts<'a>) -> Result<Flows<'a>, FuseError> {
    let chains = parts.chains.iter();
    let flows = chains.map(|(symbol, chain)| {
        let flow = Flow::new(chain).map_err(|error| FuseError::Chain {
            chain: chain.symbol.clone(),
            error,
        })?;
        Ok((*symbol, flow))
    });
    let mut flows = flows.collect::<Result<Flows<'a>, FuseError>>()?;
    while settle(&mut flows, parts) {}
    Ok(flows)
}

/// One round of liveness over all chains; false when nothing changed.
fn settle<'a>(flows: &mut Flows<'a>, parts: &Parts<'a>) -> bool {
    let entries: BTreeMap<&Symbol, Regs> = flows
        .iter()
        .map(|(symbol, flow)| (*symbol, flow.live_in()))
        .collect();
    let argument = |target: &Symbol| match target.kind() {
        SymbolKind::Chain => entries.get(target).copied().unwrap_or_default(),
        _ => Regs::arguments(parts.params(target).unwrap_or(ARGUMENTS)),
    };
    // Registers that some caller reads after a call, besides the result.
    let read = flows.values().map(Flow::read_after_calls);
    let returned = read.fold(Regs::one(Reg::R0), Regs::or);
    let mut changed = false;
    for flow in flows.values_mut() {
        changed |= flow.live_round(&argument, returned);
    }
    changed
}

impl<'a> Flow<'a> {
    fn new(chain: &'a Chain) -> Result<Self, QuickenError> {
        // The numbers do not matter, only where slots come from.
        let quick = quicken(&chain.code, |slot| {
            let slot = SlotIndex(u32::try_from(slot).ok()?);
            match chain.calls.get(&slot)?.kind() {
                SymbolKind::Chain => Some(Target::Chain(1)),
                _ => Some(Target::Program(1)),
            }
        })?;
        let mut flow = Self {
            insns: BTreeMap::new(),
            calls: &chain.calls,
            live_before: BTreeMap::new(),
            leaders: BTreeMap::from([(0, 0)]),
            writes: Regs::NONE,
            origin: quick.origin,
            lines: chain.lines.iter().map(line).collect(),
        };
        flow.reach(chain);
        flow.measure();
        Ok(flow)
    }

    /// Collects what can be reached from the first instruction.
    fn reach(&mut self, chain: &Chain) {
        let mut waiting = vec![0];
        while let Some(slot) = waiting.pop() {
            if self.insns.contains_key(&slot) {
                continue;
            }
            // Quickening has checked that every reachable slot decodes.
            let Ok(insn) = decode_at(&chain.code, slot) else {
                continue;
            };
            self.insns.insert(slot, insn);
            self.writes = insn
                .written()
                .map_or(self.writes, |reg| self.writes.with(reg));
            if let Some(target) = target(slot, insn) {
                self.leaders.extend([(target, 0), (slot + insn.slots(), 0)]);
            }
            waiting.extend(successors(slot, insn));
        }
    }

    /// Counts the instructions of each block.
    fn measure(&mut self) {
        let mut leader = 0;
        for slot in self.insns.keys() {
            if self.leaders.contains_key(slot) {
                leader = *slot;
            }
            if let Some(count) = self.leaders.get_mut(&leader) {
                *count += 1;
            }
        }
    }

    fn live_round(&mut self, arguments: &impl Fn(&Symbol) -> Regs, returned: Regs) -> bool {
        let mut changed = false;
        for (slot, insn) in self.insns.iter().rev() {
            let after = self.live_after(*slot, *insn);
            let callee = self.calls.get(&SlotIndex(*slot as u32));
            let uses = match (insn, callee) {
                (Insn::Exit, _) => returned,
                (_, Some(callee)) => arguments(callee),
                _ => uses(*insn),
            };
            let before = after.without(kills(*insn, callee)).or(uses);
            changed |= self.live_before.insert(*slot, before) != Some(before);
        }
        changed
    }

    /// Argument registers that it reads after calling a chain: what the chain left there.
    fn read_after_calls(&self) -> Regs {
        let chains = self.calls.iter();
        let chains = chains.filter(|(_, target)| target.kind() == SymbolKind::Chain);
        let live = chains.filter_map(|(slot, _)| {
            let slot = slot.0 as usize;
            let insn = self.insns.get(&slot)?;
            Some(self.live_after(slot, *insn))
        });
        live.fold(Regs::NONE, Regs::or).and(Regs::ARGUMENTS)
    }

    /// Registers live after an instruction.
    pub fn live_after(&self, slot: usize, insn: Insn) -> Regs {
        let after = successors(slot, insn);
        let live = after.filter_map(|next| self.live_before.get(&next));
        live.fold(Regs::NONE, |all, live| all.or(*live))
    }

    /// Registers live before an instruction.
    pub fn live_before(&self, slot: usize) -> Regs {
        self.live_before.get(&slot).copied().unwrap_or_default()
    }

    /// Registers that must have a value when the chain starts.
    pub fn live_in(&self) -> Regs {
        self.live_before(0)
    }

    /// Whether it has a jump back.
    pub fn has_loop(&self) -> bool {
        let mut insns = self.insns.iter();
        insns.any(|(slot, insn)| is_back(*slot, *insn))
    }

    /// The least number of instructions that a round of one of its loops takes.
    pub fn shortest_round(&self) -> Option<u32> {
        let back = self
            .insns
            .iter()
            .filter(|(slot, insn)| is_back(**slot, **insn));
        let blocks = back.filter_map(|(slot, _)| self.leaders.range(..=slot).next_back());
        blocks.map(|(_, count)| *count).min()
    }

    /// The line that the instruction in a slot comes from.
    pub fn origin_of(&self, slot: usize) -> Option<Rc<Origin>> {
        let (_, origin) = self.lines.range(..=slot).next_back()?;
        Some(origin.clone())
    }

    /// The slot of quick code of a slot of bytecode.
    pub fn quick_slot(&self, slot: usize) -> u32 {
        let origin = &self.origin;
        origin.partition_point(|origin| (*origin as usize) < slot) as u32
    }
}

fn line(line: &Line) -> (usize, Rc<Origin>) {
    let origin = Origin {
        place: line.place.clone(),
        text: line.text.clone(),
    };
    (line.slot.0 as usize, Rc::new(origin))
}

/// Whether an instruction jumps to itself or further back.
pub fn is_back(slot: usize, insn: Insn) -> bool {
    target(slot, insn).is_some_and(|target| target <= slot)
}

/// The slot that an instruction may jump to.
pub fn target(slot: usize, insn: Insn) -> Option<usize> {
    let off = insn.jump_offset()? as isize;
    slot.checked_add_signed(off + 1)
}

fn successors(slot: usize, insn: Insn) -> impl Iterator<Item = usize> {
    let next = insn.falls_through().then_some(slot + insn.slots());
    next.into_iter().chain(target(slot, insn))
}

/// Registers whose values before an instruction nobody can read after it.
fn kills(insn: Insn, callee: Option<&Symbol>) -> Regs {
    match (insn, callee.map(Symbol::kind)) {
        (Insn::CallSymbol { .. }, Some(SymbolKind::Chain)) => Regs::CLOBBERED,
        _ => insn.written().map_or(Regs::NONE, Regs::one),
    }
}

/// Registers that an instruction reads, those of called symbols left out.
pub fn uses(insn: Insn) -> Regs {
    match insn {
        Insn::Alu { op, dst, src, .. } => match op {
            AluOp::Mov => of(src),
            _ => of(src).with(dst),
        },
        Insn::MovSigned { src, .. } => Regs::one(src),
        Insn::Neg { dst, .. } | Insn::Swap { dst, .. } => Regs::one(dst),
        Insn::Load { base, .. } => Regs::one(base),
        Insn::Store { base, src, .. } => of(src).with(base),
        Insn::JumpIf { dst, src, .. } => of(src).with(dst),
        Insn::CallHelper { number } => helper_arguments(number),
        Insn::Exit => Regs::one(Reg::R0),
        Insn::LoadImm64 { .. } | Insn::Goto { .. } | Insn::CallSymbol { .. } => Regs::NONE,
    }
}

fn of(operand: Operand) -> Regs {
    match operand {
        Operand::Reg(reg) => Regs::one(reg),
        Operand::Imm(_) => Regs::NONE,
    }
}

fn helper_arguments(number: u32) -> Regs {
    match Helper::from_number(number) {
        None | Some(Helper::TimeNs | Helper::RandomU32) => Regs::NONE,
        Some(helper) if helper as u32 >= Helper::PacketWriteU8 as u32 => Regs::arguments(2),
        Some(_) => Regs::arguments(1),
    }
}
