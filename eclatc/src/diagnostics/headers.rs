//! Messages about headers and their fields, and about the standard library.

use super::Code;
use crate::diagnostic::Diagnostic;
use crate::hir::display::TypeName;
use crate::source::Span;
use hike_format::signature::IntType;

/// A line in a header that declares no field.
pub fn not_a_field(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0145, span, "expected a field of the header")
        .here("expected `TYPE : NAME` or `NAME = (FIELD, BIT, WIDTH)`")
        .help("fields follow one another in the packet; bits count from the lowest, 0")
}

/// Bits that the field does not have.
pub fn beyond_the_field(span: Span, bits: u8) -> Diagnostic {
    Diagnostic::new(Code::E0145, span, "these bits are not all in the field")
        .here(format!("the field has {bits} bits"))
}

/// An offset that needs more than reads of the packet and constants.
pub fn complex_offset(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0145, span, "this offset of a header is too complex")
        .here("expected numbers and fields joined by operators")
}

/// A field that the header does not have.
pub fn unknown_field(
    span: Span,
    header: &str,
    field: &str,
    near: Option<&str>,
    known: &[&str],
) -> Diagnostic {
    let message = format!("the header `{header}` has no field `{field}`");
    Diagnostic::new(Code::E0214, span, message)
        .here("unknown field")
        .note(format!("its fields are `{}`", known.join("`, `")))
        .did_you_mean(span, near)
}

/// A literal that a field cannot hold.
pub fn field_out_of_range(span: Span, value: i128, name: &str, bits: u8) -> Diagnostic {
    let highest = (1i128 << bits) - 1;
    let ty = IntType {
        bits,
        signed: false,
    };
    let message = format!("{value} does not fit into the field `{name}`");
    let problem = Diagnostic::new(Code::E0301, span, message);
    match bits {
        8 | 16 | 32 | 64 => problem.here(format!("expected 0 to {highest} for {}", TypeName(ty))),
        bits => problem.here(format!("expected 0 to {highest} for {bits} bits")),
    }
}

/// A module that the standard library does not have.
pub fn unknown_module(span: Span, name: &str, near: Option<&str>, known: &[&str]) -> Diagnostic {
    Diagnostic::new(
        Code::E0206,
        span,
        format!("no module `{name}` in the standard library"),
    )
    .here("no such module")
    .note(format!("its modules are `{}`", known.join("`, `")))
    .did_you_mean(span, near)
}

/// A name that a module of the standard library does not have.
pub fn not_in_module(span: Span, module: &str, name: &str, near: Option<&str>) -> Diagnostic {
    Diagnostic::new(Code::E0207, span, format!("no `{name}` in `std.{module}`"))
        .here("not found")
        .did_you_mean(span, near)
}
