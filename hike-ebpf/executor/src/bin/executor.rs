//! The executor for kernels with `may_goto`: one program runs the whole budget.
#![no_std]
#![no_main]
#![feature(asm_experimental_arch)]

use core::arch::asm;

use hike_executor as _;
use hike_sdk::{vm, xdp_md};

/// Interprets the running chain.
#[unsafe(no_mangle)]
#[unsafe(link_section = "xdp")]
extern "C" fn hike_executor_prog(ctx: *mut xdp_md) -> u32 {
    vm::execute(ctx, |run| while may_go_on() && run.step() {})
}

/// False once the kernel's own limit is reached, which is far beyond the budget.
#[inline(always)]
fn may_go_on() -> bool {
    // SAFETY: `may_goto` only jumps or does not.
    unsafe { asm!("may_goto {0}", label { return false }) };
    true
}
