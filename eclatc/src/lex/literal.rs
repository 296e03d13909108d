//! The values of number and string literals.

/// Why a number is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// No digit after the base prefix.
    NoDigits,
    /// This character is no digit of the base.
    BadDigit(char, u32),
    /// `_` at the end or twice in a row.
    Underscore,
    /// `1e6`: a float in disguise.
    Exponent,
    /// `017`: neither Python 3 nor C agree on it.
    LeadingZero,
    /// More than 128 bits.
    TooBig,
}

/// The value of a whole number as scripts write it, up to 128 bits.
pub fn number(text: &str) -> Result<u128, NumberError> {
    if let Some(value) = plain(text.as_bytes()) {
        return Ok(value.into());
    }
    let (base, digits) = split_base(text);
    check_digits(text, base, digits)?;
    digits
        .chars()
        .filter(|&c| c != '_')
        .try_fold(0u128, |value, c| {
            let digit = c.to_digit(base).unwrap_or_default();
            value
                .checked_mul(base.into())
                .and_then(|value| value.checked_add(digit.into()))
                .ok_or(NumberError::TooBig)
        })
}

/// The value of most numbers: decimal or hexadecimal ones of 64 bits, only digits.
fn plain(text: &[u8]) -> Option<u64> {
    let digits = |digits: &[u8], base: u32| {
        digits.iter().try_fold(0u64, |value, digit| {
            let digit = char::from(*digit).to_digit(base)?;
            Some(value * u64::from(base) + u64::from(digit))
        })
    };
    match text {
        [b'0', b'x', hex @ ..] if (1..=16).contains(&hex.len()) => digits(hex, 16),
        [b'0'] => Some(0),
        [b'1'..=b'9', ..] if text.len() <= 19 => digits(text, 10),
        _ => None,
    }
}

fn split_base(text: &str) -> (u32, &str) {
    match text.get(..2) {
        Some("0x" | "0X") => (16, &text[2..]),
        Some("0b" | "0B") => (2, &text[2..]),
        Some("0o" | "0O") => (8, &text[2..]),
        _ => (10, text),
    }
}

fn check_digits(text: &str, base: u32, digits: &str) -> Result<(), NumberError> {
    if digits.trim_matches('_').is_empty() {
        return Err(NumberError::NoDigits);
    }
    if let Some(bad) = digits.chars().find(|&c| c != '_' && !c.is_digit(base)) {
        let exponent = base == 10 && matches!(bad, 'e' | 'E');
        return Err(if exponent {
            NumberError::Exponent
        } else {
            NumberError::BadDigit(bad, base)
        });
    }
    if digits.ends_with('_') || digits.contains("__") {
        return Err(NumberError::Underscore);
    }
    let zero_first = base == 10 && text.len() > 1 && text.starts_with('0');
    if zero_first && digits.contains(|c: char| c != '0' && c != '_') {
        return Err(NumberError::LeadingZero);
    }
    Ok(())
}

/// The value of a string literal with its quotes; escapes are Python's `\n \t \r \0 \\ \' \"`
/// and `\xHH`, any other backslash stands for itself.
pub fn string(text: &str) -> String {
    let inner = strip_quotes(text);
    let mut value = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        value.push_str(&rest[..at]);
        let (unescaped, length) = unescape(&rest[at..]);
        value.push(unescaped);
        rest = &rest[at + length..];
    }
    value.push_str(rest);
    value
}

/// The text between the quotes of a string literal.
pub fn strip_quotes(text: &str) -> &str {
    let triple = ["'''", "\"\"\""]
        .into_iter()
        .find(|quote| text.starts_with(quote));
    let width = triple.map_or(1, str::len);
    let end = text.len().saturating_sub(width);
    text.get(width..end).unwrap_or_default()
}

/// The character that an escape at the start of `text` stands for, and the escape's length.
fn unescape(text: &str) -> (char, usize) {
    match text.as_bytes().get(1) {
        Some(b'n') => ('\n', 2),
        Some(b't') => ('\t', 2),
        Some(b'r') => ('\r', 2),
        Some(b'0') => ('\0', 2),
        Some(&quoted @ (b'\\' | b'\'' | b'"')) => (quoted.into(), 2),
        Some(b'x') => hex_escape(text).unwrap_or(('\\', 1)),
        _ => ('\\', 1),
    }
}

fn hex_escape(text: &str) -> Option<(char, usize)> {
    let digits = text.get(2..4)?;
    let all_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let value = u8::from_str_radix(digits, 16).ok()?;
    all_hex.then_some((value.into(), 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_every_base() {
        for (text, value) in [
            ("42", 42),
            ("0x2a", 42),
            ("0b10_1010", 42),
            ("0o52", 42),
            ("00", 0),
        ] {
            assert_eq!(number(text), Ok(value), "{text}");
        }
        assert_eq!(number(&u128::MAX.to_string()), Ok(u128::MAX));
    }

    #[test]
    fn wrong_numbers_say_what_is_wrong() {
        for (text, error) in [
            ("0x", NumberError::NoDigits),
            ("0b12", NumberError::BadDigit('2', 2)),
            ("1__0", NumberError::Underscore),
            ("1e6", NumberError::Exponent),
            ("017", NumberError::LeadingZero),
            ("0x100000000000000000000000000000000", NumberError::TooBig),
        ] {
            assert_eq!(number(text), Err(error), "{text}");
        }
    }

    #[test]
    fn strings_lose_quotes_and_escapes() {
        assert_eq!(string(r"'a\n\x41\q'"), "a\nA\\q");
        assert_eq!(string("\"\"\"x\"y\"\"\""), "x\"y");
    }
}
