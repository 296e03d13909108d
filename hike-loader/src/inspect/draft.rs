//! Keys and values as they are typed, before a type gives them a meaning.
//!
//! ```text
//! 42                                a text: number, address, name
//! fc01::1, fc01::2                  a list, also in parentheses or brackets
//! rate=20, window=(from=1, to=5)    fields by name; a blank before a name will do
//! window.from=1, hops[2]=::1        fields of fields, elements
//! {"rate": 20}                      JSON
//! ```

use serde_json::Value as Json;

/// Parentheses in parentheses, at most.
const DEPTH: u32 = 16;

/// A key or value as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Draft {
    /// A number, an address, a name.
    Text(String),
    /// Elements or fields in order.
    List(Vec<Draft>),
    /// Fields by name, or by path: `window.from`, `segments[2]`.
    Fields(Vec<(String, Draft)>),
}

/// Why a text is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DraftError {
    /// A closing parenthesis is missing or too many.
    #[error("expected `{0}` at the end")]
    Open(char),
    /// Something after the end.
    #[error("expected the end, found `{0}`")]
    Rest(String),
    /// Nothing where a value should be.
    #[error("expected a value, found nothing")]
    Empty,
    /// Fields with and without names.
    #[error("expected `NAME=VALUE` for every field or for none")]
    Mixed,
    /// Too many parentheses in one another.
    #[error("expected at most {DEPTH} values in one another")]
    Deep,
    /// Not JSON.
    #[error("expected JSON: {0}")]
    Json(String),
    /// JSON without a meaning here.
    #[error("expected a number, a text, a list or an object, found `null`")]
    Null,
}

impl Draft {
    /// Reads a text.
    ///
    /// # Errors
    /// When it has no such form.
    pub fn parse(text: &str) -> Result<Self, DraftError> {
        let text = text.trim();
        if text.starts_with(['{', '"']) {
            let json: Json =
                serde_json::from_str(text).map_err(|error| DraftError::Json(error.to_string()))?;
            return Self::from_json(&json);
        }
        if text.starts_with('[')
            && let Ok(json) = serde_json::from_str(text)
        {
            return Self::from_json(&json);
        }
        let mut reader = Reader { rest: text };
        let draft = reader.items(None, 0)?;
        match reader.rest {
            "" => Ok(draft),
            rest => Err(DraftError::Rest(rest.to_owned())),
        }
    }

    /// Takes a JSON value for a draft.
    ///
    /// # Errors
    /// When there is a `null` in it.
    pub fn from_json(json: &Json) -> Result<Self, DraftError> {
        Ok(match json {
            Json::Null => return Err(DraftError::Null),
            Json::Bool(value) => Self::Text(u8::from(*value).to_string()),
            Json::Number(number) => Self::Text(number.to_string()),
            Json::String(text) => Self::Text(text.clone()),
            Json::Array(items) => {
                let items = items.iter().map(Self::from_json);
                Self::List(items.collect::<Result<_, _>>()?)
            }
            Json::Object(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), Self::from_json(value)?)));
                Self::Fields(fields.collect::<Result<_, _>>()?)
            }
        })
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// Values with commas between, up to a closing parenthesis; a single one without a name
    /// is itself unless it is in brackets.
    fn items(&mut self, closing: Option<char>, depth: u32) -> Result<Draft, DraftError> {
        if depth > DEPTH {
            return Err(DraftError::Deep);
        }
        let (mut fields, mut list) = (Vec::new(), Vec::new());
        loop {
            self.rest = self.rest.trim_start();
            if self.rest.is_empty() || self.rest.starts_with([')', ']']) {
                break;
            }
            let name = self.name();
            let value = self.value(depth)?;
            match name {
                Some(name) => fields.push((name.to_owned(), value)),
                None => list.push(value),
            }
            self.rest = self.rest.trim_start();
            self.rest = self.rest.strip_prefix(',').unwrap_or(self.rest);
        }
        if let Some(closing) = closing {
            let rest = self.rest.strip_prefix(closing);
            self.rest = rest.ok_or(DraftError::Open(closing))?;
        }
        match (fields.is_empty(), list.len()) {
            (true, 0) if closing == Some(']') => Ok(Draft::List(list)),
            (true, 0) => Err(DraftError::Empty),
            (true, 1) if closing != Some(']') => Ok(list.swap_remove(0)),
            (true, _) => Ok(Draft::List(list)),
            (false, 0) => Ok(Draft::Fields(fields)),
            (false, _) => Err(DraftError::Mixed),
        }
    }

    /// Takes `NAME=`, if it is next.
    fn name(&mut self) -> Option<&'a str> {
        let length = name_length(self.rest)?;
        let name = self.rest[..length].trim_end_matches('=').trim_end();
        self.rest = &self.rest[length..];
        Some(name)
    }

    fn value(&mut self, depth: u32) -> Result<Draft, DraftError> {
        self.rest = self.rest.trim_start();
        for (open, close) in [('(', ')'), ('[', ']')] {
            if let Some(rest) = self.rest.strip_prefix(open) {
                self.rest = rest;
                return self.items(Some(close), depth + 1);
            }
        }
        let (text, rest) = self.rest.split_at(text_length(self.rest));
        self.rest = rest;
        match text.trim() {
            "" => Err(DraftError::Empty),
            text => Ok(Draft::Text(text.to_owned())),
        }
    }
}

