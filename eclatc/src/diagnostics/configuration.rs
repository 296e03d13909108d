//! Messages about map assignments, attachments and settings.

use super::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// A map that its owner does not declare.
pub fn unknown_map(span: Span, owner: &str, map: &str, known: &[&str]) -> Diagnostic {
    let problem = Diagnostic::new(Code::E0501, span, format!("`{owner}` has no map `{map}`"))
        .here("unknown map");
    let near = hike_format::nearest(map, known.iter().copied());
    match known {
        [] => problem.note(format!("`{owner}` declares no maps")),
        known => problem
            .note(format!("its maps are `{}`", known.join("`, `")))
            .did_you_mean(span, near),
    }
}

/// A key or value that is not of the map's type.
pub fn wrong_type(span: Span, expected: &str, found: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0502,
        span,
        format!("expected {expected}, found {found}"),
    )
    .here(format!("the map declares {expected} here"))
}

/// A key or value with too many or too few parts.
pub fn wrong_shape(span: Span, expected: usize, found: usize, ty: &str) -> Diagnostic {
    let plural = if expected == 1 { "" } else { "s" };
    let message = format!("expected {expected} part{plural}, found {found}");
    Diagnostic::new(Code::E0503, span, message).here(format!("the map declares {ty}"))
}

/// `attach` with other arguments than a device and a mode.
pub fn invalid_attach(span: Span, message: String, near: Option<&str>) -> Diagnostic {
    let problem = Diagnostic::new(Code::E0504, span, message);
    match near {
        Some(near) => problem.did_you_mean(span, Some(&format!("'{near}'"))),
        None => problem.help("write `LOADER.attach('DEVNAME', 'xdp')`"),
    }
}

/// A setting that the program does not declare.
pub fn unknown_setting(span: Span, owner: &str, name: &str, known: &[&str]) -> Diagnostic {
    let message = format!("`{owner}` has no configuration variable `{name}`");
    let problem = Diagnostic::new(Code::E0505, span, message).here("unknown variable");
    let near = hike_format::nearest(name, known.iter().copied());
    match known {
        [] => problem.note(format!("`{owner}` declares none")),
        known => problem
            .note(format!("it has `{}`", known.join("`, `")))
            .did_you_mean(span, near),
    }
}

/// `config` with an argument that has no name.
pub fn unnamed_setting(span: Span, owner: &str, known: &[&str]) -> Diagnostic {
    let message = "expected `NAME=VALUE`, found a value without a name";
    let problem = Diagnostic::new(Code::E0505, span, message);
    let at = Span::new(span.file, span.start, span.start);
    match known {
        [] => problem.note(format!("`{owner}` declares none")),
        [one] => problem
            .help(format!("write `{one}=`"))
            .suggest(at, format!("{one}=")),
        known => problem.note(format!("it has `{}`", known.join("`, `"))),
    }
}

/// A key that a map gets twice.
pub fn duplicate_key(span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(Code::E0506, span, "the key is given twice")
        .here("again here")
        .also(first, "first here")
}

/// `NAME.METHOD` of a program or loader that has no such line.
pub fn unknown_method(span: Span, owner: &str, method: &str, near: Option<&str>) -> Diagnostic {
    let problem = Diagnostic::new(Code::E0507, span, format!("`{owner}` has no `{method}`"));
    match near {
        Some(_) => problem.did_you_mean(span, near),
        None => problem.help("loaders have `attach` and maps, programs have `config` and maps"),
    }
}

/// A chain as the value of a map, in quotes or called.
pub fn chain_by_name(span: Span, name: &str) -> Diagnostic {
    let message = format!("expected a chain, found `{name}` in quotes or with `()`");
    Diagnostic::new(Code::E0502, span, message)
        .here("the map declares a chain here")
        .help(format!("write its name alone: `{name}`"))
        .suggest(span, name)
}

/// `NAME.METHOD` or `NAME[...]` where that means nothing.
pub fn not_configurable(span: Span, name: &str, what: &str) -> Diagnostic {
    Diagnostic::new(Code::E0507, span, format!("`{name}` {what}"))
        .help("loaders have `attach` and maps, programs have `config` and maps")
}
