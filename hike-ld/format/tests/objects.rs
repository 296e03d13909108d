//! Program, loader and chain objects: what is read from them, and what is refused.

mod common;

use std::path::{Path, PathBuf};

use common::chains::{ChainBuilder, EXIT, Step, mov};
use common::programs::{ProgramBuilder, member};
use hike_format::btf::IntEncoding::{Signed, Unsigned};
use hike_format::chain::SlotIndex;
use hike_format::script::Script;
use hike_format::signature::{IntType, ResultKind, TypeInfo};
use hike_format::{ChainObject, ProgramObject};
use hike_isa::{Insn, Reg};
use proptest::prelude::*;

fn bucket() -> Vec<u8> {
    ProgramBuilder::program("ip6_dst_tbmon")
        .doc("Token bucket.")
        .doc_of("config_RATE", "Packets a second.")
        .param("cookie", 4, Unsigned)
        .param("delta", 2, Signed)
        .config("RATE", "PacketsPerSecond", 20)
        .config("BURST", "Packets", 5)
        .map("flows", 9, 4096, |builder| {
            let key = builder.bytes("Ipv6Addr", 16);
            let time = builder.int(8, Unsigned);
            let port = builder.composite("Be16", 2, Vec::new());
            let fields = vec![member("last", time, 0), member("port", port, 64)];
            (key, builder.composite("Bucket", 16, fields))
        })
        .map("hike_state", 6, 1, |builder| {
            (builder.int(4, Unsigned), builder.int(4, Unsigned))
        })
        .build()
}

#[test]
fn a_signature_is_read_from_btf() {
    let object = ProgramObject::parse(bucket()).unwrap();
    let signature = &object.signature;
    assert_eq!(
        signature.to_string(),
        "ip6_dst_tbmon(cookie: u32, delta: s16) -> u64"
    );
    assert_eq!(signature.doc, "Token bucket.");
    assert_eq!(
        signature.config_var("RATE").unwrap().doc,
        "Packets a second."
    );
    assert_eq!(object.license, "Dual MIT/GPL");
    let names: Vec<_> = signature
        .config
        .iter()
        .map(|var| var.name.as_str())
        .collect();
    assert_eq!(names, ["BURST", "RATE"]);
    let rate = signature.config_var("RATE").unwrap();
    assert_eq!(
        (rate.default, rate.offset, rate.ty),
        (20, 0, IntType::unsigned(32))
    );
    assert_eq!(rate.unit.as_deref(), Some("PacketsPerSecond"));
    // The VM's own maps are not the program's.
    let [flows] = &signature.maps[..] else {
        panic!("{:?}", signature.maps);
    };
    assert_eq!((flows.map_type, flows.max_entries), (9, 4096));
    assert_eq!(flows.key, TypeInfo::Ipv6);
    assert_eq!(flows.value.to_string(), "{last: u64, port: be16}");
    assert_eq!(flows.value.size(), 16);
}

/// Ring buffers have neither keys nor values: Rust declares them as `()`.
#[test]
fn maps_without_keys_have_keys_of_no_bytes() {
    let object = ProgramBuilder::program("x").map("ring", 27, 4096, |builder| {
        let unit = builder.int(0, Unsigned);
        (unit, unit)
    });
    let signature = ProgramObject::parse(object.build()).unwrap().signature;
    let ring = signature.map("ring").unwrap();
    assert_eq!((ring.key.size(), ring.value.size()), (0, 0));
}

#[test]
fn a_program_that_ends_the_chain_has_no_result() {
    let object = ProgramBuilder::program("hike_drop").ends_chain().build();
    let signature = ProgramObject::parse(object).unwrap().signature;
    assert_eq!(signature.result, ResultKind::Final);
    assert_eq!(signature.to_string(), "hike_drop() -> final");
}

#[track_caller]
fn refuse_program(object: Vec<u8>, message: &str) {
    assert_eq!(
        ProgramObject::parse(object).unwrap_err().to_string(),
        message
    );
}

#[test]
fn objects_that_are_no_programs_are_refused() {
    refuse_program(
        chain().build(),
        "expected one variable `hike_sig_NAME` in the BTF of section `.hike.program` or `.hike.loader`, found none",
    );
    let six = (0..6).fold(ProgramBuilder::program("x"), |builder, number| {
        builder.param(&format!("p{number}"), 4, Unsigned)
    });
    refuse_program(
        six.build(),
        "signature of `x`: expected at most 5 parameters, found 6",
    );
    let wrong = ProgramBuilder::program("x").map("m", 1, 1, |builder| {
        let key = builder.bytes("Ipv6Addr", 8);
        (key, key)
    });
    refuse_program(
        wrong.build(),
        "map `m`: type `Ipv6Addr` has 8 bytes, expected 16",
    );
    let error = ProgramObject::parse(&b"hello"[..]).unwrap_err().to_string();
    assert!(
        error.starts_with("expected a 64-bit little-endian ELF object"),
        "{error}"
    );
}

