//! Installing in the running kernel, on veth pairs in network namespaces of their own.
//!
//! An object of the kernel lives as long as a descriptor, a pin, an attachment or a map
//! refers to it. So nothing is left when this process has no more descriptors than before,
//! the root is gone, and no interface has a program.

mod common;

use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use hike_format::script::Device;
use hike_loader::apply::{self, ApplyError};
use hike_loader::kernel::{Kernel, KernelError, Linux};
use hike_loader::plan::{self, Host, Options, Plan};
use hike_loader::registry::{Layout, Registry};
use hike_loader::remove;
use hike_loader::sys::{capabilities, map::Map, netlink, pin, program::test_run};

use common::{Content, Loader, bundle, counting, symbol};

/// Whether this machine can run these tests; with `HIKE_REQUIRE_KERNEL` set it must.
fn kernel_is_usable() -> bool {
    let missing = capabilities::missing();
    if missing.is_empty() {
        return true;
    }
    let names: Vec<&str> = missing.iter().map(|it| it.name()).collect();
    let required = std::env::var_os("HIKE_REQUIRE_KERNEL").is_some_and(|value| !value.is_empty());
    assert!(!required, "this process lacks {}", names.join(" and "));
    eprintln!("skipped: this process lacks {}", names.join(" and "));
    false
}

/// Descriptors are counted by process, so these tests run one after the other.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    let guard = ONE_AT_A_TIME.lock();
    // A test that failed says so itself.
    guard.unwrap_or_else(|poison| poison.into_inner())
}

/// Two veth pairs and a root of its own; dropping it takes all of it away.
struct Place {
    layout: Layout,
    devices: [String; 2],
    descriptors: usize,
    _guard: MutexGuard<'static, ()>,
}

impl Place {
    fn new(name: &str) -> Self {
        let guard = ONE_AT_A_TIME
            .lock()
            .unwrap_or_else(|poison| poison.into_inner());
        let id = std::process::id();
        let root = PathBuf::from(format!("/sys/fs/bpf/hike-test-{name}-{id}"));
        hike_loader::host::check_bpffs(&root).unwrap();
        let devices = [0, 1].map(|number| format!("ht{}n{number}", id % 100_000));
        for device in &devices {
            let peer = format!("{device}p");
            ip(&["link", "add", device, "type", "veth", "peer", "name", &peer]);
            ip(&["link", "set", device, "up"]);
        }
        Self {
            layout: Layout::new(root),
            devices,
            descriptors: descriptors(),
            _guard: guard,
        }
    }

    fn host(&self) -> Host {
        Host {
            registry: Registry::read(&mut Linux, &self.layout).unwrap(),
            interfaces: Linux.interfaces().unwrap(),
        }
    }

    fn loader(&self, number: usize) -> Loader {
        Loader::ip6_sc(Device::Name(self.devices[number].clone()))
    }

    fn plan(&self, content: &Content) -> Plan {
        plan::install(&bundle(content), &Options::default(), &self.host()).unwrap()
    }

    fn install(&self, content: &Content) -> Result<(), ApplyError> {
        apply::install(&mut Linux, &self.layout, &self.plan(content)).map(drop)
    }

    fn uninstall(&self, name: &str) {
        let registry = Registry::read(&mut Linux, &self.layout).unwrap();
        let record = registry.get(name).unwrap();
        remove::bundle(&mut Linux, &self.layout, record).unwrap();
    }

    /// Whether the interface has an XDP program.
    fn is_attached(&self, number: usize) -> bool {
        let interfaces = netlink::interfaces().unwrap();
        let name = &self.devices[number];
        let interface = interfaces.iter().find(|interface| interface.name == *name);
        interface.unwrap().xdp.is_some()
    }

    fn check_nothing_left(&self) {
        assert!(
            !self.layout.root().exists(),
            "{:?}",
            pins(self.layout.root())
        );
        assert!(!self.is_attached(0) && !self.is_attached(1));
        assert_eq!(descriptors(), self.descriptors);
    }

