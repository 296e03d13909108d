//! Whatever the input, the front half gives messages and never panics.

mod support;

use eclatc::diagnostic::render::{Format, render};
use eclatc::driver::unit::{Context, Unit};
use proptest::prelude::*;
use std::collections::BTreeMap;

const SCRIPT: &str = include_str!("../../fixtures/scripts/ddos_tb_2_lev.eclat");

/// Words that scripts are made of, and some that they are not.
const WORDS: [&str; 64] = [
    "def",
    "if",
    "elif",
    "else",
    "while",
    "for",
    "in",
    "from",
    "import",
    "pass",
    "return",
    "break",
    "continue",
    "and",
    "or",
    "not",
    "True",
    "const",
    "u8",
    "s64",
    "bool",
    "a",
    "b",
    "X",
    "range",
    "min",
    "Packet",
    ".",
    "readU16",
    "monitor",
    "hike_drop",
    "programs",
    "net",
    "loaders",
    "basic",
    "ip6_sc",
    "ipv6_sc_map",
    "attach",
    "config",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ";",
    "=",
    "==",
    "<",
    "+",
    "-",
    "*",
    "/",
    "%",
    "<<",
    "~",
    "0",
    "300",
    "'x'",
    "\n",
    "\n    ",
    "\n\t",
];

/// Analyses and renders; gives the number of problems.
fn survive(bytes: &[u8]) -> usize {
    let mut unit = Unit::new("any.eclat", "any".into(), bytes);
    let packages = support::packages();
    let context = Context {
        defines: BTreeMap::new(),
        packages: &packages,
    };
    let mut script = unit.analyse(&context);
    if unit.is_sound() {
        unit.object(&mut script).expect("no defect");
    }
    for problem in unit.problems.iter().take(20) {
        for format in [Format::Text { color: true }, Format::Short, Format::Json] {
            assert!(!render(problem, &unit.sources, format).is_empty());
        }
    }
    unit.problems.len()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        survive(&bytes);
    }

    #[test]
    fn any_words(words in proptest::collection::vec(0..WORDS.len(), 0..120)) {
        let text: Vec<&str> = words.into_iter().map(|word| WORDS[word]).collect();
        survive(text.join(" ").as_bytes());
    }

    #[test]
    fn words_in_a_chain(words in proptest::collection::vec(0..WORDS.len(), 0..120)) {
        let text: Vec<&str> = words.into_iter().map(|word| WORDS[word]).collect();
        survive(format!("def f(a, b):\n    {}", text.join(" ")).as_bytes());
    }

    #[test]
    fn mutated_scripts(edits in proptest::collection::vec((0..SCRIPT.len(), any::<u8>(), 0..3u8), 1..6)) {
        let mut bytes = SCRIPT.as_bytes().to_vec();
        for (at, byte, how) in edits {
            let at = at.min(bytes.len() - 1);
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => drop(bytes.remove(at)),
            }
        }
        survive(&bytes);
    }

    #[test]
    fn truncated_scripts(length in 0..SCRIPT.len()) {
        survive(&SCRIPT.as_bytes()[..length]);
    }

    /// Words and lines of real scripts, left out, doubled, swapped and put in from elsewhere:
    /// what people do to scripts.
    #[test]
    fn rearranged_scripts(which: u16, edits in proptest::collection::vec((any::<u16>(), any::<u16>(), 0..6u8), 1..5)) {
        let scripts = support::scripts();
        let text = &scripts[usize::from(which) % scripts.len()];
        let mut words = pieces(text);
        for (from, to, how) in edits {
            rearrange(&mut words, from.into(), to.into(), how);
        }
        survive(words.concat().as_bytes());
    }
}

/// A text in words, blanks and signs.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for c in text.chars() {
        let goes_on = |piece: &String| {
            let last = piece.chars().next_back().unwrap_or(' ');
            (last.is_alphanumeric() && c.is_alphanumeric()) || (last == ' ' && c == ' ')
        };
        match pieces.last_mut().filter(|piece| goes_on(piece)) {
            Some(piece) => piece.push(c),
            None => pieces.push(c.to_string()),
        }
    }
    pieces
}

/// One change of a text in pieces.
fn rearrange(pieces: &mut Vec<String>, from: usize, to: usize, how: u8) {
    if pieces.is_empty() {
        return;
    }
    let (from, to) = (from % pieces.len(), to % pieces.len());
    match how {
        0 => drop(pieces.remove(from)),
        1 => pieces.insert(to, pieces[from].clone()),
        2 => pieces.swap(from, to),
        3 => pieces.insert(to, WORDS[from % WORDS.len()].to_owned()),
        4 => pieces.insert(to, ODD[from % ODD.len()].to_owned()),
        _ => drop(pieces.drain(from.min(to)..from.max(to))),
    }
}

/// What scripts do not consist of.
const ODD: [&str; 16] = [
    "\u{a0}",
    "\u{201c}",
    "\u{feff}",
    "\u{ff08}",
    "\u{430}",
    "\u{1f600}",
    "\0",
    "\r",
    "\t",
    "/*",
    "&&",
    "{",
    "}",
    "\"\"\"",
    "10.0.0.1",
    "fc01::2",
];

#[test]
fn deep_input_does_not_overflow_the_stack() {
    let deep = 100_000;
    for text in [
        format!(
            "def f(a):\n    return {}a{}\n",
            "(".repeat(deep),
            ")".repeat(deep)
        ),
        format!("def f(a):\n    return {}a\n", "- ".repeat(deep)),
        format!("def f(a):\n    return {}a\n", "not ".repeat(deep)),
        format!("def f(a):\n    return a{}\n", " + a".repeat(deep)),
        format!("def f(a):\n    return a{}\n", " if a else a".repeat(deep)),
        format!("def f(a):\n    return min({}1)\n", "a, ".repeat(deep)),
        format!(
            "def f(a):\n    if a: pass\n{}",
            "    elif a: pass\n".repeat(deep)
        ),
        format!(
            "def f(a):\n    return {}a{}\n",
            "f(1 + ".repeat(deep),
            ")".repeat(deep)
        ),
        (0..1000)
            .map(|depth| format!("{}if a:\n", " ".repeat(depth)))
            .collect(),
        (0..2000).map(|n| format!("A{n} = A{}\n", n + 1)).collect(),
        "{".repeat(deep),
        "def ".repeat(deep),
        "(def ".repeat(deep),
        "if a {\n".repeat(deep / 10),
        "\u{201c}a".repeat(deep),
        "a \u{2013} ".repeat(deep),
        "\u{f6}a ".repeat(deep),
        "/*".repeat(deep),
        "1.".repeat(deep),
        "a:".repeat(deep),
        "def f(a): return a".to_owned() + &" && a".repeat(deep),
        "def f(a): return ".to_owned() + &"!".repeat(deep),
        "def f(a):\n".to_owned() + &"    in = 1\n".repeat(deep / 10),
    ] {
        assert!(
            survive(text.as_bytes()) > 0,
            "{}",
            &text[..40.min(text.len())]
        );
    }
}

#[test]
fn many_lines_are_read_in_time() {
    let line = "    x = x + 1\n";
    survive(format!("def f(x):\n{}    return x\n", line.repeat(3000)).as_bytes());
}
