//! Messages about characters, literals, indentation and brackets.

use super::Code;
use crate::diagnostic::Diagnostic;
use crate::lex::literal::{self, NumberError};
use crate::source::Span;

/// Characters that begin no token.
pub fn unknown_characters(span: Span) -> Diagnostic {
    let what = if span.len() == 1 {
        "unknown character"
    } else {
        "unknown characters"
    };
    Diagnostic::new(Code::E0001, span, what)
        .here("no name, number, string or operator begins like this")
        .help("text belongs in a string or, after `#`, in a comment")
}

/// A string without its closing quote.
pub fn unterminated_string(span: Span, text: &str) -> Diagnostic {
    let triple = text.starts_with("'''") || text.starts_with("\"\"\"");
    let quote = if triple { &text[..3] } else { &text[..1] };
    let end = if triple { "file" } else { "line" };
    let message = format!("unterminated string, the closing {quote} is missing");
    let end_of_text = if triple {
        span.end
    } else {
        span.start + probable_end(text)
    };
    let at_end = Span::new(span.file, end_of_text, end_of_text);
    let problem =
        Diagnostic::new(Code::E0002, span, message).here(format!("runs to the end of the {end}"));
    // A text that begins with a bracket is rather what follows a string.
    match text[quote.len()..].starts_with(char::is_alphanumeric) {
        true => problem.suggest(at_end, quote),
        false => problem.help("a quote before this one may be missing"),
    }
}

/// Where the text of a string without its closing quote probably ends: behind its first word.
fn probable_end(text: &str) -> u32 {
    let word = |c: char| c.is_alphanumeric() || "_.:/- ".contains(c);
    let length = text[1..].find(|c| !word(c)).map_or(text.len(), |at| at + 1);
    text[..length].trim_end().len() as u32
}

/// A number that is none.
pub fn number(span: Span, text: &str, error: NumberError) -> Diagnostic {
    let malformed = |message: String| Diagnostic::new(Code::E0003, span, message);
    match error {
        NumberError::NoDigits => malformed(format!("expected digits after `{text}`")),
        NumberError::BadDigit(digit, base) => bad_digit(span, text, digit, base),
        NumberError::Underscore => {
            malformed("misplaced `_` in a number".into()).here("`_` stands between two digits")
        }
        NumberError::LeadingZero => {
            let digits = text.trim_start_matches(['0', '_']);
            let problem = malformed("a decimal number begins with 0".into())
                .help(format!("write `0o{digits}` for base 8, or `{digits}`"));
            match digits.contains(['8', '9']) {
                true => problem.suggest(span, digits),
                false => problem.suggest(span, format!("0o{digits}")),
            }
        }
        NumberError::Exponent => float(span, text),
        NumberError::TooBig => Diagnostic::new(Code::E0005, span, "number of more than 128 bits")
            .here(format!("the largest is {:#x}", u128::MAX)),
    }
}

/// A letter in a number: C's suffix for a type, a name that begins with a digit, or a slip.
fn bad_digit(span: Span, text: &str, digit: char, base: u32) -> Diagnostic {
    let digits = text.trim_end_matches(['u', 'U', 'l', 'L']);
    if digits.len() < text.len() && literal::number(digits).is_ok() {
        let suffix = Span::new(span.file, span.start + digits.len() as u32, span.end);
        return Diagnostic::new(Code::E0003, suffix, "numbers have no suffix")
            .here("expected the end of the number")
            .help("the variable has the type: `u64 : x = 1`")
            .suggest(suffix, "");
    }
    let message = format!("expected digits of base {base}, found `{digit}`");
    let problem = Diagnostic::new(Code::E0003, span, message);
    match base {
        16 => problem.help("the digits are 0 to 9 and a to f"),
        10 => problem.help("a name cannot begin with a digit"),
        _ => problem.help(format!("the digits are 0 to {}", base - 1)),
    }
}

