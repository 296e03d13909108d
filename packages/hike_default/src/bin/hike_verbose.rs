//! `hike_verbose`
#![no_std]
#![no_main]

use hike_sdk::helpers::bpf_trace_vprintk;
use hike_sdk::prelude::*;

/// What is printed, in words of eight bytes.
const FORMAT: [u64; 11] =
    words(b"hike %llu: length %llu ethertype %llx network %llu transport %llu protocol %llu");

/// Prints `cookie`, the packet's length and the packet cursor to the trace pipe.
///
/// The trace pipe is `/sys/kernel/tracing/trace_pipe`; each call gives a line there. For
/// debugging, as it is slow. Continues with 0. Offsets are in bytes from the packet's first
/// one, 0 while unknown.
#[hike_program]
fn hike_verbose(ctx: &mut HikeContext, cookie: u32) -> u64 {
    let cursor = ctx.cursor();
    let values = [
        u64::from(cookie),
        ctx.len() as u64,
        u64::from(cursor.ethertype),
        u64::from(cursor.network),
        u64::from(cursor.transport),
        u64::from(cursor.protocol),
    ];
    print(&values);
    0
}

#[inline(always)]
fn print(values: &[u64; 6]) {
    let mut format = [0; FORMAT.len()];
    for (to, from) in format.iter_mut().zip(FORMAT) {
        // SAFETY: a place of the array; volatile so that the text is built of constants and
        // needs no section of its own.
        unsafe { core::ptr::from_mut(to).write_volatile(from) };
    }
    let length = size_of_val(&format) as u32;
    // SAFETY: a text that ends in a zero byte, and values, with the lengths that are given.
    unsafe {
        bpf_trace_vprintk(
            format.as_ptr().cast(),
            length,
            values.as_ptr().cast(),
            size_of_val(values) as u32,
        )
    };
}

/// Bytes as words in the order of memory, filled up with zeros.
const fn words<const N: usize>(text: &[u8]) -> [u64; N] {
    assert!(text.len() < N * 8, "no room for the zero byte at the end");
    let mut words = [0; N];
    let mut index = 0;
    while index < text.len() {
        words[index / 8] |= (text[index] as u64) << (index % 8 * 8);
        index += 1;
    }
    words
}
