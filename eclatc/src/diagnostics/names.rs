//! Messages about names, imports and assignment.

use super::Code;
use crate::diagnostic::Diagnostic;
use crate::packages::{Missing, SymbolKind};
use crate::source::Span;

/// A name that nothing defines.
pub fn unknown(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    Diagnostic::new(Code::E0201, span, format!("unknown name `{name}`"))
        .here("not defined in this chain or script")
        .did_you_mean(span, near)
}

/// A call of something that nothing defines.
pub fn unknown_callee(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    let problem = Diagnostic::new(
        Code::E0202,
        span,
        format!("unknown program or chain `{name}`"),
    )
    .here("not imported and not defined in this script")
    .did_you_mean(span, near);
    match near {
        Some(_) => problem,
        None => problem.help(format!("import it: `from programs.PACKAGE import {name}`")),
    }
}

/// A name that is not imported, but could be.
pub fn not_imported(span: Span, name: &str, callee: bool) -> Diagnostic {
    match callee {
        true => Diagnostic::new(
            Code::E0202,
            span,
            format!("unknown program or chain `{name}`"),
        ),
        false => Diagnostic::new(Code::E0201, span, format!("unknown name `{name}`")),
    }
    .here("not imported")
}

/// `PACKAGE.NAME`; `before` is the place of what is too much.
pub fn qualified(span: Span, before: Span, first: &str, last: &str) -> Diagnostic {
    Diagnostic::new(Code::E0201, span, format!("unknown name `{first}`"))
        .here("not a name of this script")
        .help(format!("what is imported has its name alone: `{last}`"))
        .suggest(before, "")
}

/// `NAME += 1` of a variable that has no value yet.
pub fn changed_before_assigned(problem: Diagnostic, name: &str) -> Diagnostic {
    match problem.suggestions.is_empty() {
        true => problem.help(format!("give it a first value before: `{name} = 0`")),
        false => problem,
    }
}

/// A second definition.
pub fn defined_twice(span: Span, name: &str, first: Span) -> Diagnostic {
    Diagnostic::new(Code::E0203, span, format!("`{name}` is defined twice"))
        .here("again here")
        .also(first, "first defined here")
}

/// A constant assigned to.
pub fn constant_rebound(span: Span, name: &str, first: Option<Span>) -> Diagnostic {
    let problem = Diagnostic::new(
        Code::E0204,
        span,
        format!("the constant `{name}` cannot change"),
    )
    .here("assigned again here")
    .help("a name in capitals bound to a number is a constant; use small letters for a variable");
    match first {
        Some(first) => problem.also(first, "bound here"),
        None => problem,
    }
}

/// A variable read before every path has assigned it.
pub fn maybe_unassigned(span: Span, name: &str, declared: Span) -> Diagnostic {
    let message = format!("`{name}` may be read before it has a value");
    let problem = Diagnostic::new(Code::E0205, span, message)
        .here("not assigned on every path to here")
        .help(format!(
            "give it a value on every path, or a first one: `{name} = 0`"
        ));
    match declared == span {
        true => problem,
        false => problem.also(declared, "declared or first assigned here"),
    }
}

/// A program, loader, chain or package assigned to.
pub fn not_assignable(span: Span, name: &str, what: &str) -> Diagnostic {
    Diagnostic::new(Code::E0209, span, format!("cannot assign to `{name}`"))
        .here(format!("this is {what}"))
        .help("choose another name for the variable")
}

/// `from KIND.` with an unknown kind.
pub fn unknown_kind(span: Span, kind: &str, near: Option<&str>) -> Diagnostic {
    Diagnostic::new(Code::E0210, span, format!("cannot import from `{kind}`"))
        .here("expected `programs`, `prog`, `loaders`, `chains` or `std`")
        .did_you_mean(span, near)
}

/// A program, loader or chain used as a value.
pub fn not_a_value(span: Span, name: &str, what: &str) -> Diagnostic {
    let problem = Diagnostic::new(
        Code::E0211,
        span,
        format!("`{name}` is {what}, not a value"),
    );
    match what {
        "a chain loader" | "a member" => problem,
        "the packet" => problem.help(format!("read it: `{name}.readU8(OFFSET)`")),
        "a header" => problem.help(format!("name one of its fields: `{name}.FIELD`")),
        _ => problem.help(format!("call it: `{name}(...)`")),
    }
}

