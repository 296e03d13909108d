//! Messages about chains that use more than the VM has.

use super::Code;
use crate::budget::Count;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// What exceeds a limit.
pub struct Excess<'a> {
    /// The chain.
    pub chain: &'a str,
    /// What is counted.
    pub what: &'a str,
    /// So much the VM has.
    pub limit: u64,
    /// So much the chain takes.
    pub count: Count,
}

/// A chain that takes more than a limit: always, or on the way through these places.
pub fn exceeded(
    span: Span,
    excess: Excess<'_>,
    certain: bool,
    places: &[(Span, String)],
) -> Diagnostic {
    let Excess {
        chain, what, limit, ..
    } = excess;
    let (code, may) = match certain {
        true => (Code::E0702, "always takes"),
        false => (Code::W0607, "may take"),
    };
    let message = format!("`{chain}` {may} more {what} than the VM has");
    let here = match (excess.count.known(), certain) {
        (None, _) => format!("expected at most {limit} {what}, found no bound"),
        (Some(number), true) => format!("expected at most {limit} {what}, found at least {number}"),
        (Some(number), false) => format!("expected at most {limit} {what}, found up to {number}"),
    };
    let problem = Diagnostic::new(code, span, message)
        .here(here)
        .note("a packet that exceeds the limit gets the loader's default action")
        .maybe_help(help(what).map(str::to_owned));
    places
        .iter()
        .fold(problem, |problem, (span, text)| problem.also(*span, text))
}

fn help(what: &str) -> Option<&'static str> {
    match what {
        "instructions" => {
            Some("a loop whose bound can be proved: `for i in range(10):`, left by `break`")
        }
        "nested chains" => Some("a loop in one chain takes no more frames, however often it runs"),
        _ => None,
    }
}
