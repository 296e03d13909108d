//! One bundle's worth of programs in the kernel's VM, without a bundle: each is called by a
//! chain of a few instructions, on packets by hand, with `BPF_PROG_TEST_RUN`.

mod native;

use std::collections::BTreeMap;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use hike_abi::{Action, ChainCode, Cursor, FaultCounters, VmState, vm_maps};
use hike_format::ProgramObject;
use hike_loader::image::Image;
use hike_loader::sys::map::Map;
use hike_loader::sys::{btf, program};

use crate::bytecode::assemble;
use crate::tools::repository;

/// The chain that a rig's loader starts.
const CHAIN: u32 = 1;
/// `BPF_PROG_TEST_RUN`.
const PROG_TEST_RUN: libc::c_int = 10;
/// What the chain leaves in `r7` when a program came back.
const CAME_BACK: u64 = 0x600d;

/// A loader and programs in the kernel, with a VM of their own. Nothing is pinned, so rigs
/// share nothing and leave nothing behind.
#[derive(Debug)]
pub struct Rig {
    maps: BTreeMap<String, Map>,
    loader: OwnedFd,
    // Program arrays hold programs, the kernel needs no descriptor; maps are held above.
    programs: BTreeMap<String, u32>,
    objects: Vec<Object>,
}

/// A loader or program that is loaded.
#[derive(Debug)]
struct Object {
    /// Its name, `package/program`.
    name: String,
    /// Its data sections.
    data: BTreeMap<String, Map>,
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
    /// Programs, named `package/program`, behind a loader that starts a chain for every
    /// packet.
    pub fn new(programs: &[&str]) -> Self {
        Self::with("hike_default/all", programs, &[])
    }