/// A number with a point or an exponent.
pub fn float(span: Span, text: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0004,
        span,
        format!("expected a whole number, found the fraction `{text}`"),
    )
    .note("chains run in the kernel, which has no floating point")
    .help("count in a smaller unit: milliseconds instead of seconds, per mille instead of parts")
}

/// An address that is no string.
pub fn bare_address(span: Span, text: &str) -> Diagnostic {
    Diagnostic::new(Code::E0015, span, "an address is written in quotes")
        .here("expected a string")
        .help(format!("write `'{text}'`"))
        .note("keys and values of maps can be addresses; chains compute with numbers")
        .suggest(span, format!("'{text}'"))
}

/// Bytes that are no UTF-8.
pub fn not_utf8(span: Span, byte: u8, offset: usize) -> Diagnostic {
    let message = format!("the file is not UTF-8: byte {byte:#04x} at offset {offset}");
    Diagnostic::new(Code::E0006, span, message).help("save the file as UTF-8")
}

/// A file beyond the limit.
pub fn source_too_large(span: Span, length: usize, limit: usize) -> Diagnostic {
    let message = format!("the file has {length} bytes, the limit is {limit}");
    Diagnostic::new(Code::E0007, span, message)
}

/// Two lines whose indentation can only be compared by guessing the width of a tab.
pub fn mixed_indentation(this: (Span, &str), other: (Span, &str)) -> Diagnostic {
    Diagnostic::new(Code::E0010, this.0, "indentation mixes tabs and spaces")
        .here(format!("indented with {}", blanks(this.1)))
        .also(other.0, format!("the block with {}", blanks(other.1)))
        .help("use four spaces for each level")
}

/// White space in words: `1 tab and 2 spaces`.
fn blanks(text: &str) -> String {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        let after = rest.trim_start_matches(first);
        let count = rest.len() - after.len();
        let name = if first == '\t' { "tab" } else { "space" };
        let plural = if count == 1 { "" } else { "s" };
        parts.push(format!("{count} {name}{plural}"));
        rest = after;
    }
    match parts.is_empty() {
        true => "nothing".into(),
        false => parts.join(" and "),
    }
}

/// A line less indented than its block, but not as much as any outer one.
pub fn unmatched_unindent(span: Span, columns: usize, expected: &[usize]) -> Diagnostic {
    let choices: Vec<String> = expected.iter().map(usize::to_string).collect();
    let message = "the indentation matches no outer block";
    Diagnostic::new(Code::E0011, span, message).here(format!(
        "{columns} columns, expected {}",
        choices.join(" or ")
    ))
}

/// An opening bracket without its partner; `end` is what was probably forgotten, and where.
pub fn unclosed_bracket(
    span: Span,
    open: &str,
    close: &str,
    end: Option<(Span, String)>,
) -> Diagnostic {
    let problem = Diagnostic::new(Code::E0012, span, format!("`{open}` is never closed"))
        .here(format!("expected a `{close}` for this"));
    match end {
        Some((place, text)) => problem
            .also(place, format!("`{text}` may belong here"))
            .suggest(place, text),
        None => problem,
    }
}

/// A closing bracket without its partner.
pub fn unmatched_bracket(span: Span, close: &str, open: Option<(Span, &str)>) -> Diagnostic {
    let problem = Diagnostic::new(Code::E0013, span, format!("unmatched `{close}`"));
    match open {
        Some((place, expected)) => problem
            .here(format!("expected `{expected}`, found `{close}`"))
            .also(place, "to close this")
            .suggest(span, expected),
        None => problem
            .here("nothing is open here")
            .help("remove it")
            .suggest(span, ""),
    }
}

/// Brackets, blocks or operators beyond what the compiler follows.
pub fn nested_too_deeply(span: Span, what: &str, limit: usize) -> Diagnostic {
    Diagnostic::new(Code::E0014, span, format!("{what} nested too deeply"))
        .here(format!("the limit is {limit}"))
        .help("name an intermediate value, or move a part into a chain of its own")
}
