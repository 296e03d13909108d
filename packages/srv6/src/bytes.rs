//! Whole words at any alignment. The kernel takes such accesses, but LLVM would only make
//! them of single bytes.

/// Reads a word at a constant offset from a pointer.
macro_rules! load {
    ($kind:literal, $pointer:expr, $offset:expr) => {{
        let value: u64;
        core::arch::asm!(
            concat!("{0} = *(", $kind, " *)({1} + {2})"),
            out(reg) value, in(reg) $pointer, const $offset,
            options(readonly, nostack),
        );
        value
    }};
}

/// Writes a word at a constant offset from a pointer.
macro_rules! store {
    ($kind:literal, $pointer:expr, $offset:expr, $value:expr) => {
        core::arch::asm!(
            concat!("*(", $kind, " *)({0} + {1}) = {2}"),
            in(reg) $pointer, const $offset, in(reg) $value,
            options(nostack),
        )
    };
}
