//! The start of a fused program: the VM's state, the loader's decision, the chain it chose.

use core::mem::offset_of;

use hike_abi::limits::EXECUTED_INSNS;
use hike_abi::{CONTINUE, Fault, VmState, memory, vm_maps};
use hike_format::native::Guard;
use hike_isa::{AluOp, JumpOp, Reg, Size, Width};

use super::FuseError;
use super::call::{DATA, DATA_END};
use super::chain::Place;
use super::flow::Flow;
use super::program::Program;
use super::regs::Regs;
use super::stack::Slot;
use crate::state;

/// The kernel's `bpf_map_lookup_elem`.
pub const MAP_LOOKUP: u32 = 1;

impl<'a> Program<'a> {
    /// The whole way from the hook into the chains, and the chains.
    ///
    /// # Errors
    /// When a chain cannot be translated.
    pub fn entry(&mut self) -> Result<(), FuseError> {
        self.find_state();
        self.load_slot(Reg::R1, Slot::Context);
        self.run_logic(self.loader, 0, Regs::NONE)?;
        let verdict = self.verdict;
        self.asm
            .jump_if(Width::W32, JumpOp::Ne, Reg::R0, CONTINUE.into(), verdict);
        let chains = self.dispatch();
        for (chain, label) in chains {
            self.asm.bind(label);
            self.start(chain)?;
        }
        Ok(())
    }

    /// `r2` and the slot: the VM's state of this CPU.
    fn find_state(&mut self) {
        self.store_slot(Slot::Context, Reg::R1);
        for insn in state::offset() {
            self.asm.insn(insn);
        }
        self.asm.refer(Reg::R2, vm_maps::STATE.to_owned(), 0);
        self.asm
            .alu(Width::W64, AluOp::Add, Reg::R2, Reg::R0.into());
        self.store_slot(Slot::State, Reg::R2);
        if self.counted && self.guard == Guard::Counter {
            self.store_slot(Slot::Rounds, self.rounds());
        }
    }

    /// How many rounds all loops together can make before the budget ends them.
    fn rounds(&self) -> i32 {
        let shortest = self.flows.values().filter_map(Flow::shortest_round).min();
        (EXECUTED_INSNS / shortest.unwrap_or(1).max(1)).cast_signed()
    }

    /// `r0`: the value of a map under the key in its slot, or 0.
    pub fn look_up_key(&mut self, map: &str) {
        let off = self.stack.offset(Slot::Key);
        self.asm.refer(Reg::R1, map.to_owned(), 0);
        self.asm.mov(Reg::R2, Reg::FP);
        self.asm.add(Reg::R2, off.into());
        self.asm.call_kernel(MAP_LOOKUP);
    }

    /// Compares the chain that the loader chose with each chain it may start.
    fn dispatch(&mut self) -> Vec<(&'a hike_format::Symbol, super::asm::Label)> {
        self.load_slot(Reg::R6, Slot::State);
        let off = offset_of!(VmState, chain) as i16;
        self.asm.load(Size::U32, Reg::R6, Reg::R6, off);
        let mut chains = Vec::new();
        for chain in &self.parts.starts {
            let label = self.asm.label();
            self.asm.refer(Reg::R2, chain.to_string(), 0);
            self.asm
                .jump_if(Width::W64, JumpOp::Eq, Reg::R6, Reg::R2.into(), label);
            chains.push((*chain, label));
        }
        // None of them: `r6` has the ID that the fault is counted for.
        self.asm.mov(Reg::R7, Fault::Chain as i32);
        self.asm.mov(Reg::R8, 0);
        let count = self.faults.count(&mut self.asm);
        self.asm.goto(count);
        chains
    }

    fn packet_arguments(&mut self) {
        let start = memory::address(memory::PACKET, memory::PACKET_BYTES);
        self.load_slot(Reg::R1, Slot::Context);
        self.asm.load(Size::U32, Reg::R2, Reg::R1, DATA_END);
        self.asm.load(Size::U32, Reg::R1, Reg::R1, DATA);
        self.asm
            .alu(Width::W64, AluOp::Sub, Reg::R2, Reg::R1.into());
        self.asm.mov(Reg::R1, start as i32);
    }

    /// A chain from its first instruction: as in the VM all registers are zero.
    fn start(&mut self, symbol: &'a hike_format::Symbol) -> Result<(), FuseError> {
        let flow = self.flows.get(symbol);
        let live = flow.map_or(Regs::NONE, Flow::live_in);
        for reg in live.iter() {
            self.asm.mov(reg, 0);
        }
        if self.parts.packet_arguments {
            self.packet_arguments();
        }
        let place = Place {
            chain: symbol,
            depth: 0,
            outer: Regs::NONE,
            end: self.returned,
        };
        self.chain(place)
    }
}
