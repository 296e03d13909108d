//! One bundle's worth of programs in the kernel, without a bundle: each is called by a
//! chain of a few instructions, on packets by hand, with `BPF_PROG_TEST_RUN`, in either tier.

mod fused;
mod object;

use std::collections::{BTreeMap, HashMap};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hike_abi::limits::FRAME_STACK;
use hike_abi::{Action, Cursor, FaultCounters, VmState, vm_maps};
use hike_format::SymbolKind;
use hike_loader::kernel::Linux;
use hike_loader::registry::ChainId;
use hike_loader::sys::map::Map;
use hike_loader::sys::program;
use hike_loader::vm::write_code;

use crate::bytecode::assemble;
use crate::cpu;
use crate::require_kernel;
use fused::Fuser;
use object::Object;

/// The chain that a rig's loader starts.
const CHAIN: u32 = 1;
/// `BPF_PROG_TEST_RUN`.
const PROG_TEST_RUN: libc::c_int = 10;
/// What the chain leaves at the top of its stack when a program came back.
const CAME_BACK: u64 = 0x600d;
/// Where that is in the VM's state.
const MARK: usize = std::mem::offset_of!(VmState, stack) + FRAME_STACK - 8;

/// How the rig's chain runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Interpreted, between programs of their own.
    Vm,
    /// Fused with the loader and the programs.
    Native,
}

impl Tier {
    /// Programs, named `package/program`, behind a loader that starts a chain for every
    /// packet.
    pub fn rig(self, programs: &[&str]) -> Rig {
        self.rig_with("hike_default/all", programs, &[])
    }

    /// Programs behind a loader, configured. A variable is set in every object that has it.
    ///
    /// # Panics
    /// When an object is not there or the kernel does not take it: the message has the
    /// verifier's words.
    pub fn rig_with(self, loader: &str, programs: &[&str], settings: &[Setting<'_>]) -> Rig {
        Rig::of_tier(self, loader, programs, settings)
    }
}

/// Runs a test in the VM and then in the native tier; a machine that cannot run either says
/// why not.
///
/// # Panics
/// As the test does, and as [`require_kernel`].
pub fn in_both_tiers(test: impl Fn(Tier)) {
    if !require_kernel() {
        return;
    }
    for tier in [Tier::Vm, Tier::Native] {
        eprintln!("in tier {tier:?}");
        test(tier);
    }
}

/// A loader and programs in the kernel, with a VM of their own. Nothing is pinned, so rigs
/// share nothing and leave nothing behind.
pub struct Rig {
    maps: BTreeMap<String, Map>,
    // Program arrays hold programs, the kernel needs no descriptor; maps are held above.
    programs: BTreeMap<String, u32>,
    fuser: Fuser,
    engine: Engine,
}

/// What runs the rig's chain.
enum Engine {
    /// The loader's program, which starts the VM.
    Vm(Arc<OwnedFd>),
    /// What was fused.
    Native(Mutex<Made>),
}

/// Fused programs of a rig.
struct Made {
    /// That of the last chain.
    current: Arc<OwnedFd>,
    /// All of them by the lines of their chains.
    by_lines: HashMap<Vec<String>, Arc<OwnedFd>>,
}

/// How a packet's run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The program continued with this.
    Continued(i64),
    /// The program, or the loader, decided.
    Decided(Action),
}

/// What became of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How the run ended.
    pub end: End,
    /// The packet afterwards.
    pub packet: Vec<u8>,
    /// The packet cursor afterwards.
    pub cursor: Cursor,
}

/// A configuration variable set to a number.
pub type Setting<'a> = (&'a str, u64);

impl Rig {
    /// Programs, named `package/program`, in the VM behind a loader that starts a chain for
    /// every packet.
    pub fn new(programs: &[&str]) -> Self {
        Tier::Vm.rig(programs)
    }

