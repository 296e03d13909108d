//! What the linker puts behind logic that was compiled without the VM, such as that of
//! programs in C: the way back into the chain, and the start of one.
#![no_std]
#![no_main]

use hike_executor as _;
use hike_sdk::{VmState, vm, xdp_md};

/// After a program's logic.
#[unsafe(no_mangle)]
#[unsafe(link_section = "xdp")]
extern "C" fn hike_go_on(ctx: *mut xdp_md, state: *mut VmState) -> u32 {
    vm::go_on(ctx, state)
}

/// After a loader's decision.
#[unsafe(no_mangle)]
#[unsafe(link_section = "xdp")]
extern "C" fn hike_start_decided(ctx: *mut xdp_md, state: *mut VmState) -> u32 {
    vm::start_decided(ctx, state)
}
