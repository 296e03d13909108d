//! The pages of `docs/diagnostics` tell the truth: their wrong example gives the message,
//! their right example gives none.

mod support;

use eclatc::diagnostic::Diagnostic;
use eclatc::diagnostics::Code;

/// Codes that no text shows: they are about bytes, sizes, or limits of the machine.
const WITHOUT_EXAMPLE: [Code; 4] = [Code::E0006, Code::E0007, Code::E0701, Code::E0703];

/// The scripts in the fenced blocks of a page.
fn examples(page: &str) -> Vec<&str> {
    let fenced = page.split("```eclat\n").skip(1);
    fenced.filter_map(|rest| rest.split("```").next()).collect()
}

fn shown(problems: &[Diagnostic]) -> Vec<String> {
    let line = |problem: &Diagnostic| format!("{} {}", problem.code, problem.message);
    problems.iter().map(line).collect()
}

#[test]
fn every_page_has_a_wrong_and_a_right_example() {
    for code in Code::ALL {
        let count = examples(code.page()).len();
        let expected = if WITHOUT_EXAMPLE.contains(code) { 0 } else { 2 };
        assert_eq!(count, expected, "docs/diagnostics/{code}.md");
    }
}

#[test]
fn every_page_begins_with_its_code() {
    for code in Code::ALL {
        let title = code.page().lines().next().unwrap_or_default();
        assert!(title.starts_with(&format!("# {code}: ")), "{title}");
    }
}

#[test]
fn wrong_examples_give_the_message_and_nothing_else() {
    let mut failed = Vec::new();
    for code in Code::ALL
        .iter()
        .filter(|code| !WITHOUT_EXAMPLE.contains(code))
    {
        let front = support::checked("wrong.eclat", examples(code.page())[0]);
        let codes: Vec<Code> = front.problems.iter().map(|problem| problem.code).collect();
        let others = front
            .problems
            .iter()
            .any(|problem| problem.is_error() && problem.code != *code);
        if others || !codes.contains(code) {
            failed.push(format!("{code}: {:?}", shown(&front.problems)));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// The text with all suggested changes made, and how many there were.
fn changed(text: &str, problems: &[Diagnostic]) -> (String, usize) {
    let mut changes: Vec<_> = problems
        .iter()
        .flat_map(|problem| &problem.suggestions)
        .collect();
    changes.sort_by_key(|change| (change.span.start, change.span.end));
    let mut text = text.to_owned();
    for change in changes.iter().rev() {
        let range = change.span.start as usize..change.span.end as usize;
        text.replace_range(range, &change.replacement);
    }
    (text, changes.len())
}

/// At least so many codes have examples whose suggestions are tried.
const WITH_SUGGESTIONS: usize = 20;

#[test]
fn suggested_changes_make_wrong_examples_compile() {
    let (mut tried, mut failed) = (0, Vec::new());
    for code in Code::ALL
        .iter()
        .filter(|code| !WITHOUT_EXAMPLE.contains(code))
    {
        let text = examples(code.page())[0];
        let (better, changes) = changed(text, &support::front("wrong.eclat", text).problems);
        if changes == 0 {
            continue;
        }
        tried += 1;
        let left = support::front("better.eclat", &better).problems;
        let wrong = left
            .iter()
            .any(|problem| problem.is_error() || problem.code == *code);
        if wrong {
            failed.push(format!("{code}: {:?}\n{better}", shown(&left)));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(
        tried >= WITH_SUGGESTIONS,
        "only {tried} codes have suggestions"
    );
}

#[test]
fn right_examples_give_no_message() {
    for code in Code::ALL
        .iter()
        .filter(|code| !WITHOUT_EXAMPLE.contains(code))
    {
        let front = support::checked("right.eclat", examples(code.page())[1]);
        assert!(
            !front.problems.iter().any(Diagnostic::is_error),
            "{code}: {:?}",
            shown(&front.problems)
        );
        assert!(
            front.problems.iter().all(|problem| problem.code != *code),
            "{code}"
        );
    }
}

#[test]
fn messages_have_one_voice() {
    for code in Code::ALL
        .iter()
        .filter(|code| !WITHOUT_EXAMPLE.contains(code))
    {
        for problem in support::checked("wrong.eclat", examples(code.page())[0]).problems {
            let first = problem.message.chars().next().unwrap_or(' ');
            assert!(!first.is_uppercase(), "{code}: {}", problem.message);
            assert!(
                !problem.message.ends_with('.'),
                "{code}: {}",
                problem.message
            );
            assert!(
                !problem.message.contains('\n'),
                "{code}: {}",
                problem.message
            );
        }
    }
}
