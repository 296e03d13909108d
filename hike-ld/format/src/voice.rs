//! Messages of other crates in the voice of ours.

/// The text with its first letter in lower case, unless it starts with an abbreviation.
pub(crate) fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().filter(|first| first.is_ascii_uppercase());
    let second = chars.clone().next();
    match (first, second) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            format!("{}{}", first.to_ascii_lowercase(), chars.as_str())
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviations_stay() {
        assert_eq!(lower_first("Invalid header"), "invalid header");
        assert_eq!(lower_first("ELF header"), "ELF header");
        assert_eq!(lower_first(""), "");
    }
}
