//! Formatting changes the form of a script and nothing else, and once is enough: on every
//! script of the repository, on the same scripts badly laid out, and on random ones.

#[path = "format/generate.rs"]
mod generate;
#[path = "format/scramble.rs"]
mod scramble;
mod support;

use eclatc::codegen::{self, ChainCode};
use eclatc::format::{Refusal, WIDTH, format};
use eclatc::hir::Configuration;
use eclatc::source::FileId;
use eclatc::{ir, lower};
use proptest::prelude::*;
use scramble::Comments;
use std::path::{Path, PathBuf};

/// The usual form of a text without syntax errors.
fn formatted(text: &str) -> String {
    match format(text, FileId(0)) {
        Ok(text) => text,
        Err(refusal) => panic!("{refusal:?} for\n{text}"),
    }
}

/// Symbols with the instructions they stand for, and the configuration as text; `None` for a
/// script with mistakes.
fn meaning(text: &str) -> Option<(Vec<String>, String)> {
    let front = support::front("test.eclat", text);
    if front.problems.iter().any(|problem| problem.is_error()) {
        return None;
    }
    let mut module = lower::lower(&front.script);
    ir::passes::optimize(&mut module);
    let codes = codegen::generate(&module).ok()?;
    Some((
        codes.iter().map(bytecode).collect(),
        without_spans(&front.script.config),
    ))
}

fn bytecode(code: &ChainCode) -> String {
    let line = |placed: &codegen::PlacedInsn| {
        format!("{} {:?} {:?}\n", placed.slot, placed.insn, placed.callee)
    };
    let lines: String = code.insns.iter().map(line).collect();
    format!("{:?}\n{lines}", code.symbol)
}

fn without_spans(config: &Configuration) -> String {
    let text = format!("{config:?}");
    let mut parts = text.split("Span {");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
    rest.fold(first, |text, rest| text + rest)
}

/// Formats, and checks all that must hold for every text.
fn check(text: &str) -> String {
    let once = formatted(text);
    assert_eq!(formatted(&once), once, "from\n{text}");
    assert_eq!(meaning(&once), meaning(text), "from\n{text}\nto\n{once}");
    let spaces = |line: &&str| line.ends_with([' ', '\t']);
    let strings = once.contains("\"\"\"") || once.contains("'''");
    assert!(strings || !once.lines().any(|line| spaces(&line)), "{once}");
    once
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match path.is_dir() {
            true if name == "target" || name.starts_with('.') => {}
            true => files(&path, ending, found),
            false if name.ends_with(ending) => found.push(path),
            false => {}
        }
    }
}

/// Every script of the repository, those in its manuals as well.
fn scripts() -> Vec<String> {
    let mut paths = Vec::new();
    files(&root(), ".eclat", &mut paths);
    let read = |path: &PathBuf| std::fs::read(path).expect("a file");
    let texts = paths.iter().map(read);
    let mut scripts: Vec<String> = texts
        .filter_map(|text| String::from_utf8(text).ok())
        .collect();
    paths.clear();
    files(&root(), ".md", &mut paths);
    for page in paths.iter().map(read) {
        let page = String::from_utf8_lossy(&page).into_owned();
        let blocks = page.split("```eclat").skip(1);
        let blocks = blocks.filter_map(|rest| rest.split_once('\n')?.1.split("```").next());
        scripts.extend(blocks.map(str::to_owned));
    }
    scripts
}

fn is_sound(text: &str) -> bool {
    !matches!(format(text, FileId(0)), Err(Refusal::Syntax(_)))
}

#[test]
fn every_script_of_the_repository_keeps_its_meaning() {
    let (sound, wrong): (Vec<_>, Vec<_>) = scripts().into_iter().partition(|text| is_sound(text));
    assert!(sound.len() > 100, "{} scripts", sound.len());
    sound.iter().for_each(|text| drop(check(text)));
    for text in wrong {
        let problems = support::front("wrong.eclat", &text).problems;
        assert!(problems.iter().any(|problem| problem.is_error()), "{text}");
    }
}

#[test]
fn layout_and_comments_do_not_matter() {
    let scripts = scripts().into_iter().filter(|text| is_sound(text));
    for (seed, text) in scripts.enumerate() {
        let usual = formatted(&scramble::scramble(&text, 1, Comments::None));
        for seed in [seed as u64, seed as u64 + 1000] {
            let scrambled = scramble::scramble(&text, seed, Comments::None);
            assert_eq!(formatted(&scrambled), usual, "from\n{scrambled}");
            check(&scramble::scramble(&text, seed, Comments::Many));
        }
    }
}

#[test]
fn lines_are_no_longer_than_they_must_be() {
    for seed in 0..200 {
        let text = formatted(&generate::script(seed));
        for line in text.lines().filter(|line| line.chars().count() > WIDTH) {
            assert!(!line.contains([',', '+']), "{line}");
        }
    }
}

#[test]
fn depth_has_room_for_no_parentheses() {
    let brackets = eclatc::lex::MAX_NESTING;
    let deep = format!(
        "def f(a):\n    return a * 12345678901 + {}a{} + 123456789012345\n",
        "(".repeat(brackets),
        ")".repeat(brackets)
    );
    check(&deep);
    let block = |depth: usize| " ".repeat(depth) + "if a:\n";
    let blocks: String = (1..eclatc::lex::MAX_NESTING).map(block).collect();
    let last = " ".repeat(eclatc::lex::MAX_NESTING) + "if a: a = 1; a = 2\n";
    check(&format!("def f(a):\n{blocks}{last}"));
}

#[test]
fn texts_without_lines() {
    for text in ["", "\n", " \n\n", "\t", "\\\n"] {
        assert_eq!(check(text), "");
    }
    assert_eq!(check("#a"), "# a\n");
    assert_eq!(check("\u{feff}a = 1\r\n"), "a = 1\n");
    assert_eq!(check("\n\n  # a\r\n\r\n\r\n\r\n#b"), "# a\n\n\n# b\n");
    assert_eq!(check("a = 1 \\\n# b"), "a = 1  # b\n");
    assert_eq!(check("a = 1 \\\n"), "a = 1\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn random_scripts_keep_their_meaning(seed: u64) {
        let text = generate::script(seed);
        let problems = support::front("random.eclat", &text).problems;
        let errors: Vec<_> = problems.iter().filter(|problem| problem.is_error()).collect();
        prop_assert!(errors.is_empty(), "{:?}\n{}", errors, text);
        let usual = check(&text);
        let scrambled = scramble::scramble(&text, seed, Comments::None);
        prop_assert_eq!(check(&scrambled), usual, "from\n{}", scrambled);
        check(&scramble::scramble(&text, seed, Comments::Many));
    }

    #[test]
    fn any_text(text in "([a-c(){}\\[\\]:;,=+.#'\"\\\\ \n-]|def |if |else|from |import |\n    ){0,60}") {
        if let Ok(once) = format(&text, FileId(0)) {
            prop_assert_eq!(format(&once, FileId(0)).ok(), Some(once));
        } else {
            prop_assert!(!is_sound(&text), "refused:\n{}", text);
        }
    }
}
