//! The Internet checksum when a part of a packet changes (RFC 1624): pure arithmetic.

/// The checksum after a change; `before` and `after` are sums of the changed words, of any
/// size, in the order of memory, as the checksum is. A zero, which is none, stays.
#[inline(always)]
pub const fn updated(checksum: u16, before: u64, after: u64) -> u16 {
    if checksum == 0 {
        return 0;
    }
    let sum = (!checksum) as u64 + (!folded(before)) as u64 + folded(after) as u64;
    match !folded(sum) {
        // Zero would say that there is no checksum.
        0 => 0xffff,
        updated => updated,
    }
}

/// A sum in 16 bits, carries added at the other end.
#[inline(always)]
const fn folded(sum: u64) -> u16 {
    let sum = (sum >> 32) + (sum & 0xffff_ffff);
    let sum = (sum >> 16) + (sum & 0xffff);
    let sum = (sum >> 16) + (sum & 0xffff);
    let sum = (sum >> 16) + (sum & 0xffff);
    sum as u16
}
