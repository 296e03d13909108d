//! The native tier on objects as they are shipped: everything fuses, works on the VM's maps,
//! and tells its lines.

use std::os::fd::{AsFd, AsRawFd};
use std::path::Path;
use std::process::{Command, Output};

use hike_format::bundle::Member;
use hike_format::native::Guard;
use hike_format::{Bundle, ProgramObject, native};
use hike_isa::Slot;
use hike_loader::plan::{self, Host, Options, Tier};
use hike_loader::run::{Session, choose_loader};
use hike_loader::sys::program::test_run;
use hike_tests::packet::udp6;
use hike_tests::require_kernel;
use hike_tests::rig::Rig;
use hike_tests::tools::{build_command, repository, run, text, tool};

/// The map of a rig's usual loader.
const LOADER_MAP: &str = "all_map";
const MONITOR: &str = "hike_default/monitor";

/// Every object of the packages, `package/name`.
fn objects() -> Vec<String> {
    let packages = std::fs::read_dir(repository().join("packages")).expect("the packages");
    let mut names = Vec::new();
    for package in packages.map(|entry| entry.expect("an entry").path()) {
        let Ok(objects) = std::fs::read_dir(package.join("objects")) else {
            continue;
        };
        let stem = |path: &Path| {
            path.file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        };
        for object in objects.map(|entry| entry.expect("an entry").path()) {
            names.push(format!("{}/{}", stem(&package), stem(&object)));
        }
    }
    names.sort();
    names
}

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

fn packet() -> Vec<u8> {
    let [source, destination] = ["fc01::1", "fc01::2"].map(|it| it.parse().expect("an address"));
    udp6(source, destination, &[0; 16])
}

#[test]
fn every_shipped_object_fuses() {
    if !require_kernel() {
        return;
    }
    let (mut programs, mut loaders) = (0, 0);
    for name in objects() {
        let path = repository().join(format!("packages/{}.o", name.replacen('/', "/objects/", 1)));
        let object = ProgramObject::parse(std::fs::read(path).expect("an object"));
        let signature = object.expect("a HIKe object").signature;
        if signature.kind == hike_format::signature::ObjectKind::Loader {
            Rig::with(&name, &[], &[]).fuse(&lines(&["r0 = 0", "exit"]));
            loaders += 1;
            continue;
        }
        // Arguments are from the packet, so that nothing is known of them.
        let mut code = lines(&["r1 = 14", "call 4"]);
        code.extend((1..=signature.params.len()).map(|register| format!("r{register} = r0")));
        code.extend(lines(&["call program 0", "exit"]));
        Rig::new(&[&name]).fuse(&code);
        programs += 1;
    }
    assert!(
        programs > 20 && loaders > 5,
        "{programs} programs, {loaders} loaders"
    );
}

/// Packets that `monitor` has counted under event 1.
fn counted(rig: &Rig) -> u64 {
    let values = rig
        .map("events")
        .lookup(&1_u32.to_ne_bytes())
        .expect("a look-up");
    let values = values.unwrap_or_default();
    let values = values
        .iter()
        .map(|value| *value.first_chunk().expect("8 bytes"));
    values.map(u64::from_ne_bytes).sum()
}

#[test]
fn both_tiers_count_in_the_same_maps() {
    if !require_kernel() {
        return;
    }
    let rig = Rig::new(&[MONITOR]);
    rig.start_from(LOADER_MAP);
    let code = lines(&["r1 = 1", "call program 0", "exit"]);
    rig.set_chain(&code);
    rig.decide(&packet());
    rig.decide(&packet());
    let fused = rig.fuse(&code);
    for _ in 0..3 {
        test_run(fused.as_fd(), &packet()).expect("a test run");
    }
    assert_eq!(counted(&rig), 5);
    rig.decide(&packet());
    assert_eq!(counted(&rig), 6);
}

