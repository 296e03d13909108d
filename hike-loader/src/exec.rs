//! Raw bytecode in the VM, for tests of the instruction set.

use std::os::fd::AsFd;

use hike_abi::limits::CHAINS;
use hike_abi::{Fault, NO_CHAIN, VmState, memory, vm_maps};
use hike_isa::{AluOp, Insn, Operand, Reg, Slot, Width};
use hike_vm::host::{Host, NoPrograms, Outcome};
use hike_vm::{Quick, QuickenError, quicken};

use crate::faults::{Counts, read_counts};
use crate::image::Image;
use crate::kernel::{Kernel, KernelError, Linux};
use crate::registry::ChainId;
use crate::sys::cpus;
use crate::sys::program::test_run;
use crate::vm::{NewVm, Vm, write_code};

/// The XDP program that starts one chain with the packet's address and length.
const START: &[u8] = include_bytes!("../../hike-ebpf/objects/start.o");
/// Its map of one chain ID.
const START_CHAIN: &str = "hike_start_chain";
/// The chain that the bytecode becomes.
const CHAIN: u32 = NO_CHAIN + 1;
/// Shortest packet of a test run: an Ethernet header.
const SHORTEST: usize = 14;

/// What runs the bytecode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The VM in the kernel.
    Kernel,
    /// The VM in this process, which needs no privileges.
    Simulator,
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecError {
    /// Not hexadecimal digits.
    #[error("expected pairs of hexadecimal digits, found `{0}`")]
    Hex(String),
    /// Not whole instructions.
    #[error("expected instructions of 8 bytes each, found {0} bytes")]
    Length(usize),
    /// Not a chain.
    #[error(transparent)]
    Chain(#[from] QuickenError),
    /// The VM gave up.
    #[error("the VM stopped with a fault of kind `{}` at slot {pc}", .fault.name())]
    Fault {
        /// Why.
        fault: Fault,
        /// The slot of bytecode.
        pc: u32,
    },
    /// A program decided, though there is none.
    #[error("the chain ended with action {0} instead of returning")]
    Verdict(u32),
    /// The kernel refuses something.
    #[error(transparent)]
    Kernel(#[from] KernelError),
}

impl ExecError {
    /// Whether the host stands in the way.
    pub fn is_host(&self) -> bool {
        matches!(self, Self::Kernel(_))
    }
}

/// Bytes from hexadecimal digits; white space between them does not matter.
///
/// # Errors
/// When there is anything else.
pub fn from_hex(text: &str) -> Result<Vec<u8>, ExecError> {
    let digits: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let (pairs, rest) = digits.as_chunks::<2>();
    let wrong = |bytes: &[u8]| ExecError::Hex(String::from_utf8_lossy(bytes).into_owned());
    if !rest.is_empty() {
        return Err(wrong(rest));
    }
    let byte = |pair: &[u8; 2]| {
        let digit = |character: u8| char::from(character).to_digit(16);
        let byte = digit(pair[0]).zip(digit(pair[1]));
        byte.map(|(high, low)| (high << 4 | low) as u8)
            .ok_or_else(|| wrong(pair))
    };
    pairs.iter().map(byte).collect()
}

/// Runs bytecode with `r1` the address of the memory and `r2` its length; gives `r0`.
///
/// # Errors
/// When the bytecode is no chain, the VM gives up on it, or the kernel refuses.
pub fn exec(bytecode: &[u8], mut memory: Vec<u8>, engine: Engine) -> Result<u64, ExecError> {
    let (slots, rest) = bytecode.as_chunks::<8>();
    if !rest.is_empty() {
        return Err(ExecError::Length(bytecode.len()));
    }
    let slots: Vec<Slot> = slots.iter().map(|slot| Slot::from_bytes(*slot)).collect();
    match engine {
        Engine::Simulator => simulate(&quicken(&slots, |_| None)?, &mut memory),
        Engine::Kernel => {
            let (slots, shift) = with_length(slots, memory.len());
            let quick = quicken(&slots, |_| None)?;
            memory.resize(memory.len().max(SHORTEST), 0);
            in_kernel(&quick, &memory, shift)
        }
    }
}

/// The kernel runs no packet shorter than an Ethernet header; a longer one stands for it,
/// and the chain is told the length it should have. Gives the slots put in front, too.
fn with_length(slots: Vec<Slot>, length: usize) -> (Vec<Slot>, u32) {
    if length >= SHORTEST {
        return (slots, 0);
    }
    let told = Insn::Alu {
        op: AluOp::Mov,
        width: Width::W64,
        dst: Reg::R2,
        src: Operand::Imm(length as i32),
    };
    let mut all = told.encode().slots().to_vec();
    let shift = all.len() as u32;
    all.extend(slots);
    (all, shift)
}

fn simulate(quick: &Quick, memory: &mut Vec<u8>) -> Result<u64, ExecError> {
    let mut host = Host::default();
    host.insert(CHAIN, quick);
    let address = memory::address(memory::PACKET, memory::PACKET_BYTES);
    let arguments = [address, memory.len() as u64];
    match host.run(CHAIN, &arguments, memory, &mut NoPrograms) {
        Outcome::Returned(value) => Ok(value),
        Outcome::Verdict(action) => Err(ExecError::Verdict(action)),
        Outcome::Fault { fault, pc, .. } => {
            let pc = origin(quick, pc, 0);
            Err(ExecError::Fault { fault, pc })
        }
    }
}

/// The slot of bytecode that a slot of quick code was made from.
fn origin(quick: &Quick, pc: u32, shift: u32) -> u32 {
    let origin = quick.origin.get(pc as usize).copied();
    origin.unwrap_or(pc).saturating_sub(shift)
}

fn in_kernel(quick: &Quick, packet: &[u8], shift: u32) -> Result<u64, ExecError> {
    const _: () = assert!(CHAIN < CHAINS);
    let kernel = &mut Linux;
    let NewVm { vm, .. } = Vm::create(kernel)?;
    write_code(
        kernel,
        vm.map(vm_maps::CHAINS)?,
        ChainId(CHAIN),
        &quick.slots,
    )?;
    let start = start(kernel, &vm)?;
    let run = test_run(start.as_fd(), packet);
    run.map_err(|error| KernelError::system("run the bytecode", error))?;
    let counts = read_counts(kernel, vm.map(vm_maps::FAULTS)?, CHAIN)?;
    if let Some((fault, pc)) = counts.and_then(|counts: Counts| counts.last) {
        let pc = origin(quick, pc, shift);
        return Err(ExecError::Fault { fault, pc });
    }
    result(&vm)
}

/// Loads the program that starts the chain.
fn start(kernel: &mut Linux, vm: &Vm<Linux>) -> Result<std::os::fd::OwnedFd, KernelError> {
    let image = Image::parse("start", None, START).map_err(Box::new)?;
    let types = kernel.load_types(&image)?;
    let mut maps: std::collections::BTreeMap<_, _> = vm
        .maps()
        .map(|(name, map)| (name.to_owned(), map))
        .collect();
    let own = image.maps().get(START_CHAIN);
    let own = own
        .map(|spec| kernel.create_map(spec, &types))
        .transpose()?;
    if let Some(map) = &own {
        kernel.update(map, &0u32.to_ne_bytes(), &CHAIN.to_ne_bytes())?;
        maps.insert(START_CHAIN.to_owned(), map);
    }
    kernel.load_program(&image, &maps, &types)
}

/// `r0` of the CPU that ran the chain: the one whose state names it.
fn result(vm: &Vm<Linux>) -> Result<u64, ExecError> {
    let states = vm.map(vm_maps::STATE)?;
    for cpu in 0..cpus::possible() {
        let state = states.read_part(cpu * size_of::<VmState>(), size_of::<VmState>());
        let state = state.map_err(|error| KernelError::system("read the VM's state", error))?;
        let chain = &state[std::mem::offset_of!(VmState, chain)..];
        if let Some(r0) = state
            .first_chunk()
            .filter(|_| chain.starts_with(&CHAIN.to_ne_bytes()))
        {
            return Ok(u64::from_ne_bytes(*r0));
        }
    }
    Err(ExecError::Fault {
        fault: Fault::Chain,
        pc: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_come_in_pairs() {
        assert_eq!(from_hex(" 0a\nFf ").unwrap(), [0x0a, 0xff]);
        assert!(from_hex("").unwrap().is_empty());
        assert!(from_hex("abc").is_err());
        assert!(from_hex("0x12").is_err());
        assert!(from_hex("éé").is_err());
    }

    #[test]
    fn the_simulator_needs_no_kernel() {
        // r0 = 42; exit
        let code = from_hex("b7000000 2a000000 95000000 00000000").unwrap();
        assert_eq!(exec(&code, Vec::new(), Engine::Simulator).unwrap(), 42);
        // r0 = *(u8 *)(r1 + 2); exit
        let code = from_hex("71100200 00000000 95000000 00000000").unwrap();
        assert_eq!(exec(&code, vec![1, 2, 3], Engine::Simulator).unwrap(), 3);
        let fault = exec(&code, vec![1, 2], Engine::Simulator);
        assert!(matches!(
            fault,
            Err(ExecError::Fault {
                fault: Fault::Packet,
                pc: 0
            })
        ));
        // r1 = 9; call 1; exit: the read is the fault, though the VM does both at once.
        let code = from_hex("b7010000 09000000 85000000 01000000 95000000 00000000").unwrap();
        let fault = exec(&code, vec![1, 2], Engine::Simulator);
        assert!(matches!(fault, Err(ExecError::Fault { pc: 1, .. })));
        assert!(matches!(
            exec(&code[..7], vec![], Engine::Simulator),
            Err(ExecError::Length(7))
        ));
    }
}