    /// Programs behind a loader, configured. A variable is set in every object that has it.
    ///
    /// # Panics
    /// When an object is not there or the kernel does not take it: the message has the
    /// verifier's words.
    pub fn with(loader: &str, programs: &[&str], settings: &[Setting<'_>]) -> Self {
        stay_on_this_cpu();
        let mut maps = BTreeMap::new();
        let executor = repository().join("hike-ebpf/objects/executor.o");
        let (executor, _) = load(&executor, &[], &mut maps);
        let mut objects = Vec::new();
        let mut load_object = |name: &str, maps: &mut BTreeMap<String, Map>| {
            let (program, data) = load(&object(name), settings, maps);
            let name = name.to_owned();
            objects.push(Object { name, data });
            program
        };
        let loader = load_object(loader, &mut maps);
        let ids = (0..).zip(programs);
        let programs = ids.map(|(id, name)| {
            let program = load_object(name, &mut maps);
            set(&maps[vm_maps::PROGRAMS], id, program.as_fd());
            ((*name).to_owned(), id)
        });
        let programs = programs.collect();
        set(&maps[vm_maps::EXECUTOR], 0, executor.as_fd());
        Self {
            maps,
            loader,
            programs,
            objects,
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

    /// The loader's program, to attach it.
    pub fn loader(&self) -> BorrowedFd<'_> {
        self.loader.as_fd()
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
        lines.push(format!("r7 = {CAME_BACK}"));
        lines.push("exit".to_owned());
        self.set_chain(&lines);
    }

    /// Makes the chain one that returns at once.
    pub fn prepare_empty(&self) {
        self.set_chain(&[
            "r0 = 0".to_owned(),
            format!("r7 = {CAME_BACK}"),
            "exit".to_owned(),
        ]);
    }

    /// Makes the chain these lines, as cases of bytecode write them; programs have the
    /// numbers of their places in the rig.
    ///
    /// # Panics
    /// When a line is no instruction.
    pub fn set_chain(&self, lines: &[String]) {
        let quick = assemble(lines).expect("a chain");
        let mut code = vec![0; size_of::<ChainCode>()];
        let slots = quick.slots.iter().flat_map(|slot| slot.to_ne_bytes());
        code.iter_mut().zip(slots).for_each(|(to, from)| *to = from);
        let updated = self.maps[vm_maps::CHAINS].update(&CHAIN.to_ne_bytes(), &code);
        updated.expect("a chain");
    }

    /// Runs a packet through loader and chain.
    ///
    /// # Panics
    /// When the kernel does not run it, or the chain faults.
    pub fn run(&self, packet: &[u8]) -> Outcome {
        self.write_state(&[0; size_of::<VmState>()]);
        let run = program::test_run(self.loader.as_fd(), packet).expect("a test run");
        let state = self.state();
        let word = |register: usize| number(&state, register * 8);
        assert_eq!(self.faults(), 0, "the chain faulted");
        let end = match word(7) {
            CAME_BACK => End::Continued(word(0).cast_signed()),
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
        let run = program::test_run(self.loader.as_fd(), packet).expect("a test run");
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
        attribute[0] = u64::from(self.loader.as_raw_fd().cast_unsigned());
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
        let updated = self.maps[vm_maps::STATE].update(&0_u32.to_ne_bytes(), state);
        updated.expect("the state");
    }

    /// The VM's state on this CPU.
    fn state(&self) -> Vec<u8> {
        self.of_this_cpu(vm_maps::STATE, 0)
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

fn object(name: &str) -> std::path::PathBuf {
    let (package, program) = name.split_once('/').expect("package/program");
    repository().join(format!("packages/{package}/objects/{program}.o"))
}

/// Loads a program; its maps are those of the same name, or new ones. Gives its data
/// sections too.
fn load(
    path: &std::path::Path,
    settings: &[Setting<'_>],
    maps: &mut BTreeMap<String, Map>,
) -> (OwnedFd, BTreeMap<String, Map>) {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut image = Image::parse(&name, None, &bytes).expect("a program object");
    configure(&mut image, &bytes, settings);
    let types = btf::load(image.types()).expect("type information");
    for (map_name, spec) in image.maps() {
        maps.entry(map_name.clone())
            .or_insert_with(|| Map::create(spec, Some(types.as_fd())).expect("a map"));
    }
    let data: BTreeMap<String, Map> = image.data().iter().map(create_data).collect();
    let used = image
        .maps()
        .keys()
        .map(|map_name| (map_name, &maps[map_name]));
    let fds = used
        .chain(&data)
        .map(|(map_name, map)| (map_name.clone(), map.as_fd().as_raw_fd()));
    let linked = image.link(&fds.collect()).expect("a linked program");
    let code = program::Code {
        name: image.entry(),
        instructions: &linked.instructions,
        license: &linked.license,
        functions: program::Records {
            bytes: &linked.functions.0,
            size: linked.functions.1,
        },
        lines: program::Records {
            bytes: &linked.lines.0,
            size: linked.lines.1,
        },
    };
    let loaded = program::load(&code, Some(types.as_fd()));
    let loaded =
        loaded.unwrap_or_else(|refusal| panic!("{name}: {}\n{}", refusal.error, refusal.log));
    (loaded, data)
}

fn configure(image: &mut Image, bytes: &[u8], settings: &[Setting<'_>]) {
    if settings.is_empty() {
        return;
    }
    let object = ProgramObject::parse(bytes.to_vec()).expect("a HIKe object");
    for (name, value) in settings {
        let Some(variable) = object.signature.config_var(name) else {
            continue;
        };
        let value = &value.to_ne_bytes()[..usize::from(variable.ty.bits / 8)];
        image
            .set(&variable.section, variable.offset, value)
            .expect("a variable");
    }
}

fn create_data((name, data): (&String, &hike_loader::image::Data)) -> (String, Map) {
    let map = Map::create(&data.spec, None).expect("a data section");
    map.update(&0_u32.to_ne_bytes(), &data.bytes)
        .expect("its bytes");
    if data.read_only {
        map.freeze().expect("a frozen map");
    }
    (name.clone(), map)
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
    let cpu = this_cpu();
    assert!(
        stay_on(cpu),
        "CPU {cpu}: {}",
        std::io::Error::last_os_error()
    );
}

/// Moves this thread to a CPU and keeps it there; false when the machine does not let it.
pub fn stay_on(cpu: usize) -> bool {
    // SAFETY: a set of bits on the stack; zero is the empty set.
    let status = unsafe {
        let mut cpus: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(cpu, &mut cpus);
        libc::sched_setaffinity(0, size_of_val(&cpus), &raw const cpus)
    };
    status == 0
}
