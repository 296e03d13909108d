//! JSON where it is long: texts of megabytes, which `serde_json` takes byte by byte. Here eight
//! bytes are looked at in one go.

/// Bytes that are handed to a sink in one go, or somewhat more.
const PIECE: usize = 4096;

/// A 1 in every byte of a word.
const ONES: u64 = u64::MAX / 255;
/// All bits of every byte but the highest.
const LOW: u64 = ONES * 0x7f;

/// Hands a string in its quotes to a sink, as `serde_json` writes it.
pub(crate) fn write_string(text: &str, sink: &mut dyn FnMut(&[u8])) {
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let mut piece = Vec::with_capacity(PIECE + 64);
    piece.push(b'"');
    for word in words {
        match escaped(u64::from_le_bytes(*word)) {
            0 => piece.extend_from_slice(word),
            _ => word.iter().for_each(|byte| put(&mut piece, *byte)),
        }
        if piece.len() >= PIECE {
            sink(&piece);
            piece.clear();
        }
    }
    rest.iter().for_each(|byte| put(&mut piece, *byte));
    piece.push(b'"');
    sink(&piece);
}

/// How many bytes [`write_string`] hands out.
pub(crate) fn string_len(text: &str) -> usize {
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let mut len = 2 + rest.iter().map(|byte| written_len(*byte)).sum::<usize>();
    for word in words {
        len += match escaped(u64::from_le_bytes(*word)) {
            0 => word.len(),
            _ => word.iter().map(|byte| written_len(*byte)).sum(),
        };
    }
    len
}

/// The high bit of each byte of a word that cannot stand in a string as it is: a control
/// character, a quote, a backslash.
fn escaped(word: u64) -> u64 {
    let is_zero = |bytes: u64| !(((bytes & LOW) + LOW) | bytes | LOW);
    let is = |byte: u8| is_zero(word ^ (ONES * u64::from(byte)));
    is_zero(word & (ONES * 0xe0)) | is(b'"') | is(b'\\')
}

/// The letter behind the backslash for a byte that has one.
fn letter(byte: u8) -> Option<u8> {
    Some(match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\t' => b't',
        b'\r' => b'r',
        0x08 => b'b',
        0x0c => b'f',
        _ => return None,
    })
}

fn written_len(byte: u8) -> usize {
    match letter(byte) {
        Some(_) => 2,
        None if byte < b' ' => 6,
        None => 1,
    }
}

fn put(out: &mut Vec<u8>, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| DIGITS[usize::from(value & 15)];
    match letter(byte) {
        Some(letter) => out.extend_from_slice(&[b'\\', letter]),
        None if byte < b' ' => {
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte)]);
        }
        None => out.push(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str) {
        let mut out = Vec::new();
        write_string(text, &mut |bytes| out.extend_from_slice(bytes));
        assert_eq!(out, serde_json::to_vec(text).unwrap(), "{text:?}");
        assert_eq!(string_len(text), out.len(), "{text:?}");
    }

    #[test]
    fn every_character_of_ascii_in_every_place() {
        for character in (0..=0x7f).map(char::from) {
            for before in 0..9 {
                check(&format!("{}{character}{character}!", "x".repeat(before)));
            }
        }
    }

    #[test]
    fn a_text_of_many_pieces() {
        check(&"a line\n\"of\" a é \\ \u{1}\n".repeat(PIECE));
    }

    proptest! {
        #[test]
        fn any_text(text: String, lines in "[a-z\u{80}-\u{fff} \"\\\\\n]{0,99}") {
            check(&text);
            check(&lines);
        }
    }
}
