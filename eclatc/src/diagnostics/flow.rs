//! Warnings about what is never used, never reached, or never decided.

use super::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// An import that nothing uses.
pub fn unused_import(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new(Code::W0601, span, format!("unused import `{name}`")).here("never used")
}

/// A variable that nothing reads.
pub fn unused_variable(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new(Code::W0602, span, format!("unused variable `{name}`"))
        .here("never read")
        .help(format!("if this is on purpose, name it `_{name}`"))
}

/// A statement that nothing leads to.
pub fn unreachable(span: Span, because: Span, why: &str) -> Diagnostic {
    Diagnostic::new(Code::W0603, span, "unreachable code")
        .here("never carried out")
        .also(because, why)
}

/// An attached chain that can end without a verdict.
pub fn no_verdict(span: Span, chain: &str, end: Option<Span>, path: &[(Span, bool)]) -> Diagnostic {
    let message = format!("`{chain}` can end without a verdict");
    let problem = Diagnostic::new(Code::W0604, span, message)
        .here("a loader starts this chain")
        .note(
            "the loader's default action decides such a packet: drop, unless configured otherwise",
        )
        .help("end every path with a program that decides, such as `hike_pass()`");
    let problem = path.iter().fold(problem, |problem, (cond, holds)| {
        let text = if *holds {
            "when this holds"
        } else {
            "when this does not hold"
        };
        problem.also(*cond, text)
    });
    match end {
        Some(end) => problem.also(end, "the chain ends here"),
        None => problem,
    }
}
