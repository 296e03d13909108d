//! The standard programs as values, and a compiler front that needs no files.
#![allow(dead_code)] // Each test binary uses a part of it.

use eclatc::analyse::{self, Options};
use eclatc::diagnostic::{self, Diagnostic};
use eclatc::packages::memory::InMemory;
use eclatc::source::{SourceFile, Sources};
use eclatc::syntax::Arena;
use eclatc::{budget, codegen, hir, ir, lex, lower, parse};
use hike_format::signature::{
    ConfigVar, Field, IntType, MapInfo, ObjectKind, Param, ResultKind, Signature, TypeInfo,
};
use std::collections::BTreeMap;
use std::path::Path;

const U32: IntType = IntType {
    bits: 32,
    signed: false,
};

/// A signature with `u32` parameters.
fn program(name: &str, params: &[&str], result: ResultKind) -> Signature {
    let params = params.iter().map(|name| Param {
        name: (*name).to_owned(),
        ty: U32,
    });
    Signature {
        kind: ObjectKind::Program,
        name: name.to_owned(),
        doc: String::new(),
        params: params.collect(),
        result,
        config: Vec::new(),
        maps: Vec::new(),
    }
}

const VALUE: ResultKind = ResultKind::Value(hir::U64);

fn map(name: &str, key: TypeInfo, value: TypeInfo) -> MapInfo {
    MapInfo {
        name: name.to_owned(),
        doc: String::new(),
        map_type: 1,
        key,
        value,
        max_entries: 16,
    }
}

fn loader(name: &str, map_name: &str, key: TypeInfo) -> Signature {
    Signature {
        kind: ObjectKind::Loader,
        maps: vec![map(map_name, key, TypeInfo::Chain)],
        ..program(name, &[], VALUE)
    }
}

pub fn meter(name: &str) -> Signature {
    let config = |name: &str, unit: &str, default| ConfigVar {
        name: name.to_owned(),
        ty: U32,
        unit: Some(unit.to_owned()),
        doc: String::new(),
        default,
        section: ".rodata.config".into(),
        offset: 0,
    };
    Signature {
        config: vec![
            config("BURST", "Packets", 5),
            config("RATE", "PacketsPerSecond", 20),
        ],
        ..program(name, &[], VALUE)
    }
}

/// A program with a map whose values are a struct.
fn mark() -> Signature {
    let field = |name: &str, offset, ty| Field {
        name: name.to_owned(),
        offset,
        ty,
    };
    let value = TypeInfo::Struct {
        name: "Params".into(),
        size: 8,
        fields: vec![
            field("port", 0, TypeInfo::NetworkInt(2)),
            field("weight", 4, TypeInfo::Int(hir::S64)),
        ],
    };
    Signature {
        maps: vec![map("params", TypeInfo::Int(U32), value)],
        ..program("mark", &[], VALUE)
    }
}

/// The standard packages.
pub fn packages() -> InMemory {
    let mut packages = InMemory::default();
    for name in ["hike_pass", "hike_drop", "l2xcon", "ip6_kroute"] {
        packages.add("hike_default", program(name, &[], ResultKind::Final));
    }
    packages.add(
        "hike_default",
        program("l2_redirect", &["ifindex"], ResultKind::Final),
    );
    for (name, params) in [
        ("monitor", &["event"][..]),
        ("ip6_hset_srcdst", &["action"]),
        ("ip6_set_ecn", &[]),
        ("ip6_tos_cls", &[]),
        ("ip6_find_udp", &[]),
        ("app_cfg_load", &["key"]),
        ("app_cfg_store", &["key", "value"]),
        ("hike_verbose", &["cookie"]),
        ("lse", &[]),
    ] {
        packages.add("hike_default", program(name, params, VALUE));
    }
    packages.add("hike_default", mark());
    for name in ["ip6_dst_meter", "ip6_sd_meter"] {
        packages.add("meter", program(name, &[], VALUE));
    }
    packages.add("meter", meter("ip6_dst_tbmon"));
    packages.add("meter", meter("ip6_sd_tbmon"));
    packages.add("sampler", program("ip6_sd_dec2zero", &["n"], VALUE));
    packages.add(
        "info",
        program("show_pkt_info", &["layers", "value"], VALUE),
    );
    packages.add(
        "alt_mark",
        program("ip6_alt_mark", &[], ResultKind::Value(hir::S64)),
    );
    let zero = TypeInfo::Int(U32);
    packages.add("basic", loader("ip6_sc", "ipv6_sc_map", zero.clone()));
    packages.add(
        "hike_default",
        loader("ip6_simple_classifier", "ipv6_simple_classifier_map", zero),
    );
    packages.add(
        "hike_default",
        loader("minimal_classifier", "map_ipv6", TypeInfo::Ipv6),
    );
    let port = TypeInfo::NetworkInt(2);
    packages.add(
        "hike_default",
        loader("ip6_udport_classifier", "ip6_udport_cls_map", port),
    );
    for name in ["net", "mynet"] {
        packages.reexport(
            name,
            &["hike_default", "meter", "sampler", "info", "alt_mark"],
        );
    }
    packages.add("one", program("twin", &[], VALUE));
    packages.add("two", program("twin", &[], VALUE));
    packages.reexport("both", &["one", "two"]);
    packages
}

/// What the front half makes of a text.
pub struct Front {
    pub script: hir::Script,
    pub problems: Vec<Diagnostic>,
    pub sources: Sources,
}

/// Compiles a text to the typed tree. A comment `# define NAME=VALUE` is a `-D`.
pub fn front(path: &str, text: &str) -> Front {
    let mut sources = Sources::default();
    let file = sources.add(SourceFile::new(path, text));
    let (tokens, mut problems) = lex::lex(text, file);
    let arena = Arena::new();
    let (tree, more) = parse::parse(&tokens, &arena);
    problems.extend(more);
    let defines = defines(text);
    let packages = packages();
    let options = Options {
        package: "test",
        defines: &defines,
        packages: &packages,
    };
    let (script, more) = analyse::analyse(&tree, file, options);
    problems.extend(more);
    diagnostic::settle(&mut problems);
    Front {
        script,
        problems,
        sources,
    }
}

/// The same, and what is wrong with the budgets of a script that is sound.
pub fn checked(path: &str, text: &str) -> Front {
    let mut front = front(path, text);
    if front.problems.iter().any(Diagnostic::is_error) {
        return front;
    }
    let mut module = lower::lower(&front.script);
    ir::passes::optimize(&mut module);
    if let Ok(codes) = codegen::generate(&module) {
        let budgets = budget::budgets(&module, &codes);
        front.problems.extend(budget::report::problems(&budgets));
    }
    front
}

fn defines(text: &str) -> BTreeMap<String, String> {
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("# define "));
    let pairs = lines.filter_map(|line| line.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Scripts to change: those of `fixtures`, the library and the sound cases.
pub fn scripts() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = [
        "fixtures/scripts",
        "stdlib",
        "tests/eclatc/meaning",
        "tests/eclatc/fmt",
    ];
    let entries = folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(root.join(folder)).expect("a folder of scripts"));
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "eclat"));
    paths.sort();
    let texts = paths
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok());
    let texts: Vec<String> = texts.collect();
    assert!(texts.len() > 10, "only {} scripts", texts.len());
    texts
}