    /// Packets that `monitor` of a bundle has counted.
    fn counted(&self, bundle: &str) -> u64 {
        let path = self.layout.bundle(bundle).join("maps/hike_default:events");
        let map = Map::from_fd(pin::open(&path).unwrap()).unwrap();
        let values = map.lookup(&7u32.to_ne_bytes()).unwrap().unwrap_or_default();
        let values = values.iter().map(|value| *value.first_chunk().unwrap());
        values.map(u64::from_ne_bytes).sum()
    }

    /// Sends IPv6 packets through the loader of a bundle.
    fn send(&self, bundle: &str, packets: usize) {
        let path = self.layout.bundle(bundle).join("loaders/basic:ip6_sc");
        let loader = pin::open(&path).unwrap();
        for _ in 0..packets {
            let run = test_run(loader.as_fd(), &ipv6_packet()).unwrap();
            assert_eq!(run.action, hike_abi::Action::Pass as u32);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        for device in &self.devices {
            let _ = Command::new("ip").args(["link", "del", device]).output();
        }
        let _ = remove::tree(&mut Linux, self.layout.root());
    }
}

fn ip(arguments: &[&str]) {
    let output = Command::new("ip").args(arguments).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "ip {}: {text}",
        arguments.join(" ")
    );
}

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Every pin below a folder.
fn pins(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.unwrap().path();
        found.push(path.clone());
        found.extend(pins(&path));
    }
    found
}

fn ipv6_packet() -> Vec<u8> {
    let mut packet = vec![0; 14 + 40];
    packet[12..14].copy_from_slice(&[0x86, 0xdd]);
    packet[14] = 0x60;
    packet
}

/// A bundle with a program whose first instruction reads a register that was never written.
fn unverifiable(place: &Place) -> Content {
    let mut content = counting("broken", vec![place.loader(0)]);
    let (_, object) = &mut content.programs[1];
    let offset = section_offset(object, "xdp");
    object[offset..offset + 8].copy_from_slice(&[0x79, 0x90, 0, 0, 0, 0, 0, 0]);
    content
}

fn section_offset(object: &[u8], name: &str) -> usize {
    use object::read::{Object as _, ObjectSection as _};
    let file = object::File::parse(object).unwrap();
    let section = file.section_by_name(name).unwrap();
    section.file_range().unwrap().0 as usize
}

#[test]
fn a_bundle_counts_packets_and_leaves_nothing() {
    if !kernel_is_usable() {
        return;
    }
    let place = Place::new("one");
    place
        .install(&counting("first", vec![place.loader(0)]))
        .unwrap();
    assert!(place.is_attached(0));
    place.send("first", 5);
    assert_eq!(place.counted("first"), 5);
    place.uninstall("first");
    place.check_nothing_left();
}

#[test]
fn two_bundles_share_nothing_but_the_vm() {
    if !kernel_is_usable() {
        return;
    }
    let place = Place::new("two");
    place
        .install(&counting("first", vec![place.loader(0)]))
        .unwrap();
    place
        .install(&counting("second", vec![place.loader(1)]))
        .unwrap();
    place.send("first", 3);
    place.send("second", 4);
    assert_eq!((place.counted("first"), place.counted("second")), (3, 4));
    place.uninstall("first");
    assert!(!place.is_attached(0) && place.is_attached(1));
    place.send("second", 1);
    assert_eq!(place.counted("second"), 5);
    place.uninstall("second");
    place.check_nothing_left();
}

