//! Warnings about lines that compile, but hardly do what was meant.

use super::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// A chain whose result is used, and that can end without `return`.
pub fn missing_return(span: Span, chain: &str, used: Span) -> Diagnostic {
    let message = format!("`{chain}` can end without `return`");
    Diagnostic::new(Code::W0608, span, message)
        .here("such a path gives 0")
        .also(used, "the result is used here")
        .help("end every path with `return VALUE`")
}

/// `True + 1`
pub fn truth_as_number(span: Span) -> Diagnostic {
    Diagnostic::new(Code::W0609, span, "a truth value in arithmetic")
        .here("`True` counts as 1, `False` as 0")
        .help("write the number")
}

/// A statement that computes a value and drops it; `gap` is the place of the `==` of a comparison.
pub fn no_effect(span: Span, gap: Option<Span>) -> Diagnostic {
    let problem = Diagnostic::new(Code::W0610, span, "this statement has no effect")
        .here("the value is dropped");
    match gap {
        Some(gap) => problem.help("`=` assigns").suggest(gap, " = "),
        None => problem.help("`return` gives the value to the caller, `NAME =` keeps it"),
    }
}

/// `++x`, `--x`, `a + +b`
pub fn repeated_sign(span: Span, sign: &str) -> Diagnostic {
    let message = format!("`{sign}{sign}` is two signs, not an operator");
    let effect = if sign == "-" {
        "the signs cancel out"
    } else {
        "this changes nothing"
    };
    Diagnostic::new(Code::W0611, span, message)
        .here(effect)
        .help(format!("`x {sign}= 1` changes a variable"))
}

/// `x == 1 or 2`; `name` is what is compared, when that is a name.
pub fn constant_operand(span: Span, operator: &str, name: Option<&str>) -> Diagnostic {
    let joint = if operator == "==" { "or" } else { "and" };
    let problem = Diagnostic::new(Code::W0613, span, "this operand always holds")
        .here("a number other than 0 is true")
        .help(format!(
            "compare each number: `x {operator} 1 {joint} x {operator} 2`"
        ));
    let before = Span::new(span.file, span.start, span.start);
    match name {
        Some(name) => problem.suggest(before, format!("{name} {operator} ")),
        None => problem,
    }
}

/// A shift by a constant beyond 63.
pub fn shift_too_far(span: Span, bits: i128) -> Diagnostic {
    Diagnostic::new(Code::W0612, span, format!("a shift by {bits} bits"))
        .here(format!("this shifts by {}", bits & 63))
        .note("values have 64 bits; of the distance only the lowest 6 bits count")
}
