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
    let script = unit.analyse(&context);
    if unit.is_sound() {
        unit.object(&script).expect("no defect");
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
}

#[test]
fn deep_input_does_not_overflow_the_stack() {
    let deep = 20_000;
    for text in [
        format!(
            "def f(a):\n    return {}a{}\n",
            "(".repeat(deep),
            ")".repeat(deep)
        ),
        format!("def f(a):\n    return {}a\n", "-".repeat(deep)),
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
