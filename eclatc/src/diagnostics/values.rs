//! Messages about types and values.

use super::Code;
use crate::diagnostic::Diagnostic;
use crate::hir::display::TypeName;
use crate::source::Span;
use hike_format::signature::IntType;
use std::net::Ipv4Addr;

/// The least and the greatest value of a type, as a sentence.
fn range_of(ty: IntType) -> String {
    let bits = u32::from(ty.bits);
    match ty.signed {
        true => format!(
            "{} to {}",
            -(1i128 << (bits - 1)),
            (1i128 << (bits - 1)) - 1
        ),
        false => format!("0 to {}", (1i128 << bits) - 1),
    }
}

/// The narrowest type that holds a value.
fn type_for(value: i128) -> &'static str {
    let signed = [(8, "s8"), (16, "s16"), (32, "s32"), (64, "s64")];
    let unsigned = [(8, "u8"), (16, "u16"), (32, "u32"), (64, "u64")];
    let fits = |bits: u32| match value < 0 {
        true => value >= -(1 << (bits - 1)),
        false => value < 1 << bits,
    };
    let candidates = if value < 0 { signed } else { unsigned };
    let found = candidates.iter().find(|(bits, _)| fits(*bits));
    found.map_or("u64", |(_, name)| name)
}

/// A constant stored where it does not fit.
pub fn out_of_range(span: Span, value: i128, ty: IntType, name: &str) -> Diagnostic {
    let message = format!("{value} does not fit into `{name}`");
    Diagnostic::new(Code::E0301, span, message)
        .here(format!("expected {} for {}", range_of(ty), TypeName(ty)))
        .help(format!("declare it as `{} : {name}`", type_for(value)))
}

/// A literal beyond 64 bits in an expression.
pub fn too_big_for_an_expression(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0005,
        span,
        "number of more than 64 bits in an expression",
    )
    .here(format!("the largest is {:#x}", u64::MAX))
    .note("only keys and values of maps may have up to 128 bits")
}

/// A negative literal below the least value.
pub fn too_small(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0301, span, "the number is too small for 64 bits")
        .here(format!("the least is {}", i64::MIN))
}

/// Division by a constant 0.
pub fn division_by_zero(span: Span, word: &str) -> Diagnostic {
    Diagnostic::new(Code::E0302, span, format!("{word} by zero"))
        .here("this is always 0")
        .note("a divisor that is 0 at run time gives 0 for `/` and the dividend for `%`")
}

/// A string, address or tuple where a number belongs.
pub fn not_a_number(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0303,
        span,
        format!("expected a number, found {what}"),
    )
    .note("texts are for devices and for the keys and values of maps")
}

/// Offers the number that an address is in a packet.
pub fn address_as_number(problem: Diagnostic, address: Ipv4Addr) -> Diagnostic {
    let number = format!("{:#010x}", u32::from(address));
    let span = problem.span();
    problem
        .help(format!("as a number the address is `{number}`"))
        .suggest(span, number)
}

/// An expression that is not known at compile time where it must be.
pub fn not_constant(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(Code::E0304, span, format!("{what} must be a constant"))
        .here("this is known only when a packet arrives")
}

/// A constant defined by itself.
pub fn constant_cycle(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0304,
        span,
        format!("the constant `{name}` depends on itself"),
    )
}

/// A variable declared with two types.
pub fn conflicting_types(span: Span, name: &str, before: (Span, String), ty: String) -> Diagnostic {
    let message = format!("`{name}` is declared with two types");
    Diagnostic::new(Code::E0305, span, message)
        .here(format!("here {ty}"))
        .also(before.0, format!("first {}", before.1))
}

/// `for` over something that is no `range(...)`.
pub fn not_a_range(span: Span, number: bool) -> Diagnostic {
    let problem = Diagnostic::new(Code::E0307, span, "expected `range(...)` after `in`")
        .here("a chain can count, it has no lists")
        .help("write `for i in range(10):`");
    match number {
        true => problem
            .suggest(Span::new(span.file, span.start, span.start), "range(")
            .suggest(Span::new(span.file, span.end, span.end), ")"),
        false => problem,
    }
}

/// A step of `range` that is 0 or unknown.
pub fn invalid_step(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(Code::E0307, span, format!("the step of a range {what}"))
        .here("expected a constant other than 0")
}

/// Signed compared with unsigned.
pub fn mixed_signs(span: Span, signed: Span, unsigned: Span) -> Diagnostic {
    Diagnostic::new(
        Code::W0605,
        span,
        "comparison of a signed with an unsigned value",
    )
    .here("both are compared as signed")
    .also(signed, "signed")
    .also(unsigned, "unsigned: from 2^63 on it counts as negative")
    .help("make the sides alike with a cast, `s64(...)` or `u64(...)`")
}

/// A comparison that can only come out one way; `known` is the constant on one side.
pub fn constant_comparison(
    span: Span,
    outcome: bool,
    (operand, ty): (Span, IntType),
    known: i128,
) -> Diagnostic {
    let message = format!("this comparison is always {outcome}");
    let problem = Diagnostic::new(Code::W0606, span, message)
        .also(operand, format!("{} is {}", TypeName(ty), range_of(ty)));
    match ty.signed || known > 0 {
        true => problem,
        false => problem.help(format!(
            "for negative results declare the variable as s{}",
            ty.bits
        )),
    }
}
