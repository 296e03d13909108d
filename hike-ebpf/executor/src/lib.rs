//! What the executor's programs have alike.
#![no_std]

/// The licence the kernel asks for.
#[unsafe(export_name = "LICENSE")]
#[unsafe(link_section = "license")]
#[used]
pub static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";

/// Never reached: nothing in these programs panics.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
