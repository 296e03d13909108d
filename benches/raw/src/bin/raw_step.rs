//! One link of a row of direct jumps, loaded once for each link: the row that a chain of
//! program calls is compared with.
#![no_std]
#![no_main]
#![feature(asm_experimental_arch)]

use hike_raw::maps::raw_row;
use hike_sdk::config::{ConfigValue, config};
use hike_sdk::{Action, xdp_md};

config! {
    /// Index of the next program in the row.
    NEXT: u32 = 0;
}

hike_raw::xdp!(raw_step, raw_step_body);

#[inline(always)]
fn raw_step_body(ctx: *mut xdp_md) -> u32 {
    // A constant for the verifier, who reads the installed value: so the jump is direct.
    let next = u64::from(NEXT.get());
    // SAFETY: the kernel's context and a program array.
    unsafe {
        core::arch::asm!(
            "call 12",
            inout("r1") ctx => _, inout("r2") &raw_row => _, inout("r3") next => _,
            out("r4") _, out("r5") _, out("r0") _,
        )
    }
    Action::Pass as u32
}
