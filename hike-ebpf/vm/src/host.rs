//! A machine without a kernel: for tests, and for running bundles without root.

use std::collections::BTreeMap;

use hike_abi::limits::{CHAIN_INSNS, PROGRAM_CALLS};
use hike_abi::{CONTINUE, ChainCode, Cursor, Fault, Frame, HikeCall, VmState, chain_of, limits};

use crate::{Flow, Machine, Quick, Width, begin, run_short, step};

/// The programs of a host: what a program call does.
pub trait Programs {
    /// Runs the program with this ID on the packet; gives an XDP action that ends the
    /// chain, or [`CONTINUE`]; `None` when there is no such program.
    fn call(&mut self, id: u32, call: &mut HikeCall, packet: &mut Vec<u8>) -> Option<i32>;
}

/// No programs at all.
pub struct NoPrograms;

impl Programs for NoPrograms {
    fn call(&mut self, _: u32, _: &mut HikeCall, _: &mut Vec<u8>) -> Option<i32> {
        None
    }
}

/// How a packet's run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A program decided.
    Verdict(u32),
    /// The outermost chain returned, with this in `r0`; the default action applies.
    Returned(u64),
    /// The chain was given up; the default action applies.
    Fault {
        /// Why.
        fault: Fault,
        /// The chain that was running.
        chain: u32,
        /// The slot of its quick code that could not be executed.
        pc: u32,
    },
}

/// A host: chains by ID, and a clock and a random sequence that tests can set.
pub struct Host {
    chains: BTreeMap<u32, Box<ChainCode>>,
    /// What [`hike_abi::Helper::TimeNs`] gives.
    pub time_ns: u64,
    /// Seed and state of what [`hike_abi::Helper::RandomU32`] gives.
    pub random: u64,
    /// Instructions that the last run executed.
    pub executed: u32,
}

impl Default for Host {
    fn default() -> Self {
        Self {
            chains: BTreeMap::new(),
            time_ns: 0,
            random: 1,
            executed: 0,
        }
    }
}

impl Host {
    /// Puts a chain in place; slots beyond [`CHAIN_INSNS`] are ignored.
    pub fn insert(&mut self, id: u32, chain: &Quick) {
        let mut code = Box::new([0; CHAIN_INSNS]);
        code.iter_mut()
            .zip(&chain.slots)
            .for_each(|(to, from)| *to = *from);
        self.chains.insert(id, code);
    }

    /// Runs a packet through a chain with these arguments in `r1` on.
    pub fn run(
        &mut self,
        chain: u32,
        arguments: &[u64],
        packet: &mut Vec<u8>,
        programs: &mut dyn Programs,
    ) -> Outcome {
        if chain >= limits::CHAINS {
            let (fault, pc) = (Fault::Chain, 0);
            return Outcome::Fault { fault, chain, pc };
        }
        let mut state = Box::new(empty_state());
        begin(&mut state, chain, 0);
        state.regs[1..=limits::ARGUMENTS]
            .iter_mut()
            .zip(arguments)
            .for_each(|(reg, argument)| *reg = *argument);
        let mut machine = HostMachine {
            host: self,
            state,
            packet,
        };
        machine.host.executed = 0;
        machine.run(programs)
    }
}

fn empty_state() -> VmState {
    VmState {
        regs: [0; 11],
        pc: 0,
        chain: 0,
        budget: 0,
        depth: 0,
        default_action: 0,
        fault: 0,
        cursor: Cursor::default(),
        frames: [Frame::default(); limits::FRAMES],
        stack: [0; limits::FRAMES * limits::FRAME_STACK],
        sma: [0; limits::SMA_SIZE],
        padding: [0; _],
    }
}

fn fault(fault: Fault, slot: u32) -> Outcome {
    let (chain, pc) = chain_of(slot);
    Outcome::Fault { fault, chain, pc }
}

struct HostMachine<'a> {
    host: &'a mut Host,
    state: Box<VmState>,
    packet: &'a mut Vec<u8>,
}

