//! The tool as a person uses it: commands, outputs, exit codes.

#[path = "../format/tests/common/mod.rs"]
mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::chains::{ChainBuilder, EXIT, Step, mov};
use common::programs::{ProgramBuilder, member};
use hike_format::btf::IntEncoding::Unsigned;
use hike_isa::{Insn, JumpOp, Operand, Reg, Width};
use tempfile::TempDir;

/// A folder with a package and a chain object.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("packages/basic");
    std::fs::create_dir_all(package.join("objects")).unwrap();
    std::fs::write(
        package.join("hike.toml"),
        "name = \"basic\"\nversion = \"1\"\n",
    )
    .unwrap();
    let monitor = ProgramBuilder::program("monitor").doc("Counts.\n\nPer CPU.");
    let monitor = monitor
        .param("event", 4, Unsigned)
        .config("LIMIT", "Packets", 7)
        .doc_of("config_LIMIT", "Packets of one event,\nat most.");
    let monitor = monitor.map("events", 5, 1024, |builder| {
        let (count, source) = (builder.int(8, Unsigned), builder.bytes("Ipv6Addr", 16));
        let members = vec![member("count", count, 0), member("source", source, 64)];
        (
            builder.int(4, Unsigned),
            builder.composite("Event", 24, members),
        )
    });
    let monitor = monitor.doc_of("map_events", "Packets by event.");
    std::fs::write(package.join("objects/monitor.o"), monitor.build()).unwrap();
    let steps = [
        Step::Do(Insn::JumpIf {
            width: Width::W64,
            op: JumpOp::Ne,
            dst: Reg::R1,
            src: Operand::Imm(0),
            off: 1,
        }),
        Step::Do(Insn::CallHelper { number: 2 }),
        mov(Reg::R1, 1),
        Step::Call("programs.basic.monitor"),
        Step::Do(Insn::LoadImm64 {
            dst: Reg::R0,
            imm: 1 << 32,
        }),
        EXIT,
    ];
    let object = ChainBuilder::new().chain("chains.a.main", &["tos"], "a.eclat", 3, &steps);
    std::fs::write(folder.path().join("a.o"), object.build()).unwrap();
    folder
}

fn run(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hike-ld"))
        .args(args)
        .current_dir(folder)
        .env_remove("HIKE_PACKAGE_PATH")
        .output()
        .unwrap()
}