#[test]
fn a_program_that_the_verifier_refuses_leaves_nothing() {
    if !kernel_is_usable() {
        return;
    }
    let place = Place::new("refused");
    let error = place.install(&unverifiable(&place)).unwrap_err();
    let KernelError::Verifier {
        program,
        complaint,
        log,
        ..
    } = &error.error
    else {
        panic!("{error}");
    };
    assert_eq!(program, "programs.hike_default.monitor");
    assert_eq!(complaint, "R9 !read_ok");
    assert!(log.len() > complaint.len());
    assert!(error.not_undone.is_empty());
    place.check_nothing_left();
}

#[test]
fn a_refused_bundle_leaves_an_installed_one_alone() {
    if !kernel_is_usable() {
        return;
    }
    let place = Place::new("beside");
    place
        .install(&counting("first", vec![place.loader(1)]))
        .unwrap();
    let before = pins(place.layout.root());
    place.install(&unverifiable(&place)).unwrap_err();
    assert_eq!(pins(place.layout.root()), before);
    place.send("first", 2);
    assert_eq!(place.counted("first"), 2);
    place.uninstall("first");
    place.check_nothing_left();
}

#[test]
fn an_interface_taken_meanwhile_undoes_the_installation() {
    if !kernel_is_usable() {
        return;
    }
    let place = Place::new("taken");
    let late = place.plan(&counting("late", vec![place.loader(0)]));
    place
        .install(&counting("first", vec![place.loader(0)]))
        .unwrap();
    // The plan was made before; its runtime IDs are the first bundle's.
    let mut late = late;
    for program in &mut late.programs {
        program.id.0 += 10;
    }
    for chain in &mut late.chains {
        chain.id.0 += 10;
    }
    let before = pins(place.layout.root());
    let error = apply::install(&mut Linux, &place.layout, &late).unwrap_err();
    assert!(error.to_string().starts_with("attach to"), "{error}");
    assert_eq!(pins(place.layout.root()), before);
    place.send("first", 1);
    place.uninstall("first");
    place.check_nothing_left();
}

#[test]
fn a_bundle_whose_interface_is_gone_can_be_taken_off() {
    if !kernel_is_usable() {
        return;
    }
    let place = Place::new("gone");
    place
        .install(&counting("first", vec![place.loader(0)]))
        .unwrap();
    ip(&["link", "del", &place.devices[0]]);
    place.uninstall("first");
    assert!(!place.layout.root().exists());
    assert_eq!(descriptors(), place.descriptors);
}

#[test]
fn the_mode_of_the_attachment_is_the_scripts() {
    use hike_format::script::AttachMode;
    if !kernel_is_usable() {
        return;
    }
    let place = Place::new("mode");
    let plan = place.plan(&counting("first", vec![place.loader(0)]));
    assert_eq!(plan.attachments[0].loader, symbol("loaders.basic.ip6_sc"));
    for mode in [AttachMode::XdpGeneric, AttachMode::XdpDrv, AttachMode::Xdp] {
        let mut plan = plan.clone();
        plan.attachments[0].mode = mode;
        apply::install(&mut Linux, &place.layout, &plan).unwrap();
        let output = Command::new("ip")
            .args(["link", "show", &place.devices[0]])
            .output();
        let text = String::from_utf8(output.unwrap().stdout).unwrap();
        assert_eq!(
            text.contains("xdpgeneric"),
            mode == AttachMode::XdpGeneric,
            "{text}"
        );
        place.uninstall("first");
    }
    place.check_nothing_left();
}

/// The tool with a root and a lock.
fn tool(place: &Place, lock: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hike-loader"));
    command.arg("--root").arg(place.layout.root());
    command.arg("--lock").arg(lock).args(arguments);
    command.output().unwrap()
}