impl HostMachine<'_> {
    fn run(&mut self, programs: &mut dyn Programs) -> Outcome {
        let mut pc = self.state.pc;
        let mut calls = 0;
        loop {
            let (flow, steps) = run_short(self, &mut pc);
            self.host.executed += steps;
            let flow = match flow {
                Flow::Escape => self.run_counted(&mut pc),
                flow => {
                    self.host.executed += 1;
                    flow
                }
            };
            match flow {
                Flow::End => return Outcome::Returned(self.state.regs[0]),
                Flow::Fault(Fault::Budget) => return fault(Fault::Budget, pc),
                Flow::Fault(kind) => return fault(kind, pc.wrapping_sub(1)),
                Flow::Next | Flow::Escape => return fault(Fault::Instruction, pc),
                Flow::Program(id) => {
                    calls += 1;
                    match self.call(id, calls, programs) {
                        Some(CONTINUE) => {}
                        Some(action) => return Outcome::Verdict(action as u32),
                        None => return fault(Fault::Program, pc - 1),
                    }
                }
            }
        }
    }

    /// What the executor does.
    fn run_counted(&mut self, pc: &mut u32) -> Flow {
        while self.state.budget > 0 {
            self.state.budget -= 1;
            self.host.executed += 1;
            match step(self, pc) {
                Flow::Next => {}
                flow => return flow,
            }
        }
        Flow::Fault(Fault::Budget)
    }

    fn call(&mut self, id: u32, calls: u32, programs: &mut dyn Programs) -> Option<i32> {
        if calls > PROGRAM_CALLS {
            return None;
        }
        let mut call = HikeCall::default();
        call.args.copy_from_slice(&self.state.regs[1..6]);
        call.ret = self.state.regs[0];
        let action = programs.call(id, &mut call, self.packet)?;
        self.state.regs[0] = call.ret;
        self.state.regs[1..6].copy_from_slice(&call.args);
        Some(action)
    }

    fn packet_range(&self, offset: u64, width: Width) -> Result<usize, Fault> {
        let end = offset.checked_add(width as u64).ok_or(Fault::Packet)?;
        if end > self.packet.len() as u64 {
            return Err(Fault::Packet);
        }
        Ok(offset as usize)
    }
}

impl Machine for HostMachine<'_> {
    fn state(&mut self) -> &mut VmState {
        &mut self.state
    }

    fn fetch(&self, pc: u32) -> u64 {
        let (chain, slot) = chain_of(pc);
        let code = self.host.chains.get(&chain);
        code.map_or(0, |code| code[slot as usize])
    }

    fn packet_length(&self) -> u64 {
        self.packet.len() as u64
    }

    fn packet_load(&self, offset: u64, width: Width) -> Result<u64, Fault> {
        let start = self.packet_range(offset, width)?;
        // SAFETY: the range is inside the packet.
        Ok(unsafe { Self::read(self.packet.as_ptr().add(start), width) })
    }

    fn packet_store(&mut self, offset: u64, width: Width, value: u64) -> Result<(), Fault> {
        let start = self.packet_range(offset, width)?;
        // SAFETY: the range is inside the packet.
        unsafe { Self::write(self.packet.as_mut_ptr().add(start), width, value) };
        Ok(())
    }

    unsafe fn read(pointer: *const u8, width: Width) -> u64 {
        let mut bytes = [0; 8];
        // SAFETY: the caller's promise, and no width is above 8.
        unsafe { bytes.as_mut_ptr().copy_from(pointer, width as usize) };
        u64::from_le_bytes(bytes)
    }

    unsafe fn write(pointer: *mut u8, width: Width, value: u64) {
        // SAFETY: the caller's promise, and no width is above 8.
        unsafe { pointer.copy_from(value.to_le_bytes().as_ptr(), width as usize) };
    }

    fn time_ns(&mut self) -> u64 {
        self.host.time_ns
    }

    fn random_u32(&mut self) -> u32 {
        // xorshift64: a fixed sequence for a fixed seed.
        let mut x = self.host.random;
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.host.random = x;
        x as u32
    }
}