#[track_caller]
fn ok(folder: &Path, args: &[&str]) -> String {
    let output = run(folder, args);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn fails(folder: &Path, args: &[&str], code: i32) -> String {
    let output = run(folder, args);
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn linked() -> (TempDir, PathBuf) {
    let folder = folder();
    ok(
        folder.path(),
        &["a.o", "-o", "a.hike", "-L", "packages", "--map", "a.map"],
    );
    let bundle = folder.path().join("a.hike");
    (folder, bundle)
}

#[test]
fn links_to_a_bundle_and_a_map() {
    let (folder, _) = linked();
    let map = std::fs::read_to_string(folder.path().join("a.map")).unwrap();
    assert!(
        map.contains("    used at a.eclat:6:5, in chain `main`\n"),
        "{map}"
    );
    assert!(
        map.ends_with("chains.a.main (56 bytes) from a.o\n"),
        "{map}"
    );
    let verified = ok(folder.path(), &["verify", "a.hike"]);
    assert!(
        verified.starts_with("a.hike: ok, 4 members, digest "),
        "{verified}"
    );
    let files = std::fs::read_dir(folder.path()).unwrap();
    assert_eq!(files.count(), 4, "no temporary file is left");
}

const PAGE: &str = "\
NAME
    monitor - Counts

SYNOPSIS
    monitor(event: u32) -> u64

DESCRIPTION
    Counts.

    Per CPU.

RESULT
    u64: what the chain continues with

CONFIGURATION
    LIMIT: u32 = 7 Packets
        Packets of one event,
        at most.

MAPS
    events: percpu_hash, 1024 entries
        Packets by event.
        key    4 bytes   u32
        value  24 bytes  Event
                 at 0    count: u64
                 at 8    source: ipv6
";

#[test]
fn inspects_programs() {
    let folder = folder();
    let text = ok(
        folder.path(),
        &["inspect", "packages/basic/objects/monitor.o"],
    );
    let (page, _) = text.split_once("\nOBJECT\n").unwrap();
    assert_eq!(page, PAGE);
    let json = ok(
        folder.path(),
        &["inspect", "--json", "packages/basic/objects/monitor.o"],
    );
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["params"][0]["type"], "u32");
    assert_eq!(json["config"][0]["default"], 7);
    assert_eq!(json["config"][0]["doc"], "Packets of one event,\nat most.");
    assert_eq!(json["maps"][0]["parts"][1]["fields"][1]["offset"], 8);
}

#[test]
fn inspects_bundles_and_chain_objects() {
    let (folder, _) = linked();
    let text = ok(folder.path(), &["inspect", "a.hike"]);
    assert!(
        text.starts_with("bundle a 0.1.0\nformat 1, VM ABI 3, needs xdp, btf, tail-calls\n"),
        "{text}"
    );
    assert!(
        text.contains("\nchains\n    chains.a.main(tos: u64)  6 instructions\n"),
        "{text}"
    );
    assert!(
        text.contains("\nprograms\n    basic  monitor(event: u32) -> u64\n"),
        "{text}"
    );
    let text = ok(folder.path(), &["inspect", "a.o"]);
    assert!(
        text.contains("\ncalls\n    programs.basic.monitor\n"),
        "{text}"
    );
}

#[test]
fn inspects_one_thing_of_a_bundle() {
    let (folder, _) = linked();
    let folder = folder.path();
    let page = ok(folder, &["inspect", "a.hike", "monitor"]);
    assert!(page.starts_with(PAGE), "{page}");
    let chain = ok(folder, &["inspect", "a.hike", "chains.a.main"]);
    let expected = "NAME\n    main\n\nSYNOPSIS\n    chains.a.main(tos: u64)\n\nCALLS\n    programs.basic.monitor\n";
    assert!(chain.starts_with(expected), "{chain}");
    let object = ok(folder, &["inspect", "a.o", "main"]);
    assert_eq!(object, chain);
    let error = fails(folder, &["inspect", "a.hike", "monitro"], 1);
    assert_eq!(
        error,
        "error: expected the name of something in the file, found `monitro`; did you mean `monitor`\n"
    );
    let json = ok(folder, &["inspect", "--json", "a.hike", "main"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["instructions"], 6);
}

const LISTING: &str = "\
chains.a.main:
; a.eclat:3:5  line 3
     0:  55 01 01 00 00 00 00 00  if r1 != 0 goto +1  <2>
; a.eclat:4:5  line 4
     1:  85 00 00 00 02 00 00 00  call packet_read_u16
; a.eclat:5:5  line 5
     2:  b7 01 00 00 01 00 00 00  r1 = 1
; a.eclat:6:5  line 6
     3:  85 10 00 00 ff ff ff ff  call programs.basic.monitor
; a.eclat:7:5  line 7
     4:  18 00 00 00 00 00 00 00  r0 = 0x100000000 ll
         00 00 00 00 01 00 00 00
; a.eclat:8:5  line 8
     6:  95 00 00 00 00 00 00 00  exit
";

#[test]
fn lists_objects_and_bundles() {
    let (folder, _) = linked();
    assert_eq!(ok(folder.path(), &["disasm", "a.o"]), LISTING);
    assert_eq!(ok(folder.path(), &["disasm", "a.hike"]), LISTING);
    let program = ok(
        folder.path(),
        &["disasm", "packages/basic/objects/monitor.o"],
    );
    assert_eq!(
        program,
        "hike_vm_monitor (section xdp):\n     0:  95 00 00 00 00 00 00 00  exit\n"
    );
    let json = ok(folder.path(), &["disasm", "--json", "a.o"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["instructions"][3]["place"]["line"], 6);
}

#[test]
fn link_errors_leave_no_bundle() {
    let folder = folder();
    let error = fails(folder.path(), &["a.o", "-o", "a.hike", "-L", "."], 1);
    // What was searched besides depends on where the tool was built.
    let start = "error: undefined program `programs.basic.monitor`: ";
    let place = "\n  --> a.eclat:6:5, in chain `main`\n   | line 6\n  help: looked for ";
    assert!(error.starts_with(start), "{error}");
    assert!(error.contains(place), "{error}");
    assert!(!folder.path().join("a.hike").exists());
    let error = fails(
        folder.path(),
        &["a.o", "-o", "a.hike", "-L", ".", "--json"],
        1,
    );
    let json: serde_json::Value = serde_json::from_str(error.lines().next().unwrap()).unwrap();
    assert_eq!(json["places"][0]["place"]["line"], 6);
    let coloured = fails(folder.path(), &["--color=always", "a.o", "-o", "a.hike"], 1);
    assert!(
        coloured.starts_with("\x1b[1;31merror\x1b[0m: "),
        "{coloured}"
    );
}

#[test]
fn verify_names_the_altered_member_and_both_digests() {
    let (folder, path) = linked();
    let bytes = std::fs::read(&path).unwrap();
    let mut plain = zstd(&bytes);
    let place = find(&plain, b"Counts.");
    plain[place] = b'c';
    std::fs::write(&path, compress(&plain)).unwrap();
    let error = fails(folder.path(), &["verify", "a.hike"], 1);
    let lines: Vec<_> = error.lines().collect();
    assert_eq!(
        lines[0],
        "error: a.hike: members differ from what `hike.json` says"
    );
    assert!(
        lines[1].starts_with("  member `programs/basic/monitor.o`: expected "),
        "{error}"
    );
    assert_eq!(error.matches("SHA-256").count(), 2, "{error}");
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let error = fails(folder.path(), &["verify", "a.hike"], 1);
    assert!(error.contains("is missing, expected SHA-256"), "{error}");
    let error = fails(folder.path(), &["disasm", "a.hike"], 1);
    assert!(error.contains("is missing, expected SHA-256"), "{error}");
}

/// Through the tool of others.
fn pipe(args: &[&str], bytes: &[u8]) -> Vec<u8> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let output = Command::new("zstd")
        .args(args)
        .arg(file.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    pipe(&["-d", "-q", "-c"], bytes)
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    pipe(&["-q", "-c"], bytes)
}

fn find(bytes: &[u8], text: &[u8]) -> usize {
    bytes
        .windows(text.len())
        .position(|window| window == text)
        .unwrap()
}

#[test]
fn exit_codes_tell_who_has_to_act() {
    let folder = folder();
    let error = fails(folder.path(), &["nothing.o", "-o", "a.hike"], 1);
    assert!(
        error.starts_with("error: cannot read nothing.o: "),
        "{error}"
    );
    fails(folder.path(), &["a.o"], 2);
    fails(folder.path(), &[], 2);
    let error = fails(
        folder.path(),
        &["a.o", "-o", "no/a.hike", "-L", "packages"],
        3,
    );
    assert!(
        error.starts_with("error: cannot write no/a.hike: "),
        "{error}"
    );
    for args in [
        ["completions", "bash"],
        ["man", "--json"],
        ["--help", "--json"],
    ] {
        assert!(!ok(folder.path(), &args).is_empty());
    }
}
