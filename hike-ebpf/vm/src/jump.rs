//! Conditions, RFC 9669 section 4.3.

/// Whether a 64-bit condition holds; `None` when the code is none.
#[inline(always)]
pub fn holds64(code: u8, a: u64, b: u64) -> Option<bool> {
    let (sa, sb) = (a as i64, b as i64);
    Some(match code {
        0x1 => a == b,
        0x2 => a > b,
        0x3 => a >= b,
        0x4 => a & b != 0,
        0x5 => a != b,
        0x6 => sa > sb,
        0x7 => sa >= sb,
        0xa => a < b,
        0xb => a <= b,
        0xc => sa < sb,
        0xd => sa <= sb,
        _ => return None,
    })
}

/// Whether a 32-bit condition holds: extending the sign keeps the order of the low
/// halves, signed and unsigned alike, so the 64-bit comparison decides.
#[inline(always)]
pub fn holds32(code: u8, a: u64, b: u64) -> Option<bool> {
    let extend = |value: u64| value as i32 as i64 as u64;
    if code == 0x4 {
        return Some(a as u32 & b as u32 != 0);
    }
    holds64(code, extend(a), extend(b))
}