/// So many calls that not all of them are inlined, more than the VM could do.
#[test]
fn what_is_called_very_often_is_a_function() {
    if !require_kernel() {
        return;
    }
    let rig = Rig::new(&[MONITOR]);
    rig.start_from(LOADER_MAP);
    let calls = (0..120).flat_map(|_| ["r1 = 1", "call program 0"]);
    let code: Vec<&str> = calls.chain(["exit"]).collect();
    let object = rig.fused(&lines(&code));
    let elf = hike_format::elf::Elf::parse(&object).expect("an object");
    let function = elf.symbol("monitor").expect("the function");
    let entry = elf.symbol("hike_native_all").expect("the program");
    assert!(function.size > 0 && entry.size < 120 * function.size);
    let fused = rig.fuse(&lines(&code));
    test_run(fused.as_fd(), &packet()).expect("a test run");
    assert_eq!(counted(&rig), 120);
}

/// The example script in a bundle whose fused program reads a register that has no value,
/// in the code of the script's first call.
fn broken_bundle(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("mmlf.hike");
    run(&mut build_command("fixtures/scripts/mmlf.eclat", &path));
    let bundle = Bundle::read(&std::fs::read(&path).expect("the bundle")).expect("a bundle");
    let members = &bundle.manifest().members;
    let members = members.iter().map(|entry| {
        let mut bytes = bundle.member(&entry.path).expect("a member").to_vec();
        if entry.path.starts_with(native::FOLDER) {
            break_call(&mut bytes);
        }
        Member {
            path: entry.path.clone(),
            kind: entry.kind,
            bytes,
        }
    });
    let broken = Bundle::new(bundle.manifest().clone(), members.collect()).expect("a bundle");
    std::fs::write(&path, broken.write().expect("its bytes")).expect("a file");
    path
}

/// The first instruction that comes from the script reads `r9`.
fn break_call(object: &mut [u8]) {
    let place = {
        let elf = hike_format::elf::Elf::parse(object).expect("an object");
        let section = elf.section("xdp").expect("the code");
        let sections = [".BTF.ext", ".BTF"].map(|name| elf.section(name).expect("lines").data);
        let ext = hike_format::btf::BtfExt::parse(sections[0], sections[1]).expect("lines");
        let mut lines = ext.lines.iter();
        let line = lines
            .find(|line| line.file.ends_with(".eclat"))
            .expect("a line");
        let start = section.data.as_ptr() as usize - object.as_ptr() as usize;
        start + line.offset as usize
    };
    let read = Slot {
        opcode: 0xbf,
        dst: 1,
        src: 9,
        ..Slot::default()
    };
    object[place..place + 8].copy_from_slice(&read.to_bytes());
}

/// The kernel was told the lines: a reader that is not ours shows them.
#[test]
fn the_kernel_knows_the_lines() {
    if !require_kernel() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mmlf.hike");
    run(&mut build_command("fixtures/scripts/mmlf.eclat", &path));
    let bundle = Bundle::read(&std::fs::read(&path).expect("the bundle")).expect("a bundle");
    let options = Options {
        tier: Tier::Native,
        ..Options::default()
    };
    let plan = plan::run(&bundle, &options, &Host::default()).expect("a plan");
    let loader = choose_loader(bundle.manifest(), None).expect("a loader");
    let session = Session::start(&plan, loader.clone()).expect("the bundle in the kernel");
    let id = program_id(&session.loaded.programs[&loader]);
    let dump = ["prog", "dump", "xlated", "id", &id, "linum"];
    let dump = run(Command::new("bpftool").args(dump));
    for line in [
        "; ip6_kroute() [file:fixtures/scripts/mmlf.eclat line_num:23 line_col:5]",
        "; packages/hike_default/src/bin/monitor.rs:",
        "hike_native_minimal_classifier(",
    ] {
        assert!(dump.contains(line), "no `{line}` in\n{dump}");
    }
}

