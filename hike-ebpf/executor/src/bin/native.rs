//! What programs of the native tier call: memory accesses of chains whose place is not
//! known beforehand, and signed division.
#![no_std]
#![no_main]

use hike_executor as _;
use hike_sdk::{VmState, vm, xdp_md};

macro_rules! accesses {
    ($($load:ident $store:ident $width:literal)*) => {$(
        #[unsafe(no_mangle)]
        extern "C" fn $load(ctx: *mut xdp_md, state: *mut VmState) -> i32 {
            vm::native_load(ctx, state, $width)
        }

        #[unsafe(no_mangle)]
        extern "C" fn $store(ctx: *mut xdp_md, state: *mut VmState) -> i32 {
            vm::native_store(ctx, state, $width)
        }
    )*};
}

accesses! {
    hike_load_u8 hike_store_u8 1
    hike_load_u16 hike_store_u16 2
    hike_load_u32 hike_store_u32 4
    hike_load_u64 hike_store_u64 8
}

/// Signed division; by zero it gives 0.
#[unsafe(no_mangle)]
extern "C" fn hike_signed_div(a: u64, b: u64) -> u64 {
    vm::signed_div(a, b)
}

/// Signed remainder; by zero it gives the dividend.
#[unsafe(no_mangle)]
extern "C" fn hike_signed_mod(a: u64, b: u64) -> u64 {
    vm::signed_mod(a, b)
}
