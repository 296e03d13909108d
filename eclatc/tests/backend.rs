//! Golden files of the back half: IR through passes (`tests/eclatc/ir`), scripts and IR to
//! bytecode (`tests/eclatc/asm`). The output lies beside the input, in a file that ends in
//! `.out`; `BLESS=1 cargo test -p eclatc --test backend` rewrites it.
//!
//! An IR case says in its first line what to do: `; passes: simplify dce`, or `all`.

mod support;

use eclatc::backend::{self, Generated};
use eclatc::codegen::{self, Limit, ObjectError};
use eclatc::ir::{self, passes};
use eclatc::source::{SourceFile, Sources};
use eclatc::{budget, hir, lower};
use hike_format::ChainObject;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/eclatc")
}

/// Compares every case of a folder with its golden file.
fn check(folder: &str, make: fn(&Path, &str) -> String) {
    let mut wrong = Vec::new();
    let cases = cases(&root().join(folder));
    assert!(!cases.is_empty(), "no cases in {folder}");
    for case in cases {
        let text = std::fs::read_to_string(&case).expect("a case");
        let (found, golden) = (make(&case, &text), case.with_extension("out"));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&golden, found).expect("a golden file");
            continue;
        }
        let expected = std::fs::read_to_string(&golden).unwrap_or_default();
        if expected != found {
            let name = golden.display();
            wrong.push(format!("{name}: expected\n{expected}\nfound\n{found}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\nif the new output is right, run: BLESS=1 cargo test -p eclatc --test backend",
        wrong.join("\n")
    );
}

fn cases(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder of the cases");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let is_case = |path: &PathBuf| path.extension().is_some_and(|ending| ending != "out");
    let mut cases: Vec<_> = paths.filter(is_case).collect();
    cases.sort();
    cases
}

fn parse(text: &str) -> ir::Module {
    let module = ir::parse::module(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    ir::verify::module(&module).unwrap_or_else(|error| panic!("{error}\n{text}"));
    module
}

#[test]
fn passes() {
    check("ir", |_, text| {
        let head = text.lines().next().unwrap_or_default();
        let names = head.strip_prefix("; passes:").expect("`; passes: ...`");
        let mut module = parse(text);
        for name in names.split_whitespace() {
            run_pass(name, &mut module);
        }
        module.to_string()
    });
}

fn run_pass(name: &str, module: &mut ir::Module) {
    if name == "all" {
        return passes::optimize(module);
    }
    if name == "inline" {
        return passes::inline::run(module);
    }
    let found = passes::PASSES.iter().find(|(known, _)| *known == name);
    let (name, pass) = found.expect("the name of a pass");
    for function in &mut module.functions {
        passes::run(name, *pass, function);
    }
}

/// A listing and, for each chain, the number of its instructions.
fn assemble(module: &ir::Module, sources: &Sources) -> String {
    let codes = match codegen::generate(module) {
        Ok(codes) => codes,
        Err(errors) => {
            let lines = errors.iter().map(|error| format!("{error}\n"));
            return lines.collect();
        }
    };
    let mut out = codegen::listing(&codes, sources);
    for code in &codes {
        writeln!(out, "\n{}: {} instructions", code.symbol, code.insns.len()).unwrap();
    }
    out
}

#[test]
fn bytecode() {
    check("asm", |path, text| {
        if path.extension().is_some_and(|ending| ending == "ir") {
            let mut sources = Sources::default();
            sources.add(SourceFile::new("case.ir", ""));
            return assemble(&parse(text), &sources);
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let (module, front) = compile(&name, text);
        assemble(&module, &front.sources)
    });
}

fn compile(name: &str, text: &str) -> (ir::Module, support::Front) {
    let front = support::front(name, text);
    let mut module = lower::lower(&front.script);
    passes::optimize(&mut module);
    (module, front)
}

fn ddos() -> (ir::Module, support::Front) {
    let path = root().join("../../fixtures/scripts/ddos_tb_2_lev.eclat");
    let text = std::fs::read_to_string(path).expect("the script");
    compile("ddos_tb_2_lev.eclat", &text)
}

/// Chain after chain comes to the same as stage after stage, also where chains are put in
/// place of their calls.
#[test]
fn chains_one_by_one_are_the_same_as_all_at_once() {
    let mut inlined = 0;
    for folder in ["asm", "meaning"] {
        for path in cases(&root().join(folder)) {
            if path.extension().is_none_or(|ending| ending != "eclat") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a case");
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let (module, mut front) = compile(&name, &text);
            let Ok(codes) = codegen::generate(&module) else {
                continue;
            };
            let budgets = budget::budgets(&module, &codes);
            let lowered = lower::lower(&front.script);
            let found = backend::generate(&mut front.script);
            let expected = Generated { codes, budgets };
            assert_eq!(found, Ok(expected), "{name}");
            let calls = |module: &ir::Module| module.to_string().matches("call chains.").count();
            inlined += calls(&lowered).saturating_sub(calls(&module));
        }
    }
    assert!(inlined > 0, "no chain was put in place of a call");
}

/// The density that was asked for: clang needed 36.
#[test]
fn the_ddos_chain_has_at_most_26_instructions() {
    let (module, _) = ddos();
    let codes = codegen::generate(&module).expect("bytecode");
    assert_eq!(codes.len(), 1);
    assert!(codes[0].insns.len() <= 26, "{}", codes[0].insns.len());
}

#[test]
fn an_object_reads_back() {
    let (module, front) = ddos();
    let bytes = codegen::object(&module, &front.script, &front.sources).expect("an object");
    let again = codegen::object(&module, &front.script, &front.sources).expect("an object");
    assert_eq!(bytes, again);
    let object = ChainObject::parse(bytes).expect("a chain object");
    let codes = codegen::generate(&module).expect("bytecode");
    let [chain] = object.chains.as_slice() else {
        panic!("{} chains", object.chains.len());
    };
    assert_eq!(chain.symbol.to_string(), *codes[0].symbol.0);
    assert_eq!(chain.instructions as usize, codes[0].insns.len());
    let calls: Vec<String> = chain.calls.values().map(ToString::to_string).collect();
    let callees = codes[0]
        .insns
        .iter()
        .filter_map(|placed| placed.callee.as_ref());
    assert_eq!(calls, callees.map(ToString::to_string).collect::<Vec<_>>());
    let first = &chain.lines[0];
    assert_eq!(first.text.trim(), "u64 : res = ip6_hset_srcdst(LOOKUP)");
    assert_eq!(object.sources[0].path, "ddos_tb_2_lev.eclat");
    let script = object.script.expect("a script");
    assert_eq!(script.maps.len(), front.script.config.maps.len());
    assert_eq!(script.attach.len(), 1);
}

/// `count` values that are all needed at the end.
fn many_values(count: usize) -> ir::Module {
    let mut text = String::from("chain chains.t.many {\nb0:\n");
    for value in 0..count {
        writeln!(text, "v{value} = call programs.t.value()").unwrap();
    }
    for value in 0..count {
        writeln!(text, "call programs.t.use(v{value})").unwrap();
    }
    parse(&(text + "return 0\n}\n"))
}

#[test]
fn values_beyond_registers_and_stack_are_an_error() {
    // Four registers survive calls, sixteen values fit on the stack.
    assert!(codegen::generate(&many_values(20)).is_ok());
    let errors = codegen::generate(&many_values(21)).expect_err("too many values");
    assert_eq!(errors[0].limit, Limit::LiveValues);
}

#[test]
fn a_chain_beyond_the_vm_is_an_error() {
    let calls = |count| {
        let call = "call programs.t.use(1)\n".repeat(count);
        parse(&format!(
            "chain chains.t.long {{\nb0:\n{call}return 0\n}}\n"
        ))
    };
    // A constant and the call it is for take one slot of the VM; `r0 = 0` and `exit` two.
    assert!(codegen::generate(&calls(254)).is_ok());
    let errors = codegen::generate(&calls(255)).expect_err("a long chain");
    assert_eq!(errors[0].limit, Limit::Slots(257));
    assert!(codegen::generate(&calls(100_000)).is_err());
}

#[test]
fn limits_are_reported_for_every_chain() {
    let mut module = many_values(30);
    module.functions.extend(many_values(40).functions);
    let script = hir::Script {
        package: "t".into(),
        file: eclatc::source::FileId(0),
        doc: String::new(),
        chains: Vec::new(),
        externs: Vec::new(),
        called: BTreeSet::new(),
        config: hir::Configuration::default(),
    };
    let mut sources = Sources::default();
    sources.add(SourceFile::new("t.eclat", ""));
    match codegen::object(&module, &script, &sources) {
        Err(ObjectError::Limits(errors)) => assert_eq!(errors.len(), 2),
        other => panic!("{other:?}"),
    }
}

/// The rule a function breaks, as the verifier says it.
fn broken(body: &str) -> String {
    let text = format!("chain chains.t.broken {{\n{body}}}\n");
    let module = ir::parse::module(&text).expect("the text form");
    ir::verify::module(&module)
        .expect_err("a broken rule")
        .to_string()
}

#[test]
fn the_verifier_names_the_rule() {
    let cases = [
        ("", "b0: a function without blocks"),
        ("b0:\njump b0\n", "b0: jumps to the entry"),
        ("b0:\njump b7\n", "b0: jumps to b7, which does not exist"),
        (
            "b0:\njump b1(1)\nb1:\nreturn 0\n",
            "b0: wrong number of arguments for b1",
        ),
        (
            "b0(v0):\nv0 = add v0, 1\nreturn v0\n",
            "b0: second or unnumbered definition of v0",
        ),
        (
            "b0:\nv0 = add v1, 1\nv1 = add v0, 1\nreturn v1\n",
            "b0: v1 is read where it is not defined",
        ),
        (
            "b0(v0):\nbranch eq v0, 0, b1, b2\nb1:\nv1 = add v0, 1\njump b2\nb2:\nreturn v1\n",
            "b2: v1 is read where it is not defined",
        ),
        (
            "b0:\nadd 1, 2\nreturn 0\n",
            "b0: an instruction without result that is no call",
        ),
        (
            "b0:\ncall programs.t.p(1, 2, 3, 4, 5, 6)\nreturn 0\n",
            "b0: call of programs.t.p that no instruction can make",
        ),
        (
            "b0:\nfinish chains.t.c()\n",
            "b0: call of chains.t.c that no instruction can make",
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(broken(body), expected, "{body}");
    }
}

#[test]
fn the_parser_of_ir_names_the_line() {
    let error =
        ir::parse::module("chain chains.t.c {\nb0:\n  v0 = frob 1\n").expect_err("an error");
    let expected = "line 3: expected an instruction or a terminator, found `frob 1`";
    assert_eq!(error.to_string(), expected);
}

/// The first LLVM whose disassembler takes lines from BTF.
const LLVM_WITH_BTF: u32 = 17;

/// The newest of LLVM's disassemblers, where Debian's packages put them.
fn objdump() -> Option<PathBuf> {
    let entries = std::fs::read_dir("/usr/lib")
        .into_iter()
        .flatten()
        .flatten();
    let versions = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let version: u32 = name.strip_prefix("llvm-")?.parse().ok()?;
        Some((version, entry.path().join("bin/llvm-objdump")))
    });
    let usable = versions.filter(|(version, tool)| *version >= LLVM_WITH_BTF && tool.is_file());
    usable.max().map(|(_, tool)| tool)
}

/// What we write is read back by a reader that we did not write.
#[test]
fn llvm_shows_calls_by_name_and_lines() {
    let Some(objdump) = objdump() else {
        eprintln!("skipped: no llvm-objdump in /usr/lib/llvm-N/bin, N at least {LLVM_WITH_BTF}");
        return;
    };
    let (module, front) = ddos();
    let bytes = codegen::object(&module, &front.script, &front.sources).expect("an object");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ddos.o");
    std::fs::write(&file, bytes).expect("a file");
    let output = std::process::Command::new(objdump)
        .args(["-d", "-r", "-S"])
        .arg(file)
        .output()
        .expect("llvm-objdump");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let shown = String::from_utf8_lossy(&output.stdout);
    for line in [
        "<chains.test.ddos_tb_2_lev>:",
        "R_BPF_64_32\tprograms.hike_default.ip6_hset_srcdst",
        ";     if res == BLACKLISTED:",
    ] {
        assert!(shown.contains(line), "no `{line}` in\n{shown}");
    }
}
