//! A VM of our own in the kernel: no pins, no interface, gone with the test.

use std::collections::BTreeMap;
use std::mem::offset_of;
use std::os::fd::{AsFd, BorrowedFd};

use hike_abi::{Fault, FaultCounters, VmState, vm_maps};
use hike_loader::image::Image;
use hike_loader::kernel::{Kernel, KernelError, Linux};
use hike_loader::registry::ChainId;
use hike_loader::sys::map::Map;
use hike_loader::sys::program::test_run;
use hike_loader::vm::{Executor, NewVm, Vm, write_code};
use hike_vm::Quick;

use crate::bytecode::{End, Observed, place_fault};
use crate::cpu;
use crate::tools::repository;

/// The program that starts chain 1 with the packet as its arguments.
const START: &[u8] = include_bytes!("../../hike-ebpf/objects/start.o");
/// Its own map.
const START_CHAIN: &str = "hike_start_chain";
/// Where the runs happen: per-CPU maps are read on the CPU that wrote them.
const CPU: usize = 0;

/// IDs that cases use: a fault can also happen in a chain that is not there.
const CHAINS: std::ops::Range<u32> = 1..5;

/// What is said of a kernel without `may_goto`.
pub const NO_MAY_GOTO: &str = "no `may_goto`";

/// Whether a program was refused because the kernel has no `may_goto`, which is opcode 0xe5.
fn lacks_may_goto(error: &KernelError) -> bool {
    let log = error.verifier_log();
    log.is_some_and(|log| log.contains("unknown opcode e5"))
}

/// What is said of an executor whose loop an older verifier gives up on: some do, depending
/// on how the compiler lays it out. The VM runs the other form there.
pub const TOO_COMPLEX: &str = "too complex";

/// Why the VM runs the other form of the executor on this kernel, if it does. The kernel
/// that the project is developed on takes the first form, so only in an emulator, where
/// `HIKE_OTHER_KERNEL` says so, may a verifier give up.
pub fn other_form(error: &KernelError) -> Option<&'static str> {
    let given_up = error
        .verifier_log()
        .is_some_and(|log| log.contains("is too complex"));
    let elsewhere = std::env::var_os("HIKE_OTHER_KERNEL").is_some();
    match lacks_may_goto(error) {
        true => Some(NO_MAY_GOTO),
        false => (given_up && elsewhere).then_some(TOO_COMPLEX),
    }
}

/// A private VM with its start program.
pub struct KernelVm {
    vm: Vm<Linux>,
    start: <Linux as Kernel>::Program,
    _keep: (<Linux as Kernel>::Program, Map),
}

/// Loads a program that has no maps of its own into a slot of the VM.
fn load_program(vm: &Vm<Linux>, id: u32, path: &str) {
    let mut kernel = Linux;
    let bytes = std::fs::read(repository().join(path)).expect("an object");
    let image = Image::parse(path, None, &bytes).expect("a program");
    let types = kernel.load_types(&image).expect("its types");
    let maps = vm
        .maps()
        .map(|(name, map)| (name.to_owned(), map))
        .collect();
    let program = kernel
        .load_program(&image, &maps, &types)
        .expect("a program");
    let programs = vm.map(vm_maps::PROGRAMS).expect("the programs");
    kernel.set_program(programs, id, &program).expect("a slot");
}

impl KernelVm {
    /// Loads the VM with the executor the kernel takes and, under the IDs 0 and up,
    /// programs without maps of their own; paths are relative to the repository.
    ///
    /// # Panics
    /// When the kernel does not take them: the tests cannot go on.
    pub fn with_programs(programs: &[&str]) -> Self {
        let vm = Vm::create(&mut Linux).expect("the VM");
        programs
            .iter()
            .zip(0..)
            .for_each(|(path, id)| load_program(&vm.vm, id, path));
        Self::start_program(vm)
    }

    /// Loads the VM with one form of the executor; says so and gives none when it is for
    /// newer kernels.
    ///
    /// # Panics
    /// When the kernel does not take it for another reason.
    pub fn with_executor(executor: Executor) -> Option<Self> {
        match Vm::create_with(&mut Linux, executor) {
            Ok(vm) => Some(Self::start_program(vm)),
            Err(error) => {
                let log = error.verifier_log().unwrap_or_default();
                let reason = other_form(&error).filter(|_| executor == Executor::MayGoto);
                let reason = reason.unwrap_or_else(|| panic!("{error}\n{log}"));
                eprintln!("skipped: {}: {reason}", executor.name());
                None
            }
        }
    }

