//! The manual keeps up with the compiler: the index of messages, the limits, the keywords.

use eclatc::diagnostics::Code;
use eclatc::lex::{Kind, MAX_NESTING, MAX_SOURCE};
use hike_abi::limits;
use std::path::Path;

const LANGUAGE: &str = include_str!("../../docs/language.md");

/// The index of all messages, Markdown.
fn index() -> String {
    let mut page = String::from(
        "# Messages of the compiler\n\n\
         `E` is an error, `W` a warning, by whose name `-A` silences it and `--deny` makes it an\n\
         error. `eclatc explain CODE` shows these pages.\n\n\
         | code | name | |\n|---|---|---|\n",
    );
    for code in Code::ALL {
        let title = code.page().lines().next().unwrap_or_default();
        let title = title.split_once(": ").map_or(title, |(_, title)| title);
        page += &format!("| [{code}]({code}.md) | `{}` | {title} |\n", code.name());
    }
    page
}

#[test]
fn the_index_of_messages_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/diagnostics/README.md");
    let index = index();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &index).expect("the index");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == index,
        "{} is old, run: BLESS=1 cargo test -p eclatc --test manual",
        path.display()
    );
}

#[test]
fn the_limits_are_those_of_the_machine() {
    for (limit, value) in [
        ("instructions of a chain", limits::CHAIN_INSNS),
        (
            "instructions executed for a packet, over all its chains",
            limits::EXECUTED_INSNS as usize,
        ),
        ("program calls for a packet", limits::PROGRAM_CALLS as usize),
        (
            "chains that are called within one another, the first included",
            limits::FRAMES,
        ),
        ("bytes of stack of a chain", limits::FRAME_STACK),
        ("arguments of a chain or program", limits::ARGUMENTS),
        ("nested blocks, nested brackets", MAX_NESTING),
    ] {
        let row = format!("| {limit} | {value} |");
        assert!(LANGUAGE.contains(&row), "{row}");
    }
    let row = format!("| bytes of a script | {} MiB |", MAX_SOURCE >> 20);
    assert!(LANGUAGE.contains(&row), "{row}");
}

#[test]
fn the_keywords_are_all_there() {
    let list = LANGUAGE.split("These are not names:").nth(1);
    let list = list.and_then(|rest| rest.split("\n- ").next());
    let words = list.expect("the list of keywords");
    let words: Vec<&str> = words.split(|c: char| !c.is_alphanumeric()).collect();
    let keywords = Kind::ALL
        .iter()
        .filter(|kind| (Kind::Def..=Kind::Const).contains(kind));
    for keyword in keywords {
        let word = keyword.description().trim_matches('`');
        assert!(words.contains(&word), "{word}");
    }
}

#[test]
fn the_modules_of_the_library_are_all_there() {
    for module in eclatc::stdlib::modules() {
        let row = format!("| `std.{module}` |");
        assert!(LANGUAGE.contains(&row), "{row}");
    }
}
