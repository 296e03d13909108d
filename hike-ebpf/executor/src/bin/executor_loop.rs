//! The executor for kernels without `may_goto`: `bpf_loop` with a few instructions in
//! each call of its callback.
#![no_std]
#![no_main]

use core::ffi::c_void;

use hike_executor as _;
use hike_sdk::{helpers, vm, xdp_md};

/// Instructions of one callback: more cost the verifier time, fewer the run time of
/// calls.
const ROUND: u32 = 8;
/// Callbacks of one run: enough for the whole budget.
const ROUNDS: u32 = hike_sdk::limits::EXECUTED_INSNS / ROUND + 1;

/// Interprets the running chain.
#[unsafe(no_mangle)]
#[unsafe(link_section = "xdp")]
extern "C" fn hike_executor_prog(ctx: *mut xdp_md) -> u32 {
    vm::execute(ctx, |run| {
        let callback = round as *mut c_void;
        // SAFETY: the callback gets the run, which outlives the loop.
        unsafe { helpers::bpf_loop(ROUNDS, callback, core::ptr::from_mut(run).cast(), 0) };
    })
}

/// One callback; 1 ends the loop. (Not exported: the kernel wants a static function.)
extern "C" fn round(_index: u64, run: *mut c_void) -> i64 {
    // SAFETY: what `hike_executor_prog` gave to `bpf_loop`.
    let run = unsafe { &mut *run.cast::<vm::Run>() };
    let mut steps = 0;
    while steps < ROUND {
        if !run.step() {
            return 1;
        }
        steps += 1;
    }
    0
}