/// A program or chain without parameters, not called.
pub fn not_called(span: Span, name: &str, what: &str) -> Diagnostic {
    let end = Span::new(span.file, span.end, span.end);
    let message = format!("`{name}` is {what}, not a value");
    Diagnostic::new(Code::E0211, span, message)
        .help(format!("call it: `{name}()`"))
        .suggest(end, "()")
}

/// A package or name that cannot be imported.
pub fn missing(
    span: Span,
    kind: SymbolKind,
    package: &str,
    name: &str,
    why: &Missing,
) -> Diagnostic {
    match why {
        Missing::Package { searched, packages } => {
            unknown_package(span, package, searched, packages)
        }
        Missing::Name {
            searched,
            names,
            elsewhere,
        } => not_in_package(span, (kind, package, name), searched, names, elsewhere),
        Missing::Ambiguous { places } => ambiguous(span, kind, name, places),
        Missing::Kind { found } => {
            let message = format!("no {} `{name}` in package `{package}`", kind.noun());
            Diagnostic::new(Code::E0207, span, message)
                .here(format!("this is a {}", found.noun()))
                .help(format!(
                    "write `from {}.{package} import {name}`",
                    found.prefix()
                ))
        }
        Missing::Unreadable { path, reason } => unreadable(span, name, path, reason),
    }
}

/// Adds the change of the kind or package of an import that has one name.
pub fn imported_from(
    problem: Diagnostic,
    kind: Span,
    package: Option<Span>,
    why: &Missing,
) -> Diagnostic {
    match (why, package) {
        (Missing::Kind { found }, _) => problem.suggest(kind, found.prefix()),
        (Missing::Name { elsewhere, .. }, Some(place)) if problem.suggestions.is_empty() => {
            match elsewhere.first() {
                Some(package) => problem.suggest(place, package.as_str()),
                None => problem,
            }
        }
        _ => problem,
    }
}

fn unknown_package(
    span: Span,
    package: &str,
    searched: &[String],
    packages: &[String],
) -> Diagnostic {
    let problem = Diagnostic::new(Code::E0206, span, format!("unknown package `{package}`"))
        .here("no such package")
        .note(searched_in(searched));
    match hike_format::nearest(package, packages.iter().map(String::as_str)) {
        Some(near) => problem.did_you_mean(span, Some(near)),
        None => problem.help("name the folder that holds packages with `-L` or HIKE_PACKAGE_PATH"),
    }
}

fn not_in_package(
    span: Span,
    (kind, package, name): (SymbolKind, &str, &str),
    searched: &[String],
    names: &[String],
    elsewhere: &[String],
) -> Diagnostic {
    let message = format!("no {} `{name}` in package `{package}`", kind.noun());
    let problem = Diagnostic::new(Code::E0207, span, message)
        .here("not found")
        .note(searched_in(searched));
    let near = hike_format::nearest(name, names.iter().map(String::as_str));
    match (near, elsewhere) {
        (None, [package, ..]) => problem.help(format!("package `{package}` has it")),
        _ => problem.did_you_mean(span, near),
    }
}

fn ambiguous(span: Span, kind: SymbolKind, name: &str, places: &[String]) -> Diagnostic {
    let message = format!(
        "{} `{name}` is found in {} places",
        kind.noun(),
        places.len()
    );
    Diagnostic::new(Code::E0208, span, message)
        .here("which one is meant?")
        .note(format!("found in {}", places.join(" and ")))
}

fn unreadable(span: Span, name: &str, path: &str, reason: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0207,
        span,
        format!("cannot read the interface of `{name}`"),
    )
    .here("imported here")
    .note(format!("{path}: {reason}"))
}

fn searched_in(places: &[String]) -> String {
    match places {
        [] => "no folders to search were given".into(),
        places => format!("searched {}", places.join(", ")),
    }
}
