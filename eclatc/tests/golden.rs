//! Golden files of the front half: a case is a script in `tests/eclatc/STAGE`, what the
//! stage makes of it lies beside it. `BLESS=1 cargo test -p eclatc` rewrites the latter.

mod support;

use eclatc::diagnostic::render::{Format, render};
use eclatc::diagnostics::Code;
use eclatc::format::format;
use eclatc::source::FileId;
use eclatc::syntax::Arena;
use eclatc::{lex, parse};
use std::fmt::Write;
use std::path::{Path, PathBuf};

const ADVICE: &str = "if the new output is right, run: BLESS=1 cargo test -p eclatc --test golden";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/eclatc")
}

/// Compares every case of a stage with its golden file.
fn check(stage: &str, make: fn(&str, &str) -> String) {
    let cases = cases(&root().join(stage));
    assert!(
        !cases.is_empty(),
        "no cases in {}",
        root().join(stage).display()
    );
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| compare(case, make))
        .collect();
    assert!(wrong.is_empty(), "{}\n{ADVICE}", wrong.join("\n"));
}

fn cases(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder of the stage");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut cases: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "eclat"))
        .collect();
    cases.sort();
    cases
}

/// What is wrong with a case, if anything.
fn compare(case: &Path, make: fn(&str, &str) -> String) -> Option<String> {
    let text = std::fs::read_to_string(case).expect("a case");
    let name = case.file_name()?.to_string_lossy().into_owned();
    let found = make(&name, &text);
    compare_with(&case.with_extension("out"), found)
}

/// What is wrong with an output, if anything.
fn compare_with(golden: &Path, found: String) -> Option<String> {
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(golden, found).expect("a golden file");
        return None;
    }
    let expected = std::fs::read_to_string(golden).unwrap_or_default();
    (expected != found)
        .then(|| format!("{}: expected\n{expected}\nfound\n{found}", golden.display()))
}

#[test]
fn tokens() {
    check("tokens", |name, text| {
        let (tokens, problems) = lex::lex(text, FileId(0));
        let mut out = lex::listing(&tokens);
        for problem in problems {
            writeln!(
                out,
                "{name}: {}[{}] {}",
                problem.span(),
                problem.code,
                problem.message
            )
            .unwrap();
        }
        out
    });
}

#[test]
fn ast() {
    check("ast", |name, text| {
        let (tokens, _) = lex::lex(text, FileId(0));
        let arena = Arena::new();
        let (tree, problems) = parse::parse(&tokens, &arena);
        let mut out = tree.to_string();
        for problem in problems {
            writeln!(
                out,
                "{name}: {}[{}] {}",
                problem.span(),
                problem.code,
                problem.message
            )
            .unwrap();
        }
        out
    });
}

#[test]
fn fmt() {
    check("fmt", |name, text| match format(text, FileId(0)) {
        Ok(text) => text,
        Err(refusal) => panic!("{name}: {refusal:?}"),
    });
}

#[test]
fn hir() {
    check("hir", |name, text| {
        let front = support::front(name, text);
        let mut out = front.script.to_string();
        for problem in &front.problems {
            out += &render(problem, &front.sources, Format::Short);
        }
        out
    });
}

/// The messages about a script as text.
fn shown(name: &str, text: &str) -> String {
    let front = support::checked(name, text);
    let shown = front
        .problems
        .iter()
        .map(|problem| render(problem, &front.sources, Format::Text { color: false }));
    shown.collect::<Vec<_>>().join("\n")
}

#[test]
fn diagnostics() {
    check("diagnostics", shown);
}

/// What every message looks like: the wrong example of its page, shown as text.
#[test]
fn pages() {
    let mut wrong = Vec::new();
    for code in Code::ALL {
        let Some(example) = code.page().split("```eclat\n").nth(1) else {
            continue;
        };
        let text = example.split("```").next().unwrap_or_default();
        let golden = root().join("pages").join(format!("{code}.out"));
        wrong.extend(compare_with(&golden, shown("wrong.eclat", text)));
    }
    assert!(wrong.is_empty(), "{}\n{ADVICE}", wrong.join("\n"));
}