fn chain() -> ChainBuilder {
    ChainBuilder::new()
        .chain(
            "chains.ddos.main",
            &[],
            "ddos.eclat",
            10,
            &[
                mov(Reg::R1, 2),
                Step::Call("programs.hike_default.monitor"),
                Step::Do(Insn::LoadImm64 {
                    dst: Reg::R1,
                    imm: 1 << 40,
                }),
                Step::Call("chains.ddos.other"),
                EXIT,
            ],
        )
        .chain(
            "chains.ddos.other",
            &["tos", "port"],
            "ddos.eclat",
            20,
            &[EXIT],
        )
        .declare("programs.hike_default.monitor", &["event"])
}

#[test]
fn chains_calls_and_lines_are_read() {
    let script = Script {
        package: "ddos".into(),
        ..Script::default()
    };
    let object = chain()
        .script(script.clone())
        .source("ddos.eclat", "pass")
        .build();
    let object = ChainObject::parse(object).unwrap();
    let [main, other] = &object.chains[..] else {
        panic!("{:?}", object.chains);
    };
    assert_eq!((main.instructions, main.code.len()), (5, 6));
    let calls: Vec<_> = main
        .calls
        .iter()
        .map(|(slot, to)| (slot.0, to.to_string()))
        .collect();
    assert_eq!(
        calls,
        [
            (1, "programs.hike_default.monitor".to_owned()),
            (4, "chains.ddos.other".to_owned())
        ]
    );
    let line = |slot| main.line(SlotIndex(slot)).unwrap().place.to_string();
    assert_eq!(line(3), "ddos.eclat:12:5");
    assert_eq!(line(4), "ddos.eclat:13:5");
    assert_eq!(other.line(SlotIndex(0)).unwrap().place.line, 20);
    let params: Vec<_> = other
        .params
        .iter()
        .flatten()
        .map(ToString::to_string)
        .collect();
    assert_eq!(params, ["tos: u64", "port: u64"]);
    assert_eq!(object.script, Some(script));
    assert_eq!(object.sources[0].text, "pass");
    let declared = object.externs.iter().next().unwrap();
    assert_eq!(declared.1, &[IntType::unsigned(64)]);
}

#[track_caller]
fn refuse_chain(builder: ChainBuilder, message: &str) {
    let error = ChainObject::parse(builder.build()).unwrap_err();
    assert_eq!(error.to_string(), message);
}

#[test]
fn objects_that_are_no_chains_are_refused() {
    let one = |symbol, steps: &[Step<'_>]| ChainBuilder::new().chain(symbol, &[], "a", 1, steps);
    refuse_chain(
        one("main", &[EXIT]),
        "function `main` is no chain, expected the name `chains.PACKAGE.NAME`",
    );
    refuse_chain(
        one("chains.a.b", &[Step::Call("printf"), EXIT]),
        "chain `chains.a.b`, slot 0: `printf` is no symbol of HIKe, expected `programs.PACKAGE.NAME`, `loaders.PACKAGE.NAME` or `chains.PACKAGE.NAME`",
    );
    refuse_chain(
        one("chains.a.b", &[Step::Do(Insn::CallSymbol { imm: 7 }), EXIT]),
        "chain `chains.a.b`, slot 0: the call names nothing, expected a relocation with a symbol",
    );
    refuse_chain(
        one("chains.a.b", &[EXIT]).chain("chains.a.b", &[], "a", 2, &[EXIT]),
        "chain `chains.a.b` is defined twice in this object",
    );
    refuse_chain(
        ChainBuilder::new(),
        "expected at least one function `chains.PACKAGE.NAME`, found none",
    );
}

/// Whatever is read can be looked at; nothing panics.
fn look(bytes: &[u8]) {
    let _ = ProgramObject::parse(bytes);
    if let Ok(object) = ChainObject::parse(bytes) {
        for chain in &object.chains {
            assert!(
                chain
                    .calls
                    .keys()
                    .all(|slot| (slot.0 as usize) < chain.code.len())
            );
        }
    }
}

proptest! {
    #[test]
    fn no_changed_bytes_panic(changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..4)) {
        for mut bytes in [bucket(), chain().build()] {
            let len = bytes.len();
            for (place, value) in &changes {
                bytes[place % len] = *value;
            }
            look(&bytes);
        }
    }
}

#[test]
fn no_prefix_and_no_flipped_bit_panics() {
    for bytes in [bucket(), chain().build()] {
        for len in 0..bytes.len() {
            look(&bytes[..len]);
        }
        for place in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[place / 8] ^= 1 << (place % 8);
            look(&changed);
        }
    }
}

/// The objects of a package folder; a package without objects has only scripts or names.
fn objects(package: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(package.join("objects")) else {
        return Vec::new();
    };
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn every_object_of_the_packages_has_a_signature() {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packages");
    let folders = std::fs::read_dir(packages).unwrap();
    let objects: Vec<_> = folders
        .flat_map(|folder| objects(&folder.unwrap().path()))
        .collect();
    assert!(
        !objects.is_empty(),
        "the pre-built objects are in the repository"
    );
    for path in objects {
        let object = ProgramObject::parse(std::fs::read(&path).unwrap());
        let object = object.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert_eq!(object.signature.name, name, "{}", path.display());
        assert!(
            !object.signature.doc.is_empty(),
            "{} has no documentation",
            path.display()
        );
    }
}
