//! Messages about calls.

use super::Code;
use crate::diagnostic::Diagnostic;
use crate::hir::Extern;
use crate::hir::display::TypeName;
use crate::source::Span;
use hike_format::signature::IntType;

/// Too many or too few arguments.
pub fn wrong_count(
    span: Span,
    name: &str,
    expected: usize,
    found: usize,
    signature: &str,
) -> Diagnostic {
    let plural = if expected == 1 { "" } else { "s" };
    let message = format!("`{name}` takes {expected} argument{plural}, found {found}");
    let here = if found > expected {
        "not expected"
    } else {
        "too few arguments"
    };
    Diagnostic::new(Code::E0401, span, message)
        .here(here)
        .note(format!("its signature is `{signature}`"))
}

/// Arguments of a function that takes a varying number of them: what it takes, how many
/// there are, and whether those are too many.
pub fn count_out_of_range(
    span: Span,
    name: &str,
    (expected, found, many): (&str, usize, bool),
    signature: &str,
) -> Diagnostic {
    let message = format!("`{name}` takes {expected}, found {found}");
    let here = if many {
        "not expected"
    } else {
        "too few arguments"
    };
    Diagnostic::new(Code::E0401, span, message)
        .here(here)
        .note(format!("its signature is `{signature}`"))
}

/// A literal that a parameter cannot hold.
pub fn argument_out_of_range(
    span: Span,
    value: i128,
    (parameter, ty): (&str, IntType),
    signature: &str,
) -> Diagnostic {
    let message = format!("{value} does not fit into the parameter `{parameter}`");
    Diagnostic::new(Code::E0402, span, message)
        .here(format!("expected a value of {}", TypeName(ty)))
        .note(format!("the signature is `{signature}`"))
}

/// The value of a program that never gives one.
pub fn result_of_final(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0403, span, format!("`{name}` gives no result"))
        .here("it always ends the chain with a verdict")
        .help("call it as a statement of its own")
}

/// A call of something that is no function.
pub fn not_callable(span: Span, name: &str, what: &str) -> Diagnostic {
    Diagnostic::new(Code::E0404, span, format!("`{name}` cannot be called"))
        .here(format!("this is {what}"))
}

/// A chain with more parameters than registers.
pub fn too_many_parameters(span: Span, limit: usize) -> Diagnostic {
    Diagnostic::new(
        Code::E0405,
        span,
        format!("a chain has at most {limit} parameters"),
    )
    .here("one too many")
    .help("pack several values into one, or keep them in `app_cfg_store`")
}

/// `Packet.` with an unknown function.
pub fn unknown_packet_function(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    Diagnostic::new(
        Code::E0406,
        span,
        format!("the packet has no function `{name}`"),
    )
    .here("expected readU8 to readU64 or writeU8 to writeU64")
    .did_you_mean(span, near)
}

/// `NAME=` in a call that takes its arguments by position.
pub fn keyword_argument(span: Span, name: &str, change: Option<Span>) -> Diagnostic {
    let message = format!("unexpected keyword argument `{name}`");
    let problem = Diagnostic::new(Code::E0407, span, message)
        .here("expected a value alone")
        .help("arguments of programs and chains have an order, not names");
    match change {
        Some(change) => problem.suggest(change, ""),
        None => problem,
    }
}

/// `HEADER.FIELD()`
pub fn field_called(span: Span, arguments: Span, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0404, span, format!("`{name}` cannot be called"))
        .here("this is a field of a header")
        .help(format!(
            "a field is read by its name and written by `{name} = VALUE`"
        ))
        .suggest(arguments, "")
}

/// The signature of a callee as its user sees it.
pub fn signature(name: &str, callee: &Extern) -> String {
    let full = callee.to_string();
    let from = full.find('(').unwrap_or_default();
    format!("{name}{}", &full[from..])
}
