//! The workloads of the benchmarks as somebody would write them by hand who does not need
//! chains: the yardstick of the VM.
//!
//! Everything that a fixed purpose allows is made use of: no VLAN tags, so that all offsets
//! are constants; a mark that is a constant; one check of bounds a program; headers that are
//! not looked at twice. Maps, look-ups and changes to the packet are those of the HIKe
//! programs.
#![no_std]
#![feature(asm_experimental_arch)]

pub mod encaps;
pub mod maps;
pub mod packet;
pub mod route;

/// Turns a function into an XDP program of the name in an object of its own.
#[macro_export]
macro_rules! xdp {
    ($name:ident, $body:expr) => {
        #[unsafe(no_mangle)]
        #[unsafe(link_section = "xdp")]
        extern "C" fn $name(ctx: *mut hike_sdk::xdp_md) -> u32 {
            $body(ctx)
        }

        #[unsafe(export_name = "LICENSE")]
        #[unsafe(link_section = "license")]
        pub static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";

        #[panic_handler]
        fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
            loop {}
        }
    };
}

/// A tail call with an index that the kernel's JIT knows: a direct jump.
#[macro_export]
macro_rules! jump {
    ($ctx:expr, $index:expr) => {
        $crate::jump!($ctx, $index, &$crate::maps::raw_programs)
    };
    ($ctx:expr, $index:expr, $programs:expr) => {
        // SAFETY: the kernel's context and a program array; registers are given up as the
        // calling convention of eBPF says.
        unsafe {
            core::arch::asm!(
                "r3 = {index}", "call 12", index = const $index,
                inout("r1") $ctx => _, inout("r2") $programs => _,
                out("r3") _, out("r4") _, out("r5") _, out("r0") _,
            )
        }
    };
}

/// A tail call with an index that only the packet decides.
#[inline(always)]
pub fn jump_to(ctx: *mut hike_sdk::xdp_md, index: u32) {
    // SAFETY: as for a direct jump.
    unsafe {
        core::arch::asm!(
            "call 12",
            inout("r1") ctx => _, inout("r2") &maps::raw_programs => _, inout("r3") u64::from(index) => _,
            out("r4") _, out("r5") _, out("r0") _,
        )
    }
}
