//! Whole words at any alignment. The kernel takes such accesses, but LLVM would only make
//! them of single bytes.

use core::arch::asm;

macro_rules! accesses {
    ($($(#[$doc:meta])* $load:ident, $store:ident, $kind:literal;)*) => {$(
        /// Reads a word at a constant offset from a pointer, in the order of memory.
        $(#[$doc])*
        ///
        /// # Safety
        /// The word can be read.
        #[inline(always)]
        pub unsafe fn $load<const OFFSET: usize>(pointer: *const impl Sized) -> u64 {
            let value: u64;
            // SAFETY: the caller's promise.
            unsafe {
                asm!(
                    concat!("{0} = *(", $kind, " *)({1} + {2})"),
                    out(reg) value, in(reg) pointer, const OFFSET,
                    options(readonly, nostack),
                )
            };
            value
        }

        /// Writes the low bits of a number at a constant offset from a pointer, in the order
        /// of memory.
        $(#[$doc])*
        ///
        /// # Safety
        /// The word can be written.
        #[inline(always)]
        pub unsafe fn $store<const OFFSET: usize>(pointer: *mut impl Sized, value: u64) {
            // SAFETY: the caller's promise.
            unsafe {
                asm!(
                    concat!("*(", $kind, " *)({0} + {1}) = {2}"),
                    in(reg) pointer, const OFFSET, in(reg) value,
                    options(nostack),
                )
            };
        }
    )*};
}

accesses! {
    /// 8 bits.
    load_u8, store_u8, "u8";
    /// 16 bits.
    load_u16, store_u16, "u16";
    /// 32 bits.
    load_u32, store_u32, "u32";
    /// 64 bits.
    load_u64, store_u64, "u64";
}