/// Bytes of `NAME=` at the start of a text.
fn name_length(text: &str) -> Option<usize> {
    let allowed = |it: char| it.is_alphanumeric() || "_.[]".contains(it);
    let end = text.find(|it| !allowed(it))?;
    let first = text.chars().next()?;
    let gap = text[end..].len() - text[end..].trim_start().len();
    let named =
        (first.is_alphabetic() || "_[".contains(first)) && text[end + gap..].starts_with('=');
    named.then_some(end + gap + 1)
}

/// Bytes up to a comma, a closing parenthesis, or a blank with `NAME=` behind it.
fn text_length(text: &str) -> usize {
    let ends = |(index, it): &(usize, char)| match it {
        ',' | ')' | ']' => true,
        it if it.is_whitespace() => name_length(text[*index..].trim_start()).is_some(),
        _ => false,
    };
    let end = text.char_indices().find(ends);
    end.map_or(text.len(), |(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(text: &str) -> Draft {
        Draft::Text(text.to_owned())
    }

    fn list(texts: &[&str]) -> Draft {
        Draft::List(texts.iter().map(|it| text(it)).collect())
    }

    fn fields(fields: &[(&str, Draft)]) -> Draft {
        let fields = fields.iter().cloned();
        Draft::Fields(fields.map(|(name, it)| (name.to_owned(), it)).collect())
    }

    fn check(typed: &str, expected: Draft) {
        assert_eq!(Draft::parse(typed), Ok(expected), "{typed}");
    }

    #[test]
    fn single_values_are_texts() {
        check("0x10", text("0x10"));
        check("fc01::2", text("fc01::2"));
        check("(fc01::2)", text("fc01::2"));
        check("20 packets/s", text("20 packets/s"));
        check("chains.a.b", text("chains.a.b"));
        check("\"now\"", text("now"));
        check("-5", text("-5"));
    }

    #[test]
    fn commas_separate_values() {
        check("fc01::1, fc01::2", list(&["fc01::1", "fc01::2"]));
        check("(fc01::1,fc01::2)", list(&["fc01::1", "fc01::2"]));
        check("[fc01::1]", list(&["fc01::1"]));
        check("[1, 2]", list(&["1", "2"]));
        check("[]", list(&[]));
    }

    #[test]
    fn fields_have_names() {
        let both = fields(&[("rate", text("20 packets/s")), ("burst", text("5"))]);
        check("rate=20 packets/s, burst=5", both.clone());
        check("rate=20 packets/s burst = 5", both);
        let inner = fields(&[("a", text("1")), ("b.c", text("2"))]);
        check("x=(a=1 b.c=2)", fields(&[("x", inner)]));
        check("s[1]=::1", fields(&[("s[1]", text("::1"))]));
        check(
            "[1]=5, [2]=6",
            fields(&[("[1]", text("5")), ("[2]", text("6"))]),
        );
        let json = fields(&[("a", list(&["1", "1"])), ("b", text("::1"))]);
        check(r#"{"a": [1, true], "b": "::1"}"#, json);
    }

    #[test]
    fn what_has_no_form_is_refused() {
        let check = |typed: &str, expected| assert_eq!(Draft::parse(typed), Err(expected));
        check("", DraftError::Empty);
        check("a=", DraftError::Empty);
        check("(1, 2", DraftError::Open(')'));
        check("1)", DraftError::Rest(")".to_owned()));
        check("a=1, 2", DraftError::Mixed);
        check("1,,2", DraftError::Empty);
        check(&"(".repeat(100), DraftError::Deep);
        assert!(matches!(Draft::parse("{"), Err(DraftError::Json(_))));
        check("{\"a\": null}", DraftError::Null);
    }

    proptest! {
        #[test]
        fn any_text_is_no_panic(text: String) {
            let _ = Draft::parse(&text);
        }

        #[test]
        fn any_symbols_are_no_panic(text in "[a=,()\\[\\]{}\" 1:é]{0,20}") {
            let _ = Draft::parse(&text);
        }
    }
}
