//! Both ways to read a line give the same.

use super::*;
use crate::lex::lex;
use crate::parse::depth;
use crate::parse::line::{Line, line};
use crate::source::FileId;
use chumsky::Parser;
use proptest::prelude::*;
use std::path::{Path, PathBuf};

/// A line by the short way.
fn directly<'s>(tokens: &Tokens<'s>, start: usize, arena: &'s Arena) -> Option<Line<'s>> {
    let mut direct = Direct::new(tokens, arena);
    direct.go_to(start);
    let mut out = Block::new();
    let read = direct.line(&mut out)?;
    assert_eq!(
        tokens.kind(direct.at() - 1),
        Kind::Newline,
        "the whole line"
    );
    Some(match read {
        None => Line::Simple(out),
        Some((header, inline)) => Line::Header(header, inline),
    })
}

/// Compares the two ways on every line of a text that the reader of lines would be given.
fn compare(text: &str) -> Result<usize, String> {
    let arena = Arena::new();
    let (list, _) = lex(text, FileId(0));
    let tokens: Vec<Token<'_>> = list.iter().collect();
    let mut end = 0;
    let productions = line(&arena);
    let mut read = 0;
    for line in tokens.split_inclusive(|token| token.kind == Kind::Newline) {
        end += line.len();
        let block = |token: &&Token<'_>| matches!(token.kind, Kind::Indent | Kind::Dedent);
        let line = &line[line.iter().take_while(block).count()..];
        let wrong = |token: &Token<'_>| matches!(token.kind, Kind::Error | Kind::EndOfFile);
        if line.iter().any(wrong) || depth::too_deep(line).is_some() {
            continue;
        }
        let operators = line.iter().filter(|token| depth::is_operator(token.kind));
        let (long, many) = (productions.parse(line).into_output(), operators.count());
        let short = directly(&list, end - line.len(), &arena);
        if short != long && many <= MAX_OPERATORS {
            let words: Vec<_> = line.iter().map(|token| token.text).collect();
            let words = words.join(" ");
            return Err(format!("{words}\nexpected\n{long:?}\nfound\n{short:?}"));
        }
        read += usize::from(short.is_some());
    }
    Ok(read)
}

fn scripts(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            scripts(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "eclat") {
            found.push(path);
        }
    }
}

#[test]
fn scripts_of_the_repository() {
    let mut paths = Vec::new();
    scripts(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join(".."),
        &mut paths,
    );
    let mut lines = 0;
    for path in paths {
        let bytes = std::fs::read(&path).expect("a script");
        let compared = compare(&String::from_utf8_lossy(&bytes));
        lines += compared.unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()));
    }
    assert!(lines > 1000, "{lines} lines");
}

#[test]
fn deep_and_long_lines() {
    for many in [1, 60, 64, 65, 127, 128, 129, 500] {
        for text in [
            format!("x = {}1{}\n", "(".repeat(many), ")".repeat(many)),
            format!("x = {}1\n", "-".repeat(many)),
            format!("x = {}1\n", "not ".repeat(many)),
            format!("x = 1{}\n", " + 1".repeat(many)),
            format!("x = {}\n", "1 if a else ".repeat(many) + "1"),
            format!("f({})\n", "a + 1, ".repeat(many)),
        ] {
            assert!(compare(&text).is_ok(), "{text}");
        }
    }
}

/// An expression, most often a right one.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("a"),
        Just("b.c"),
        Just("f()"),
        Just("1"),
        Just("0x10"),
        Just("True"),
        Just("'text'"),
        Just("u8(1)"),
        Just(""),
    ]
    .prop_map(str::to_owned);
    let operator = prop::sample::select(vec![
        "+", "-", "*", "/", "//", "%", "|", "^", "&", "<<", ">>", "==", "!=", "<", "<=", ">", ">=",
        "and", "or", "if", "else", ",", "=", ":", ".",
    ]);
    leaf.prop_recursive(5, 40, 3, move |inner| {
        prop_oneof![
            (inner.clone(), operator.clone(), inner.clone())
                .prop_map(|(left, operator, right)| format!("{left} {operator} {right}")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(then, cond, otherwise)| format!("{then} if {cond} else {otherwise}")),
            (
                prop::sample::select(vec!["-", "+", "~", "not "]),
                inner.clone()
            )
                .prop_map(|(sign, value)| format!("{sign}{value}")),
            inner.clone().prop_map(|value| format!("({value})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}, {b},)")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("f({a}, n={b})")),
            inner.prop_map(|value| format!("s16({value})")),
        ]
    })
}

/// A line around two expressions.
fn around() -> impl Strategy<Value = String> {
    let form = prop::sample::select(vec![
        "A",
        "x = A",
        "x = y = A",
        "x += A",
        "x.y = A",
        "x.y <<= A",
        "x: u8 = A",
        "bool: x = A",
        "m[n] = {A: B}",
        "m[n] = {A: B, A: B,}",
        "return A",
        "const x = A",
        "if A:",
        "elif A: B",
        "while A: x = B; y = A;",
        "for x in A: B",
        "header x(A):",
        "def x(a, u8: b, c: s64) -> u8: A",
        "test 'x': A",
        "A; B",
        "pass; A",
        "break",
        "continue;",
        "return; A",
        "else: A",
        "x: u8",
        "from a.b.c import d as e, f",
        "from a.b import (d, e,)",
        "f(A)(B)",
        "A B",
        "return",
        "test: u8 = A",
        "header.x = A",
    ]);
    (form, expression(), expression())
        .prop_map(|(form, a, b)| form.replace('A', &a).replace('B', &b))
}

/// Any words.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "a", "b", "header", "test", "as", "1", "'s'", "u8", "bool", "def", "if", "elif", "else",
        "while", "for", "in", "from", "import", "pass", "return", "break", "continue", "and", "or",
        "not", "true", "const", "(", ")", "(", ")", "[", "]", "{", "}", ",", ":", ";", ".", "->",
        "=", "+=", "==", "<", "-", "~", "*",
    ]);
    prop::collection::vec(word, 1..12).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lines_around_expressions(lines in prop::collection::vec(around(), 16)) {
        compare(&(lines.join("\n") + "\n")).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn lines_of_any_words(lines in prop::collection::vec(words(), 16)) {
        compare(&(lines.join("\n") + "\n")).map_err(TestCaseError::fail)?;
    }
}
