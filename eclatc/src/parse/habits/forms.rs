//! Declarations, definitions and lists of values in the form of other languages.

use super::{View, adjacent, behind};
use crate::diagnostic::Diagnostic;
use crate::diagnostics::habits;
use crate::lex::{Kind, Token};

/// Types of other languages and what they are here.
const TYPES: [(&str, &str); 36] = [
    ("int", "s64"),
    ("uint", "u64"),
    ("long", "s64"),
    ("short", "s16"),
    ("char", "u8"),
    ("byte", "u8"),
    ("unsigned", "u64"),
    ("signed", "s64"),
    ("size_t", "u64"),
    ("usize", "u64"),
    ("isize", "s64"),
    ("uint8_t", "u8"),
    ("uint16_t", "u16"),
    ("uint32_t", "u32"),
    ("uint64_t", "u64"),
    ("int8_t", "s8"),
    ("int16_t", "s16"),
    ("int32_t", "s32"),
    ("int64_t", "s64"),
    ("uint8", "u8"),
    ("uint16", "u16"),
    ("uint32", "u32"),
    ("uint64", "u64"),
    ("int8", "s8"),
    ("int16", "s16"),
    ("int32", "s32"),
    ("int64", "s64"),
    ("i8", "s8"),
    ("i16", "s16"),
    ("i32", "s32"),
    ("i64", "s64"),
    ("__u8", "u8"),
    ("__u16", "u16"),
    ("__u32", "u32"),
    ("__u64", "u64"),
    ("boolean", "bool"),
];

/// The types there are, for near names.
const OWN: [&str; 9] = ["u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "bool"];

/// What a type of another language is here.
fn own_type(name: &str) -> Option<&'static str> {
    let row = TYPES.iter().find(|row| row.0 == name)?;
    Some(row.1)
}

/// `def f:`, `function f():`, `void f() {`
pub fn definition(view: &View<'_, '_>) -> Option<Diagnostic> {
    let (first, second) = (view.first(), view.get(1)?);
    if first.kind == Kind::Def && view.at == 2 && view.found().kind == Kind::Colon {
        return Some(habits::missing_parameters(second.span, behind(second)));
    }
    let words = matches!(
        first.text,
        "function" | "func" | "fn" | "fun" | "sub" | "void"
    );
    let typed = own_type(first.text).is_some() && first.kind == Kind::Name;
    let named = second.kind == Kind::Name && view.kind_at(2) == Some(Kind::LeftParen);
    (first.kind == Kind::Name && (words || typed) && named)
        .then(|| habits::definition_form(first.span, first.text))
}

/// `int x = 5`, `let x = 5`, `u64 x = 5`, also among parameters
pub fn declaration(view: &View<'_, '_>) -> Option<Diagnostic> {
    let (found, before) = (view.found(), view.before(1)?);
    if found.kind != Kind::Name {
        return None;
    }
    match before.kind {
        Kind::Type => Some(habits::declaration_form(
            before.span.to(found.span),
            behind(before),
            " :",
        )),
        Kind::Name if matches!(before.text, "let" | "var" | "auto" | "val" | "mut") => {
            let word = before.span.to(found.span);
            Some(habits::declaration_form(word, word, found.text))
        }
        Kind::Name => {
            let ty = own_type(before.text)?;
            let word = before.span.to(found.span);
            Some(habits::declaration_form(
                word,
                before.span,
                &format!("{ty} :"),
            ))
        }
        _ => None,
    }
}

/// `x: int`, `int : x`
pub fn unknown_type(view: &View<'_, '_>) -> Option<Diagnostic> {
    let found = view.found();
    let colon = view.before(1).filter(|colon| colon.kind == Kind::Colon)?;
    let name = view.before(2)?;
    if found.kind != Kind::Name || name.kind != Kind::Name || !view.expects_token(Kind::Type) {
        return None;
    }
    let ty = if own_type(name.text).is_some() {
        name
    } else {
        found
    };
    let _ = colon;
    Some(unknown(ty))
}

fn unknown(ty: Token<'_>) -> Diagnostic {
    let near = own_type(ty.text).or_else(|| hike_format::nearest(ty.text, OWN));
    habits::unknown_type(ty.span, ty.text, near)
}

/// `def f(a=1):`
pub fn default_argument(view: &View<'_, '_>) -> Option<Diagnostic> {
    let found = view.found();
    let in_def = view.first().kind == Kind::Def && view.depth() == 1;
    (in_def && found.kind == Kind::Assign).then(|| habits::default_argument(found.span))
}

/// `def f(*args)`, `f(*args)`, `f(**kw)`
pub fn starred(view: &View<'_, '_>) -> Option<Diagnostic> {
    let found = view.found();
    let opens = matches!(view.kind_before(1)?, Kind::LeftParen | Kind::Comma);
    if found.kind != Kind::Star || !opens {
        return None;
    }
    let second = view
        .after(1)
        .filter(|next| next.kind == Kind::Star && adjacent(found, *next));
    Some(habits::starred(
        second.map_or(found.span, |second| found.span.to(second.span)),
    ))
}

/// `a, b = 1, 2`, `return a, b`
pub fn several_values(view: &View<'_, '_>) -> Option<Diagnostic> {
    let found = view.found();
    let plain = view.depth() == 0 && view.first().kind != Kind::From;
    (plain && found.kind == Kind::Comma)
        .then(|| habits::several_values(found.span, view.first().kind == Kind::Return))
}
