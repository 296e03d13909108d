//! JSON where it is long: texts of megabytes, which `serde_json` takes byte by byte.

/// Hands a string in its quotes to a sink, as `serde_json` writes it.
pub(crate) fn write_string(text: &str, sink: &mut dyn FnMut(&[u8])) {
    sink(b"\"");
    let mut rest = text.as_bytes();
    while let Some(at) = first_escaped(rest) {
        sink(&rest[..at]);
        escape(rest[at], sink);
        rest = &rest[at + 1..];
    }
    sink(rest);
    sink(b"\"");
}

/// Whether a byte cannot stand in a string as it is.
fn is_escaped(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// Where the first byte is that [`is_escaped`]; eight bytes are looked at in one go.
fn first_escaped(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    // The high bit of each byte that is less than `limit`, and maybe of some behind the first.
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word;
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let quotes = below(word ^ (ONES * u64::from(b'"')), 1);
        let backslashes = below(word ^ (ONES * u64::from(b'\\')), 1);
        let found = (below(word, b' ') | quotes | backslashes) & HIGH;
        if found != 0 {
            return Some(index * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let found = rest.iter().position(|byte| is_escaped(*byte));
    found.map(|at| bytes.len() - rest.len() + at)
}

fn escape(byte: u8, sink: &mut dyn FnMut(&[u8])) {
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\t' => b't',
        b'\r' => b'r',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            const DIGITS: &[u8; 16] = b"0123456789abcdef";
            let digit = |value: u8| DIGITS[usize::from(value & 15)];
            return sink(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte)]);
        }
    };
    sink(&[b'\\', short]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str) {
        let mut out = Vec::new();
        write_string(text, &mut |bytes| out.extend_from_slice(bytes));
        assert_eq!(out, serde_json::to_vec(text).unwrap(), "{text:?}");
    }

    #[test]
    fn every_character_of_ascii_in_every_place() {
        for character in (0..=0x7f).map(char::from) {
            for before in 0..9 {
                check(&format!("{}{character}{character}!", "x".repeat(before)));
            }
        }
    }

    proptest! {
        #[test]
        fn any_text(text: String, lines in "[a-z\u{80}-\u{fff} \"\\\\\n]{0,99}") {
            check(&text);
            check(&lines);
        }
    }
}
