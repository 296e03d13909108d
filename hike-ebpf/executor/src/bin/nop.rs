//! A program that does nothing: what a call costs by itself, for benchmarks.
#![no_std]
#![no_main]

use hike_sdk::prelude::*;

/// Continues with 0.
#[hike_program]
fn nop(_ctx: &mut HikeContext) -> u64 {
    0
}
