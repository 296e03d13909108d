//! Declarations, definitions and lists of values in the form of other languages.

use super::{View, adjacent, behind};
use crate::diagnostic::Diagnostic;
use crate::diagnostics::habits;
use crate::lex::{Kind, Token};
use crate::source::Span;

/// Types of other languages and what they are here.
const TYPES: [(&str, &str); 40] = [
    ("u128", "u64"),
    ("s128", "s64"),
    ("__be16", "u16"),
    ("__be32", "u32"),
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
    let row = TYPES.iter().find(|row| row.0 == name);
    let lower = name.to_lowercase();
    let own = || OWN.into_iter().find(|own| *own == lower);
    row.map(|row| row.1).or_else(own)
}

/// Words before a declaration in other languages.
const QUALIFIERS: [&str; 11] = [
    "let", "var", "auto", "val", "mut", "static", "volatile", "register", "extern", "final",
    "local",
];

/// `def f:`, `def my-name():`, `function f():`, `void f():`
pub fn definition(view: &View<'_, '_>) -> Option<Diagnostic> {
    let (first, second) = (view.first(), view.get(1)?);
    if first.kind == Kind::Def && view.at == 2 {
        return match view.found().kind {
            Kind::Colon => Some(habits::missing_parameters(second.span, behind(second))),
            Kind::Minus => Some(habits::name_with_sign(view.found().span)),
            _ => None,
        };
    }
    let words = matches!(
        first.text,
        "function" | "func" | "fn" | "fun" | "sub" | "void" | "proc"
    );
    let typed = own_type(first.text).is_some();
    let named = second.kind == Kind::Name && view.kind_at(2) == Some(Kind::LeftParen);
    (matches!(first.kind, Kind::Name | Kind::Type) && (words || typed) && named)
        .then(|| habits::definition_form(first.span, first.text))
}

/// `int x = 5`, `let x = 5`, `u64 x = 5`, `const u8 X = 5`, `x u64 = 5`
pub fn declaration(view: &View<'_, '_>) -> Option<Diagnostic> {
    let is_word = |token: &&Token<'_>| {
        let qualifies = QUALIFIERS.contains(&token.text) || own_type(token.text).is_some();
        token.kind == Kind::Const
            || token.kind == Kind::Type
            || token.kind == Kind::Name && qualifies
    };
    let words: Vec<Token<'_>> = view.line.iter().take_while(is_word).copied().collect();
    let (first, name) = (view.first(), view.get(words.len())?);
    if words.is_empty() {
        let reversed = view.at == 1 && first.kind == Kind::Name && view.found().kind == Kind::Type;
        return reversed.then(|| habits::declaration_reversed(view.found().span, behind(first)));
    }
    if name.kind != Kind::Name
        || view.at > words.len()
        || first.kind == Kind::Const && words.len() < 2
    {
        return None;
    }
    let constant = words.iter().any(|word| word.kind == Kind::Const);
    let before = Span::new(first.span.file, first.span.start, name.span.start);
    Some(match (constant, declared_type(&words)) {
        (true, _) => habits::declared_constant(first.span.to(name.span), before, name.text),
        (false, ty) => {
            habits::declaration_form(first.span.to(name.span), before, ty.as_deref(), name.text)
        }
    })
}

/// What the type words of a declaration are here; nothing for `let` and its like.
fn declared_type(words: &[Token<'_>]) -> Option<String> {
    let ty = words.iter().rev().find_map(|word| own_type(word.text))?;
    let unsigned = words.iter().any(|word| word.text == "unsigned");
    Some(match ty.strip_prefix('s') {
        Some(bits) if unsigned => format!("u{bits}"),
        _ => ty.to_owned(),
    })
}

/// `def f(int x)`, `def f(u8 x)`
pub fn parameter(view: &View<'_, '_>) -> Option<Diagnostic> {
    let (found, before) = (view.found(), view.before(1)?);
    let opens = matches!(view.kind_before(2)?, Kind::LeftParen | Kind::Comma);
    if view.first().kind != Kind::Def || found.kind != Kind::Name || !opens {
        return None;
    }
    let ty = own_type(before.text)?;
    let change = Span::new(found.span.file, before.span.start, found.span.start);
    let span = before.span.to(found.span);
    Some(habits::declaration_form(span, change, Some(ty), found.text))
}

/// `-> int`, `-> None`
pub fn result_type(view: &View<'_, '_>) -> Option<Diagnostic> {
    let (found, arrow) = (view.found(), view.before(1)?);
    if arrow.kind != Kind::Arrow || found.kind != Kind::Name {
        return None;
    }
    Some(match found.text {
        "None" | "void" => {
            let close = view.before(2)?;
            habits::no_result_type(found.span, behind(close).to(found.span), found.text)
        }
        _ => unknown(found),
    })
}

/// `x: int`, `int : x`
pub fn unknown_type(view: &View<'_, '_>) -> Option<Diagnostic> {
    let found = view.found();
    let (colon, name) = (view.before(1)?, view.before(2)?);
    let names = [name.kind, found.kind] == [Kind::Name, Kind::Name];
    if colon.kind != Kind::Colon || !names || !view.expects_token(Kind::Type) {
        return None;
    }
    let near = |word: &str| hike_format::nearest(word, OWN).is_some();
    let first = own_type(name.text).is_some()
        || own_type(found.text).is_none() && near(name.text) && !near(found.text);
    Some(unknown(if first { name } else { found }))
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
        .then(|| habits::several_values(found.span, view.first().kind))
}
