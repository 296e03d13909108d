//! Every change that a message offers removes what the message is about: for the cases of
//! `tests/eclatc/diagnostics`, each message by itself, and as the JSON of a tool says it.

mod support;

use eclatc::diagnostic::Diagnostic;
use eclatc::diagnostic::render::{Format, render};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/eclatc/diagnostics");
    let entries = std::fs::read_dir(folder).expect("the cases");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let is_case = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "eclat");
    let mut cases: Vec<PathBuf> = paths.filter(is_case).collect();
    cases.sort();
    cases
}

/// A change as a tool reads it: bytes from and to, and the text to put there.
fn changes(json: &str) -> Vec<(usize, usize, String)> {
    let object: Value = serde_json::from_str(json).expect("one JSON object");
    let number = |value: &Value| value.as_u64().expect("an offset") as usize;
    let change = |change: &Value| {
        let text = change["replacement"].as_str().expect("a text").to_owned();
        (
            number(&change["byte_start"]),
            number(&change["byte_end"]),
            text,
        )
    };
    let mut changes: Vec<_> = object["suggestions"]
        .as_array()
        .expect("a list")
        .iter()
        .map(change)
        .collect();
    changes.sort();
    changes
}

fn changed(text: &str, changes: &[(usize, usize, String)]) -> String {
    let mut text = text.to_owned();
    for (from, to, replacement) in changes.iter().rev() {
        text.replace_range(from..to, replacement);
    }
    text
}

/// How many messages say the same.
fn count(problems: &[Diagnostic], like: &Diagnostic) -> usize {
    let same =
        |problem: &&Diagnostic| (problem.code, &problem.message) == (like.code, &like.message);
    problems.iter().filter(same).count()
}

/// At least so many messages of the cases offer a change.
const WITH_CHANGES: usize = 100;

#[test]
fn each_change_removes_its_message() {
    let (mut tried, mut failed) = (0, Vec::new());
    for case in cases() {
        let name = case
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&case).expect("a case");
        let front = support::front(&name, &text);
        for problem in &front.problems {
            let changes = changes(&render(problem, &front.sources, Format::Json));
            if changes.is_empty() {
                continue;
            }
            tried += 1;
            let better = changed(&text, &changes);
            let left = support::front(&name, &better).problems;
            if count(&left, problem) >= count(&front.problems, problem) {
                failed.push(format!(
                    "{name}: {} {}: {changes:?}",
                    problem.code, problem.message
                ));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(
        tried >= WITH_CHANGES,
        "only {tried} messages offer a change"
    );
}

#[test]
fn lines_and_columns_of_changes_are_those_of_their_bytes() {
    for case in cases() {
        let text = std::fs::read_to_string(&case).expect("a case");
        let front = support::front("case.eclat", &text);
        for problem in &front.problems {
            let object = render(problem, &front.sources, Format::Json);
            let object: Value = serde_json::from_str(&object).expect("one JSON object");
            let places = ["labels", "suggestions"].into_iter();
            let places = places.flat_map(|list| object[list].as_array().expect("a list").clone());
            for place in places {
                for end in ["start", "end"] {
                    let byte = place[format!("byte_{end}")].as_u64().expect("an offset") as usize;
                    let before = &text[..byte];
                    let line = before.matches('\n').count() as u64 + 1;
                    let column = before
                        .rsplit('\n')
                        .next()
                        .unwrap_or_default()
                        .chars()
                        .count();
                    assert_eq!(place[format!("line_{end}")], line, "{place}");
                    assert_eq!(place[format!("column_{end}")], column as u64 + 1, "{place}");
                }
            }
        }
    }
}