    fn start_program(NewVm { vm, executor, .. }: NewVm<Linux>) -> Self {
        let (start, chosen) = load_start(&vm);
        chosen
            .update(&[0; 4], &1u32.to_le_bytes())
            .expect("the start chain");
        pin_to_cpu();
        Self {
            vm,
            start,
            _keep: (executor, chosen),
        }
    }

    /// The program that starts chain 1.
    pub fn start(&self) -> &<Linux as Kernel>::Program {
        &self.start
    }

    /// Puts chains in place.
    ///
    /// # Panics
    /// When an ID is out of range.
    pub fn insert(&self, chains: &BTreeMap<u32, Quick>) {
        let code = self.vm.map(vm_maps::CHAINS).expect("the chains");
        for (id, chain) in chains {
            write_code(&mut Linux, code, ChainId(*id), &chain.slots).expect("a chain");
        }
    }

    /// Runs chain 1 on a packet.
    ///
    /// # Panics
    /// When the kernel refuses what it must not.
    pub fn run(&self, chains: &BTreeMap<u32, Quick>, packet: &[u8]) -> Observed {
        self.insert(chains);
        let observed = observe(&self.vm, self.start.as_fd(), chains, packet);
        let code = self.vm.map(vm_maps::CHAINS).expect("the chains");
        for id in chains.keys() {
            write_code(&mut Linux, code, ChainId(*id), &[]).expect("an empty chain");
        }
        observed
    }
}

/// Runs a program on a packet; it uses the state and the fault counters of a VM.
///
/// # Panics
/// When the kernel refuses what it must not.
pub fn observe(
    vm: &Vm<Linux>,
    program: BorrowedFd<'_>,
    chains: &BTreeMap<u32, Quick>,
    packet: &[u8],
) -> Observed {
    let readings = Readings { vm };
    let before = readings.all_faults();
    let run = test_run(program, packet).expect("a test run");
    let after = readings.all_faults();
    let mut counts = before.iter().zip(&after);
    let fault = counts.position(|(before, after)| before != after);
    let end = match fault {
        Some(index) => {
            let id = CHAINS.start + index as u32;
            readings.faults(id).1.place(chains, id)
        }
        None => End::Returned(readings.result()),
    };
    let packet = run.packet;
    Observed { end, packet }
}

/// What is read from a VM's maps.
struct Readings<'a> {
    vm: &'a Vm<Linux>,
}

impl Readings<'_> {
    fn all_faults(&self) -> Vec<u64> {
        CHAINS.map(|id| self.faults(id).0).collect()
    }

    /// How many faults a chain had, and the last one.
    fn faults(&self, chain: u32) -> (u64, LastFault) {
        let map = self.vm.map(vm_maps::FAULTS).expect("the faults");
        let values = map
            .lookup(&chain.to_le_bytes())
            .expect("a chain ID in range");
        let value = &values.expect("an array has every key")[CPU];
        let word = |offset: usize| {
            u64::from_le_bytes(value[offset..offset + 8].try_into().expect("8 bytes"))
        };
        let total = (0..Fault::COUNT).map(|kind| word(kind * 8)).sum();
        let last = word(offset_of!(FaultCounters, last_pc));
        (
            total,
            LastFault {
                pc: last as u32,
                kind: (last >> 32) as u32,
            },
        )
    }

    /// `r0` of the last run.
    fn result(&self) -> u64 {
        let map = self.vm.map(vm_maps::STATE).expect("the state");
        let offset = CPU * size_of::<VmState>() + offset_of!(VmState, regs);
        let r0 = map.read_part(offset, 8).expect("a state for each CPU");
        u64::from_le_bytes(r0.try_into().expect("8 bytes"))
    }
}

struct LastFault {
    pc: u32,
    kind: u32,
}

impl LastFault {
    fn place(&self, chains: &BTreeMap<u32, Quick>, chain: u32) -> End {
        place_fault(chains, Fault::ALL[self.kind as usize], chain, self.pc)
    }
}

fn load_start(vm: &Vm<Linux>) -> (<Linux as Kernel>::Program, Map) {
    let mut kernel = Linux;
    let image = Image::parse("start", None, START).expect("the start program");
    let types = kernel.load_types(&image).expect("its types");
    let chosen = kernel
        .create_map(&image.maps()[START_CHAIN], &types)
        .expect("its map");
    let mut maps: BTreeMap<String, &Map> = vm
        .maps()
        .map(|(name, map)| (name.to_owned(), map))
        .collect();
    maps.insert(START_CHAIN.to_owned(), &chosen);
    let start = kernel
        .load_program(&image, &maps, &types)
        .expect("the start program");
    (start, chosen)
}

/// Keeps this thread on [`CPU`].
pub(crate) fn pin_to_cpu() {
    cpu::keep(0, CPU).expect("a CPU");
}