fn write_bundle(folder: &Path, content: &Content) -> String {
    let path = folder.join(format!("{}.hike", content.name));
    std::fs::write(&path, bundle(content).write().unwrap()).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_command_says_who_holds_the_lock_and_waits_for_it() {
    if !kernel_is_usable() {
        return;
    }
    let place = Place::new("lock");
    let folder = tempfile::tempdir().unwrap();
    let lock = folder.path().join("lock");
    let path = write_bundle(folder.path(), &counting("first", vec![place.loader(0)]));
    let held = hike_loader::lock::Lock::take(&lock, Duration::ZERO, |_| {}).unwrap();
    let output = tool(&place, &lock, &["install", &path, "--lock-timeout", "0"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{text}");
    let holder = format!("process {} (", std::process::id());
    assert!(text.contains(&holder), "{text}");
    let release = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        drop(held);
    });
    let start = Instant::now();
    let output = tool(&place, &lock, &["install", &path]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{text}");
    assert!(text.contains("waiting for the lock"), "{text}");
    assert!(start.elapsed() >= Duration::from_millis(100));
    release.join().unwrap();
    let output = tool(&place, &lock, &["uninstall", "first"]);
    assert!(output.status.success());
    place.check_nothing_left();
}

#[test]
fn timings_tell_what_the_verifier_walked() {
    if !kernel_is_usable() {
        return;
    }
    let place = Place::new("timings");
    let folder = tempfile::tempdir().unwrap();
    let lock = folder.path().join("lock");
    let path = write_bundle(folder.path(), &counting("first", vec![place.loader(0)]));
    let output = tool(&place, &lock, &["install", &path, "--timings", "--json"]);
    assert!(output.status.success(), "{output:?}");
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["installed"]["name"], "first");
    let phases = said["timings"]["phases"].as_array().unwrap().iter();
    let programs = phases.flat_map(|phase| phase["programs"].as_array().unwrap());
    let walked = |program: &serde_json::Value| program["verified_instructions"].as_u64();
    let walked: Vec<Option<u64>> = programs.map(walked).collect();
    // The executor, two programs and a loader.
    assert_eq!(walked.len(), 4, "{said}");
    assert!(walked.iter().all(|count| *count > Some(0)), "{said}");
    place.uninstall("first");
    place.check_nothing_left();
}

#[test]
fn commands_show_what_is_installed() {
    if !kernel_is_usable() {
        return;
    }
    let place = Place::new("tool");
    let folder = tempfile::tempdir().unwrap();
    let lock = folder.path().join("lock");
    let path = write_bundle(folder.path(), &counting("first", vec![place.loader(0)]));
    let check = |arguments: &[&str], code: i32, expected: &str| {
        let output = tool(&place, &lock, arguments);
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
        assert!(text.contains(expected), "{arguments:?}: {text}");
    };
    check(&["list"], 0, "no bundle is installed");
    check(
        &["install", &path],
        0,
        "installed first 0.1.0: 2 programs, 1 chain",
    );
    check(&["install", &path], 3, "is installed already");
    check(&["list"], 0, "first");
    place.send("first", 2);
    check(&["show", "first"], 0, "no faults");
    check(&["show", "frst"], 1, "did you mean `first`?");
    check(&["map", "list"], 0, "percpu_hash");
    check(&["map", "dump", "first", "events"], 0, "7    2");
    check(&["map", "get", "first", "events", "7"], 0, "2\n");
    check(&["map", "get", "first", "events", "8"], 0, "0\n");
    let high = "events_from_1024";
    check(&["map", "get", "first", high, "2000"], 1, "no entry");
    check(&["map", "get", "first", "events", "x"], 1, "is no key");
    check(
        &["map", "get", "first", "ipv6_sc_map", "0"],
        0,
        "chains.test.count",
    );
    check(
        &["map", "dump", "first", "event"],
        1,
        "did you mean `events`?",
    );
    check(
        &["map", "dump", "first", "events", "--json"],
        0,
        "\"value\": 2",
    );
    check(&["uninstall", "first"], 0, "uninstalled first");
    check(&["uninstall", "first"], 1, "no bundle is installed");
    place.check_nothing_left();
}

#[test]
fn what_a_killed_installation_left_is_removed_by_the_next_command() {
    if !kernel_is_usable() {
        return;
    }
    let place = Place::new("killed");
    let folder = tempfile::tempdir().unwrap();
    let lock = folder.path().join("lock");
    for (name, number) in [("first", 0), ("second", 1)] {
        let content = counting(name, vec![place.loader(number)]);
        place.install(&content).unwrap();
    }
    let unfinished = place.layout.bundle(&Layout::unfinished("first", 1));
    std::fs::rename(place.layout.bundle("first"), &unfinished).unwrap();
    let output = tool(&place, &lock, &["list"]);
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(
        text.contains("removed `new:first:1`, which an interrupted command left"),
        "{text}"
    );
    assert!(!place.is_attached(0) && place.is_attached(1));
    place.send("second", 1);
    let link = format!("links/{}", place.devices[1]);
    std::fs::remove_file(place.layout.bundle("second").join(link)).unwrap();
    let output = tool(&place, &lock, &["list"]);
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("no bundle is installed")
    );
    place.check_nothing_left();
}