    /// Programs in the VM behind a loader, configured; see [`Tier::rig_with`].
    pub fn with(loader: &str, programs: &[&str], settings: &[Setting<'_>]) -> Self {
        Tier::Vm.rig_with(loader, programs, settings)
    }

    fn of_tier(tier: Tier, loader: &str, programs: &[&str], settings: &[Setting<'_>]) -> Self {
        stay_on_this_cpu();
        let mut maps = BTreeMap::new();
        let executor = object::load_executor(&mut maps);
        let mut open = |kind, name: &str| {
            let object = Object::open(&object::path(name), settings, &mut maps);
            (object::symbol(kind, name), object)
        };
        let loader = open(SymbolKind::Loader, loader);
        let objects = programs.iter().map(|name| open(SymbolKind::Program, name));
        let objects: Vec<_> = objects.collect();
        let engine = match tier {
            Tier::Vm => {
                for (id, (_, object)) in (0..).zip(&objects) {
                    set(&maps[vm_maps::PROGRAMS], id, object.load(&maps).as_fd());
                }
                set(&maps[vm_maps::EXECUTOR], 0, executor.as_fd());
                Some(Engine::Vm(Arc::new(loader.1.load(&maps))))
            }
            Tier::Native => None,
        };
        let fuser = Fuser::new(loader, objects);
        let engine = engine.unwrap_or_else(|| {
            let current = Arc::new(fuser.program(&empty_chain(), &maps));
            let by_lines = HashMap::new();
            Engine::Native(Mutex::new(Made { current, by_lines }))
        });
        let programs = programs.iter().map(|name| (*name).to_owned()).zip(0..);
        Self {
            programs: programs.collect(),
            maps,
            fuser,
            engine,
        }
    }

    /// A map of the programs or the loader.
    ///
    /// # Panics
    /// When nobody declares it.
    pub fn map(&self, name: &str) -> &Map {
        let map = self.maps.get(name);
        map.unwrap_or_else(|| panic!("no map `{name}` among {:?}", self.maps.keys()))
    }

    /// The program to attach. In the native tier it has the chain in it.
    pub fn loader(&self) -> Arc<OwnedFd> {
        match &self.engine {
            Engine::Vm(loader) => Arc::clone(loader),
            Engine::Native(native) => Arc::clone(&lock(native).current),
        }
    }

    /// The loader with a chain of these lines and the programs that it calls as one program,
    /// which works on the rig's maps.
    ///
    /// # Panics
    /// When a line is no instruction, or the kernel does not take the program.
    pub fn fuse(&self, lines: &[String]) -> OwnedFd {
        self.fuser.program(lines, &self.maps)
    }

    /// The object of the same.
    ///
    /// # Panics
    /// When a line is no instruction, or the parts cannot be fused.
    pub fn fused(&self, lines: &[String]) -> Vec<u8> {
        self.fuser.object(lines)
    }

    /// Makes the loader's array of one chain start the chain.
    pub fn start_from(&self, map: &str) {
        self.start_key(map, &0_u32.to_ne_bytes());
    }

    /// Makes the loader start the chain for packets of a key.
    ///
    /// # Panics
    /// When the kernel does not take the key.
    pub fn start_key(&self, map: &str, key: &[u8]) {
        let updated = self.map(map).update(key, &CHAIN.to_ne_bytes());
        updated.expect("an entry of the loader's map");
    }

    /// Makes the chain one call of a program.
    ///
    /// # Panics
    /// When the rig has no such program.
    pub fn prepare(&self, program: &str, arguments: &[u32]) {
        let id = self.programs[program];
        let mut lines: Vec<String> = (1..)
            .zip(arguments)
            .map(|(register, value)| format!("w{register} = {}", value.cast_signed()))
            .collect();
        lines.push(format!("call program {id}"));
        lines.extend(came_back());
        self.set_chain(&lines);
    }

    /// Makes the chain one that returns at once.
    pub fn prepare_empty(&self) {
        self.set_chain(&empty_chain());
    }

    /// Makes the chain these lines, as cases of bytecode write them; programs have the
    /// numbers of their places in the rig.
    ///
    /// # Panics
    /// When a line is no instruction, or the chain cannot be fused.
    pub fn set_chain(&self, lines: &[String]) {
        if let Engine::Native(native) = &self.engine {
            let Made { current, by_lines } = &mut *lock(native);
            let known = by_lines.entry(lines.to_vec());
            *current = Arc::clone(known.or_insert_with(|| Arc::new(self.fuse(lines))));
            return;
        }
        let quick = assemble(lines).expect("a chain");
        let chains = &self.maps[vm_maps::CHAINS];
        write_code(&mut Linux, chains, ChainId(CHAIN), &quick.slots).expect("a chain");
    }

    /// Runs a packet through loader and chain.
    ///
    /// # Panics
    /// When the kernel does not run it, or the chain faults.
    pub fn run(&self, packet: &[u8]) -> Outcome {
        self.write_state(&[0; size_of::<VmState>()]);
        let run = program::test_run(self.loader().as_fd(), packet).expect("a test run");
        let state = self.state();
        assert_eq!(self.faults(), 0, "the chain faulted");
        let end = match number(&state, MARK) {
            CAME_BACK => End::Continued(number(&state, 0).cast_signed()),
            _ => End::Decided(Action::from_number(run.action).expect("an XDP action")),
        };
        Outcome {
            end,
            packet: run.packet,
            cursor: cursor(&state),
        }
    }

    /// What loader and chain decide about a packet, with nothing read or reset: for
    /// several threads at once.
    ///
    /// # Panics
    /// When the kernel does not run it.
    pub fn decide(&self, packet: &[u8]) -> Action {
        let run = program::test_run(self.loader().as_fd(), packet).expect("a test run");
        Action::from_number(run.action).expect("an XDP action")
    }

    /// Runs a packet many times in a row, within the kernel: close enough together for
    /// several CPUs to get in each other's way.
    ///
    /// # Panics
    /// When the kernel does not run it.
    pub fn repeat(&self, packet: &[u8], times: u32) {
        // The `BPF_PROG_TEST_RUN` part of the system call's attributes.
        let mut attribute = [0_u64; 10];
        let loader = self.loader();
        attribute[0] = u64::from(loader.as_raw_fd().cast_unsigned());
        attribute[1] = packet.len() as u64;
        attribute[2] = packet.as_ptr() as u64;
        attribute[4] = u64::from(times);
        let size = size_of_val(&attribute);
        // SAFETY: attributes of the size that is given; the packet outlives the call.
        let status =
            unsafe { libc::syscall(libc::SYS_bpf, PROG_TEST_RUN, attribute.as_mut_ptr(), size) };
        assert_eq!(status, 0, "{}", std::io::Error::last_os_error());
    }

    /// Calls a program on a packet; shorthand for [`prepare`](Self::prepare) and
    /// [`run`](Self::run) where the loader has an array of one chain.
    pub fn call(&self, program: &str, arguments: &[u32], packet: &[u8]) -> Outcome {
        self.prepare(program, arguments);
        self.start_from("all_map");
        self.run(packet)
    }

    fn write_state(&self, state: &[u8]) {
        let written = self.maps[vm_maps::STATE].write_part(this_cpu() * state.len(), state);
        written.expect("the state");
    }

    /// The VM's state on this CPU.
    fn state(&self) -> Vec<u8> {
        let size = size_of::<VmState>();
        let state = self.maps[vm_maps::STATE].read_part(this_cpu() * size, size);
        state.expect("the state")
    }

    fn faults(&self) -> u64 {
        let counters = self.of_this_cpu(vm_maps::FAULTS, CHAIN);
        let kinds = size_of::<FaultCounters>() / 8 - 1;
        (0..kinds).map(|kind| number(&counters, kind * 8)).sum()
    }

    fn of_this_cpu(&self, map: &str, key: u32) -> Vec<u8> {
        let values = self.maps[map]
            .lookup(&key.to_ne_bytes())
            .expect("a look-up");
        let mut values = values.expect("an element of an array");
        values.swap_remove(this_cpu())
    }
}

/// What a chain ends with: it says that it got there, and returns what is in `r0`.
fn came_back() -> [String; 2] {
    [
        format!("*(u64 *)(r10 - 8) = {CAME_BACK}"),
        "exit".to_owned(),
    ]
}

fn empty_chain() -> Vec<String> {
    let mut lines = vec!["r0 = 0".to_owned()];
    lines.extend(came_back());
    lines
}

/// A lock that a failed thread of a test does not break.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn set(programs: &Map, index: u32, program: BorrowedFd<'_>) {
    let fd = program.as_raw_fd().cast_unsigned();
    let updated = programs.update(&index.to_ne_bytes(), &fd.to_ne_bytes());
    updated.expect("a program in its array");
}

/// The number at an offset.
///
/// # Panics
/// When there are no 8 bytes there.
pub fn number(bytes: &[u8], offset: usize) -> u64 {
    let bytes = bytes[offset..offset + 8].try_into();
    u64::from_ne_bytes(bytes.expect("8 bytes"))
}

fn cursor(state: &[u8]) -> Cursor {
    let at = std::mem::offset_of!(VmState, cursor);
    let half = |offset: usize| u16::from_ne_bytes([state[at + offset], state[at + offset + 1]]);
    Cursor {
        network: half(0),
        transport: half(2),
        ethertype: half(4),
        protocol: state[at + 6],
        reserved: state[at + 7],
    }
}

/// Nanoseconds since boot, by the clock that programs read.
pub fn now() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: a system call that fills the record.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    time.tv_sec.cast_unsigned() * 1_000_000_000 + time.tv_nsec.cast_unsigned()
}

/// The CPU this thread runs on.
fn this_cpu() -> usize {
    // SAFETY: a system call without arguments.
    let cpu = unsafe { libc::sched_getcpu() };
    usize::try_from(cpu).expect("a CPU")
}

/// Keeps this thread on the CPU it is on, so that its state there can be read.
fn stay_on_this_cpu() {
    cpu::keep(0, this_cpu()).expect("the CPU that this thread is on");
}

/// Moves this thread to a CPU and keeps it there; false when the machine does not let it.
pub fn stay_on(cpu: usize) -> bool {
    cpu::keep(0, cpu).is_ok()
}
