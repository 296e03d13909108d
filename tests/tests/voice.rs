//! All tools speak with one voice: messages begin with a small letter, or a name, and end
//! without a full stop. Checked where they are written, so that rare ones are checked, too.

use std::path::{Path, PathBuf};

use hike_tests::tools::repository;

/// What stands before the text of a message in a source.
const MARKS: [&str; 9] = [
    "#[error(",
    ".help(",
    ".note(",
    ".here(",
    "Failure::new(",
    "Failure::input(",
    "Failure::host(",
    "Diagnostic::new(",
    "let message = ",
];

/// Names that messages begin with; they are written as they are elsewhere.
const NAMES: [&str; 13] = [
    "BPF", "BTF", "CAP_", "DEV", "ELF", "HIKE_", "IPv", "KIND", "NAME", "RUST", "U+", "UTF-8",
    "XDP",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true if path.ends_with("tests") => {}
            true => sources(&path, found),
            false if path.extension().is_some_and(|ending| ending == "rs") => found.push(path),
            false => {}
        }
    }
}

/// The string literals among the arguments behind a mark: at most three lines below it.
fn literals(behind: &str) -> Vec<&str> {
    let end = behind
        .match_indices('\n')
        .nth(3)
        .map_or(behind.len(), |(at, _)| at);
    let statement = behind[..end].split(';').next().unwrap_or_default();
    let inside = statement.split('"').skip(1).step_by(2);
    inside.take(1).collect()
}

/// What is wrong with a text, if anything.
fn fault(text: &str) -> Option<&'static str> {
    let first = text.chars().next()?;
    let named = NAMES.iter().any(|name| text.starts_with(name));
    match () {
        () if first.is_uppercase() && !named => Some("begins with a capital letter"),
        () if text.ends_with('.') && !text.ends_with("...") => Some("ends in a full stop"),
        () if text.contains("please try") || text.contains("oops") => Some("is chatty"),
        () => None,
    }
}

#[test]
fn messages_of_all_tools_have_one_voice() {
    let mut paths = Vec::new();
    for tool in ["eclatc/src", "hike-ld", "hike-loader/src"] {
        sources(&repository().join(tool), &mut paths);
    }
    let (mut checked, mut wrong) = (0, Vec::new());
    for path in &paths {
        let text = std::fs::read_to_string(path).expect("a source");
        let places = MARKS.iter().flat_map(|mark| text.match_indices(mark));
        for (at, mark) in places {
            for literal in literals(&text[at + mark.len()..]) {
                checked += 1;
                let line = text[..at].matches('\n').count() + 1;
                let what = fault(literal)
                    .map(|fault| format!("{}:{line}: {literal:?} {fault}", path.display()));
                wrong.extend(what);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(checked > 400, "only {checked} messages found");
}
