//! Arithmetic, RFC 9669 sections 4.1 and 4.2.

use crate::quick::Slot;

/// Code bits of byte swaps, of negation and of moves.
const END: u8 = 0xd;
const NEG: u8 = 0x8;
const MOV: u8 = 0xb;

/// 64-bit arithmetic that is not [`frequent`](crate::frequent); `None` when the code is none.
#[inline(always)]
pub fn other64(slot: Slot, a: u64, b: u64) -> Option<u64> {
    Some(match slot.code() {
        0x2 => a.wrapping_mul(b),
        0x3 if slot.off() == 0 => unsigned_div(a, b),
        0x3 => signed_div(a, b),
        NEG => a.wrapping_neg(),
        0x9 if slot.off() == 0 => unsigned_mod(a, b),
        0x9 => signed_mod(a, b),
        MOV => sign_extend(b, slot.off()),
        0xc => ((a as i64) >> (b & 63)) as u64,
        END => swap(a, slot.imm()),
        _ => return None,
    })
}

/// All 32-bit arithmetic; the result is zero-extended.
#[inline(always)]
pub fn full32(slot: Slot, a: u64, b: u64) -> Option<u64> {
    let (a32, b32) = (a as u32, b as u32);
    Some(match slot.code() {
        0x0 => a32.wrapping_add(b32).into(),
        0x1 => a32.wrapping_sub(b32).into(),
        0x2 => a32.wrapping_mul(b32).into(),
        0x3 if slot.off() == 0 => unsigned_div(a32.into(), b32.into()),
        0x3 => signed_div(extend32(a32), extend32(b32)) as u32 as u64,
        0x4 => (a32 | b32).into(),
        0x5 => (a32 & b32).into(),
        0x6 => (a32 << (b32 & 31)).into(),
        0x7 => (a32 >> (b32 & 31)).into(),
        NEG => a32.wrapping_neg().into(),
        0x9 if slot.off() == 0 => unsigned_mod(a32.into(), b32.into()),
        0x9 => signed_mod(extend32(a32), extend32(b32)) as u32 as u64,
        0xa => (a32 ^ b32).into(),
        MOV => sign_extend(b, slot.off()) as u32 as u64,
        0xc => ((a32 as i32) >> (b32 & 31)) as u32 as u64,
        END => convert_order(slot, a),
        _ => return None,
    })
}

#[inline(always)]
fn extend32(value: u32) -> u64 {
    value as i32 as i64 as u64
}

#[inline(always)]
fn unsigned_div(a: u64, b: u64) -> u64 {
    a.checked_div(b).unwrap_or(0)
}

#[inline(always)]
fn unsigned_mod(a: u64, b: u64) -> u64 {
    a.checked_rem(b).unwrap_or(a)
}

#[inline(always)]
fn magnitude(value: u64) -> u64 {
    if (value as i64) < 0 {
        value.wrapping_neg()
    } else {
        value
    }
}

/// Signed division on magnitudes: eBPF before its fourth version divides unsigned only.
#[inline(always)]
pub fn signed_div(a: u64, b: u64) -> u64 {
    let quotient = unsigned_div(magnitude(a), magnitude(b));
    if ((a ^ b) as i64) < 0 {
        quotient.wrapping_neg()
    } else {
        quotient
    }
}

/// Signed remainder: it has the sign of the dividend.
#[inline(always)]
pub fn signed_mod(a: u64, b: u64) -> u64 {
    let remainder = unsigned_mod(magnitude(a), magnitude(b));
    if (a as i64) < 0 {
        remainder.wrapping_neg()
    } else {
        remainder
    }
}

/// Extends the sign of the low `bits` bits; 0 leaves the value as it is.
#[inline(always)]
fn sign_extend(value: u64, bits: i16) -> u64 {
    match bits {
        8 => value as i8 as i64 as u64,
        16 => value as i16 as i64 as u64,
        32 => value as i32 as i64 as u64,
        _ => value,
    }
}

#[inline(always)]
fn swap(value: u64, bits: i32) -> u64 {
    match bits {
        16 => (value as u16).swap_bytes().into(),
        32 => (value as u32).swap_bytes().into(),
        _ => value.swap_bytes(),
    }
}

/// `le` and `be` on a little-endian host: the VM's bytecode is little-endian only.
#[inline(always)]
fn convert_order(slot: Slot, value: u64) -> u64 {
    if slot.has_source_reg() {
        return swap(value, slot.imm());
    }
    match slot.imm() {
        16 => value as u16 as u64,
        32 => value as u32 as u64,
        _ => value,
    }
}