#[test]
fn the_verifiers_log_is_shown_when_asked_for() {
    if !kernel_is_usable() {
        return;
    }
    let place = Place::new("log");
    let folder = tempfile::tempdir().unwrap();
    let lock = folder.path().join("lock");
    let path = write_bundle(folder.path(), &unverifiable(&place));
    let stderr = |arguments: &[&str]| {
        let output = tool(&place, &lock, arguments);
        assert_eq!(output.status.code(), Some(3));
        String::from_utf8(output.stderr).unwrap()
    };
    let short = stderr(&["install", &path]);
    let expected = "error: the kernel's verifier refuses `programs.hike_default.monitor` \
                    at packages/hike_default/src/bin/monitor.rs:25: R9 !read_ok\n  \
                    help: `--verifier-log` shows all that the verifier says\n";
    assert_eq!(short, expected);
    let long = stderr(&["install", &path, "--verifier-log"]);
    assert!(
        long.lines().count() > 3 && long.contains("processed"),
        "{long}"
    );
    place.check_nothing_left();
}

#[test]
fn the_kernel_takes_every_executor() {
    use hike_loader::vm::{Executor, Vm};
    if !kernel_is_usable() {
        return;
    }
    let _guard = alone();
    for executor in Executor::ALL {
        let created = Vm::create_with(&mut Linux, executor);
        assert!(created.is_ok(), "{executor:?}: {}", created.err().unwrap());
    }
}

#[test]
fn bytecode_gives_the_same_in_both_engines() {
    if !kernel_is_usable() {
        return;
    }
    use hike_loader::exec::{Engine, exec, from_hex};
    let _guard = alone();
    let check = |code: &str, memory: &[u8]| {
        let code = from_hex(code).unwrap();
        let run = |engine| exec(&code, memory.to_vec(), engine).map_err(|error| error.to_string());
        let (kernel, host) = (run(Engine::Kernel), run(Engine::Simulator));
        assert_eq!(kernel, host);
        kernel
    };
    assert_eq!(check("b70000002a000000 9500000000000000", b""), Ok(42));
    // r0 = r2; exit: short memories keep their length.
    assert_eq!(check("bf20000000000000 9500000000000000", b"abc"), Ok(3));
    assert_eq!(check("bf20000000000000 9500000000000000", &[0; 20]), Ok(20));
    // r0 = *(u8 *)(r1 + 2); exit
    assert_eq!(check("7110020000000000 9500000000000000", b"abc"), Ok(0x63));
    // r0 = *(u8 *)(r1 + 20), beyond the packet.
    let fault = check("7110140000000000 9500000000000000", &[0; 20]);
    assert!(
        fault
            .unwrap_err()
            .contains("fault of kind `packet` at slot 0")
    );
    // goto -1: forever.
    let fault = check("05000000ffffffff 9500000000000000", &[0; 20]);
    assert!(fault.is_err());
}