/// The native tier's code of a script, as `hike-ld` shows it.
fn listing(script: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.hike");
    run(&mut build_command(script, &path));
    run(Command::new(tool("hike-ld"))
        .args(["disasm", "--native"])
        .arg(&path))
}

#[test]
fn a_listing_shows_the_lines() {
    let listing = listing("fixtures/scripts/mmlf.eclat");
    for line in [
        "hike_native_minimal_classifier (section xdp):\n",
        "; fixtures/scripts/mmlf.eclat:23:5  ip6_kroute()\n",
        "<maps.hike_default.events>\n",
    ] {
        assert!(listing.contains(line), "no `{line}` in\n{listing}");
    }
}

/// What follows the loader's search for the network header is there for packets without VLAN
/// tags, and once more for all others.
#[test]
fn usual_packets_have_code_of_their_own() {
    let listing = listing("fixtures/scripts/mmlf.eclat");
    // `bpf_fib_lookup`, which `ip6_kroute` calls once.
    assert_eq!(listing.matches("call 69\n").count(), 2, "{listing}");
}

/// A program with loops is there in two forms, and the kernel is asked which one it knows;
/// others have one form, and nobody is asked.
#[test]
fn the_kernel_is_asked_where_there_are_loops() {
    let folder = tempfile::tempdir().expect("a folder");
    let natives = |script: &str| {
        let path = folder.path().join("script.hike");
        run(&mut build_command(script, &path));
        let bundle = Bundle::read(&std::fs::read(&path).expect("the bundle")).expect("a bundle");
        let options = Options::default();
        let plan = plan::run(&bundle, &options, &Host::default()).expect("a plan");
        plan.natives
    };
    for native in natives("fixtures/scripts/extension_headers.eclat").values() {
        assert_eq!(native.guard(|| true), Guard::Kernel);
        assert_eq!(native.guard(|| false), Guard::Counter);
    }
    for native in natives("fixtures/scripts/mmlf.eclat").values() {
        assert_eq!(native.guard(|| panic!("nothing to ask")), Guard::Kernel);
    }
}

/// What the kernel calls a program.
fn program_id(program: &impl AsRawFd) -> String {
    let path = format!("/proc/self/fdinfo/{}", program.as_raw_fd());
    let info = std::fs::read_to_string(path).expect("what a descriptor is");
    let mut lines = info
        .lines()
        .filter_map(|line| line.strip_prefix("prog_id:"));
    lines.next().expect("a program").trim().to_owned()
}

fn run_bundle(bundle: &Path, arguments: &[&str]) -> Output {
    let mut loader = Command::new(tool("hike-loader"));
    loader.arg("run").arg(bundle).arg("--pcap");
    loader.arg(repository().join("fixtures/captures/ddos.pcap"));
    loader.args(arguments).output().expect("hike-loader")
}

#[test]
fn a_refusal_names_the_line_of_the_script() {
    if !require_kernel() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let bundle = broken_bundle(folder.path());
    let refused = "the kernel's verifier refuses `native/hike_default/minimal_classifier.o` \
                   at fixtures/scripts/mmlf.eclat:21:5: R9 !read_ok";
    let native = run_bundle(&bundle, &["--tier", "native"]);
    assert_eq!(native.status.code(), Some(3));
    let shown = text(&native);
    let help = "  help: `--verifier-log` shows all that the verifier says\n";
    assert_eq!(shown, format!("error: {refused}\n{help}"));
    let log = text(&run_bundle(
        &bundle,
        &["--tier", "native", "--verifier-log"],
    ));
    assert!(
        log.contains("; monitor(MARKED)") || log.contains("; ip6_set_ecn()"),
        "{log}"
    );
    let auto = run_bundle(&bundle, &["--tier", "auto"]);
    assert_eq!(auto.status.code(), Some(0), "{}", text(&auto));
    let note = format!("note: it runs in the VM: {refused}\n");
    assert!(text(&auto).contains(&note), "{}", text(&auto));
}
